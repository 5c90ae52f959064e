#include <algorithm>
#include <utility>

#include "mondeq/core/registry.h"
#include "mondeq/core/status.h"
#include "mondeq/training/schedule.h"
#include "mondeq/training/warm_up.pb.h"

namespace mondeq {
namespace {

class WarmUp final : public Schedule {
 public:
  WarmUp(const WarmUpConfig& config, std::unique_ptr<Schedule> schedule)
      : epochs_(config.epochs()), schedule_(std::move(schedule)) {}

  Rates At(const TrainingTime& time) const override {
    Rates rates = schedule_->At(time);
    const double steps = epochs_ * static_cast<double>(time.steps_per_epoch);
    rates.learning_rate *= std::min(1.0, (static_cast<double>(time.done_steps) + 1) / steps);
    return rates;
  }

 private:
  double epochs_;
  std::unique_ptr<Schedule> schedule_;
};

absl::StatusOr<std::unique_ptr<Schedule>> MakeWarmUp(const WarmUpConfig& config,
                                                     const Schedule::Context& context) {
  const ConfigSource unknown;
  MONDEQ_ASSIGN_OR_RETURN(
      auto schedule,
      Registry<Schedule>::Create(config.schedule(),
                                 context.source != nullptr ? *context.source : unknown, context));
  return std::make_unique<WarmUp>(config, std::move(schedule));
}

MONDEQ_REGISTER(Schedule, warm_up, MakeWarmUp);

}  // namespace
}  // namespace mondeq
