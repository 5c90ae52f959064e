#include "mondeq/capi/handles.h"

#include <cstdint>
#include <mutex>
#include <unordered_map>
#include <utility>

namespace mondeq::capi {
namespace {

struct Handles {
  std::mutex mutex;
  std::unordered_map<const void*, std::shared_ptr<Held>> held;
  // No handle is ever given again.
  std::uintptr_t last = 0;
};

// Threads that run on while the process ends find it there.
Handles& All() {
  static auto* handles = new Handles();
  return *handles;
}

}  // namespace

mondeq_predictor* Hold(std::unique_ptr<Predictor> predictor) {
  auto held = std::make_shared<Held>(std::move(predictor));
  const std::lock_guard<std::mutex> lock(All().mutex);
  auto* handle = reinterpret_cast<mondeq_predictor*>(++All().last);
  All().held.emplace(handle, std::move(held));
  return handle;
}

absl::StatusOr<std::shared_ptr<Held>> Find(const mondeq_predictor* handle) {
  if (handle == nullptr) {
    return absl::InvalidArgumentError("predictor: expected one, found NULL");
  }
  const std::lock_guard<std::mutex> lock(All().mutex);
  const auto found = All().held.find(handle);
  if (found != All().held.end()) return found->second;
  return absl::InvalidArgumentError("predictor: expected one, found a pointer to something else");
}

bool Drop(const mondeq_predictor* handle) {
  std::shared_ptr<Held> last;
  const std::lock_guard<std::mutex> lock(All().mutex);
  const auto found = All().held.find(handle);
  if (found == All().held.end()) return false;
  last = std::move(found->second);
  All().held.erase(found);
  return true;
}

}  // namespace mondeq::capi
