#include "mondeq/training/memory_need.h"

#include <cstdlib>

#include "gmock/gmock.h"
#include "mondeq/training/small_experiment_testing.h"

namespace mondeq {
namespace {

using testing::HasSubstr;

constexpr char kLimit[] = "MONDEQ_EMULATED_MEMORY";

// An experiment whose states are a large part of its memory.
SmallExperimentOptions Large(Index batch) {
  SmallExperimentOptions options;
  options.overrides = {"model.equilibrium.operator.dense.units=200"};
  options.batch_size = batch;
  options.samples = 600;
  return options;
}

class MemoryNeedTest : public testing::Test {
 protected:
  void SetUp() override {
    SmallExperiment small(Large(100));
    if (small.device->MakePlan() == nullptr) GTEST_SKIP() << "memory is not what is short here";
  }
  void TearDown() override { unsetenv(kLimit); }

  static std::size_t Need(SmallExperiment& small, Index batch) {
    return *StepMemory(small.experiment, small.source, *small.model, batch);
  }
};

TEST_F(MemoryNeedTest, IsWhatAStepAllocates) {
  for (Index batch : {100, 400}) {
    SmallExperiment small(Large(batch));
    const auto trainer = small.MakeTrainer();
    ASSERT_TRUE(trainer->Step(0, 0).ok());
    const auto used = static_cast<double>(small.device->memory().peak);
    EXPECT_NEAR(static_cast<double>(Need(small, batch)), used, 0.05 * used);
  }
}

TEST_F(MemoryNeedTest, GrowsWithTheBatch) {
  SmallExperiment small(Large(100));
  EXPECT_GT(Need(small, 200), Need(small, 100) + 100 * 3 * 200 * sizeof(float));
}

TEST_F(MemoryNeedTest, RunningOutSaysWhatIsNeededAndWhatFits) {
  std::size_t room = 0;
  {
    SmallExperiment fitting(Large(100));
    if (fitting.device->Describe().find("emulated") == std::string::npos)
      GTEST_SKIP() << "the memory of this device is as large as it is";
    room = Need(fitting, 200);
  }
  setenv(kLimit, std::to_string(room).c_str(), 1);
  SmallExperiment small(Large(600));
  const auto trainer = small.MakeTrainer();
  const absl::Status status = trainer->Step(0, 0).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kAborted) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("asked for"));
  small.experiment.mutable_data()->set_batch_size(600);
  const absl::Status explained =
      ExplainMemory(status, small.experiment, small.source, *small.model);
  EXPECT_EQ(explained.code(), absl::StatusCode::kAborted);
  EXPECT_THAT(std::string(explained.message()),
              testing::AllOf(HasSubstr(std::string(status.message())), HasSubstr("batch_size 600"),
                             HasSubstr("the largest that fits is about 200, so "),
                             HasSubstr("training.shards: 3 would do")));
  small.experiment.mutable_training()->set_shards(2);
  EXPECT_THAT(
      std::string(ExplainMemory(status, small.experiment, small.source, *small.model).message()),
      testing::AllOf(HasSubstr("batch_size 600 in 2 shards needs"),
                     HasSubstr("training.shards: 3 would do")));
  // From then on everything is an error, and nothing crashes.
  EXPECT_EQ(trainer->Step(0, 1).status(), status);
}

TEST_F(MemoryNeedTest, OtherErrorsStayAsTheyAre) {
  SmallExperiment small(Large(100));
  const absl::Status status = absl::OutOfRangeError("expected finite numbers");
  EXPECT_EQ(ExplainMemory(status, small.experiment, small.source, *small.model), status);
}

}  // namespace
}  // namespace mondeq
