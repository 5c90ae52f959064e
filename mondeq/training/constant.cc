#include "mondeq/core/registry.h"
#include "mondeq/training/constant.pb.h"
#include "mondeq/training/schedule.h"

namespace mondeq {
namespace {

class Constant final : public Schedule {
 public:
  explicit Constant(const ConstantConfig& config) : rates_{config.learning_rate(), {}} {}

  Rates At(const TrainingTime&) const override { return rates_; }

 private:
  Rates rates_;
};

absl::StatusOr<std::unique_ptr<Schedule>> MakeConstant(const ConstantConfig& config,
                                                       const Schedule::Context&) {
  return std::make_unique<Constant>(config);
}

MONDEQ_REGISTER(Schedule, constant, MakeConstant);

}  // namespace
}  // namespace mondeq
