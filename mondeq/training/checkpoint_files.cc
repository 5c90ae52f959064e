#include "mondeq/training/checkpoint_files.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace mondeq {
namespace {

namespace fs = std::filesystem;

constexpr char kPrefix[] = "step-", kSuffix[] = ".safetensors";
// That of earlier versions.
constexpr char kOnlyFile[] = "state.safetensors";

// The steps that a file's name tells, 0 for that of earlier versions; negative for other files.
Index StepsIn(absl::string_view name) {
  if (name == kOnlyFile) return 0;
  Index steps = -1;
  const bool is_checkpoint =
      absl::ConsumePrefix(&name, kPrefix) && absl::ConsumeSuffix(&name, kSuffix);
  return is_checkpoint && absl::SimpleAtoi(name, &steps) ? steps : -1;
}

}  // namespace

std::string CheckpointPath(const std::string& directory, Index steps) {
  return absl::StrFormat("%s/%s%09d%s", directory, kPrefix, steps, kSuffix);
}

std::vector<std::string> CheckpointsIn(const std::string& directory) {
  std::vector<std::pair<Index, std::string>> found;
  std::error_code error;
  fs::directory_iterator entry(directory, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    const Index steps = StepsIn(name);
    if (steps >= 0) found.emplace_back(steps, absl::StrCat(directory, "/", name));
  }
  std::sort(found.rbegin(), found.rend());
  std::vector<std::string> paths;
  for (auto& one : found) paths.push_back(std::move(one.second));
  return paths;
}

void RemoveOtherCheckpoints(const std::string& directory, Index steps, Index keep) {
  const std::string last = CheckpointPath(directory, steps);
  Index kept = 0;
  for (const std::string& path : CheckpointsIn(directory)) {
    if (path == last || kept > 0) ++kept;
    std::error_code error;
    if (kept == 0 || kept > keep) fs::remove(path, error);
  }
}

absl::StatusOr<std::string> SetAside(const std::string& path) {
  const std::string aside = path + ".damaged";
  std::error_code error;
  fs::rename(path, aside, error);
  if (!error) return aside;
  return absl::PermissionDeniedError(
      absl::StrCat(path, ": cannot rename to ", aside, ": ", error.message()));
}

}  // namespace mondeq
