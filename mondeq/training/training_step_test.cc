#include "mondeq/training/training_step.h"

#include <limits>

#include "gmock/gmock.h"
#include "mondeq/model/small_model_testing.h"
#include "mondeq/training/small_experiment_testing.h"

namespace mondeq {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(TrainingStep, TheTrainersStepGoesThroughAllPhasesInOrder) {
  SmallExperiment small;
  std::vector<StepPhase> phases;
  const auto result =
      small.MakeTrainer()->Step(0, 0, [&](StepPhase phase) { phases.push_back(phase); });
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_THAT(phases, ElementsAre(StepPhase::kData, StepPhase::kInjection, StepPhase::kPreparation,
                                  StepPhase::kForwardSolve, StepPhase::kLoss, StepPhase::kPullBack,
                                  StepPhase::kAdjointSolve, StepPhase::kGradients,
                                  StepPhase::kCheck, StepPhase::kUpdate));
}

class TrainingStepTest : public ::testing::Test {
 protected:
  TrainingStepTest() { batch_.Load(*small_.train, 0); }

  void Differentiate() {
    step_.Forward(batch_.x());
    step_.Loss(batch_.labels());
    step_.Backward(batch_.x(), nullptr);
  }

  SmallExperiment small_;
  Batch batch_{small_.device.get(), DType::kFloat32};
  TrainingStep step_{small_.model.get()};
};

TEST_F(TrainingStepTest, GradientsAreThoseOfTheBatchAlone) {
  const Tensor& gradients = small_.model->parameters().gradients();
  Differentiate();
  const std::vector<double> once = ToDoubles(*small_.device, gradients);
  Differentiate();
  EXPECT_EQ(ToDoubles(*small_.device, gradients), once);
  EXPECT_TRUE(step_.Check().ok());
}

// What is done to the gradients after Backward, as by summing those of others, is checked too.
TEST_F(TrainingStepTest, CheckNamesTheParameterWhoseGradientIsNotFinite) {
  Differentiate();
  const Tensor& gradient = small_.model->parameters().Find("readout.bias")->gradient;
  small_.device->Fill(std::numeric_limits<double>::infinity(), gradient);
  const absl::Status status = step_.Check();
  EXPECT_EQ(status.code(), absl::StatusCode::kOutOfRange);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("expected finite numbers, found a gradient of readout.bias that is not"));
}

}  // namespace
}  // namespace mondeq
