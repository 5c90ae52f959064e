#include <cmath>

#include "mondeq/core/registry.h"
#include "mondeq/training/schedule.h"
#include "mondeq/training/step.pb.h"

namespace mondeq {
namespace {

class Step final : public Schedule {
 public:
  explicit Step(const StepConfig& config) : config_(config) {}

  Rates At(const TrainingTime& time) const override {
    const auto changes = static_cast<double>(time.epoch() / config_.every_epochs());
    return {config_.learning_rate() * std::pow(config_.factor(), changes), {}};
  }

 private:
  StepConfig config_;
};

absl::StatusOr<std::unique_ptr<Schedule>> MakeStep(const StepConfig& config,
                                                   const Schedule::Context&) {
  return std::make_unique<Step>(config);
}

MONDEQ_REGISTER(Schedule, step, MakeStep);

}  // namespace
}  // namespace mondeq
