#include <algorithm>
#include <cmath>

#include "mondeq/core/registry.h"
#include "mondeq/training/one_cycle.pb.h"
#include "mondeq/training/schedule.h"

namespace mondeq {
namespace {

class OneCycle final : public Schedule {
 public:
  explicit OneCycle(const OneCycleConfig& config) : config_(config) {}

  Rates At(const TrainingTime& time) const override {
    const double height = Height(time);
    return {Between(config_.learning_rate(), config_.max_learning_rate(), height),
            Between(config_.momentum(), config_.min_momentum(), height)};
  }

 private:
  // 0 at both ends of the cycle and after it, 1 at its peak.
  double Height(const TrainingTime& time) const {
    const Index cycle =
        time.epochs > config_.final_epochs() ? time.epochs - config_.final_epochs() : time.epochs;
    const double half = static_cast<double>(cycle) / 2;
    return std::max(0.0, 1 - std::abs(time.epochs_done() - half) / half);
  }

  static double Between(double low, double high, double share) {
    return low + share * (high - low);
  }

  OneCycleConfig config_;
};

absl::StatusOr<std::unique_ptr<Schedule>> MakeOneCycle(const OneCycleConfig& config,
                                                       const Schedule::Context&) {
  return std::make_unique<OneCycle>(config);
}

MONDEQ_REGISTER(Schedule, one_cycle, MakeOneCycle);

}  // namespace
}  // namespace mondeq
