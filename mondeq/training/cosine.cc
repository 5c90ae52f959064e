#include <cmath>

#include "mondeq/core/registry.h"
#include "mondeq/training/cosine.pb.h"
#include "mondeq/training/schedule.h"

namespace mondeq {
namespace {

class Cosine final : public Schedule {
 public:
  explicit Cosine(const CosineConfig& config) : config_(config) {}

  Rates At(const TrainingTime& time) const override {
    const double pi = std::acos(-1.0),
                 share = time.epochs_done() / static_cast<double>(time.epochs);
    const double height = config_.learning_rate() - config_.final_learning_rate();
    return {config_.final_learning_rate() + height * (1 + std::cos(pi * share)) / 2, {}};
  }

 private:
  CosineConfig config_;
};

absl::StatusOr<std::unique_ptr<Schedule>> MakeCosine(const CosineConfig& config,
                                                     const Schedule::Context&) {
  return std::make_unique<Cosine>(config);
}

MONDEQ_REGISTER(Schedule, cosine, MakeCosine);

}  // namespace
}  // namespace mondeq
