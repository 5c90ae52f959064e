#include "mondeq/training/memory_need.h"

#include <cstdlib>

#include "gmock/gmock.h"
#include "mondeq/training/lab.h"

namespace mondeq {
namespace {

using testing::HasSubstr;

constexpr char kLimit[] = "MONDEQ_EMULATED_MEMORY";

// A lab whose state is much of its memory.
LabOptions Large(Index batch) {
  LabOptions options;
  options.overrides = {"model.equilibrium.operator.dense.units=200"};
  options.batch_size = batch;
  options.samples = 600;
  return options;
}

class MemoryNeedTest : public testing::Test {
 protected:
  void SetUp() override {
    Lab lab(Large(100));
    if (lab.device->MakePlan() == nullptr) GTEST_SKIP() << "memory is not what is short here";
  }
  void TearDown() override { unsetenv(kLimit); }

  static std::size_t Need(Lab& lab, Index batch) {
    return *StepMemory(lab.experiment, lab.source, *lab.model, batch);
  }
};

TEST_F(MemoryNeedTest, IsWhatAStepAllocates) {
  for (Index batch : {100, 400}) {
    Lab lab(Large(batch));
    const auto trainer = lab.MakeTrainer();
    ASSERT_TRUE(trainer->Step(0, 0).ok());
    const auto used = static_cast<double>(lab.device->memory().peak);
    EXPECT_NEAR(static_cast<double>(Need(lab, batch)), used, 0.05 * used);
  }
}

TEST_F(MemoryNeedTest, GrowsWithTheBatch) {
  Lab lab(Large(100));
  EXPECT_GT(Need(lab, 200), Need(lab, 100) + 100 * 3 * 200 * sizeof(float));
}

TEST_F(MemoryNeedTest, RunningOutSaysWhatIsNeededAndWhatFits) {
  std::size_t room = 0;
  {
    Lab fitting(Large(100));
    if (fitting.device->Describe().find("emulated") == std::string::npos)
      GTEST_SKIP() << "the memory of this device is as large as it is";
    room = Need(fitting, 200);
  }
  setenv(kLimit, std::to_string(room).c_str(), 1);
  Lab lab(Large(600));
  const auto trainer = lab.MakeTrainer();
  const absl::Status status = trainer->Step(0, 0).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kAborted) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("asked for"));
  lab.experiment.mutable_data()->set_batch_size(600);
  const absl::Status explained = ExplainMemory(status, lab.experiment, lab.source, *lab.model);
  EXPECT_EQ(explained.code(), absl::StatusCode::kAborted);
  EXPECT_THAT(std::string(explained.message()),
              testing::AllOf(HasSubstr(std::string(status.message())), HasSubstr("batch_size 600"),
                             HasSubstr("the largest that fits is about 200")));
  // From then on everything is an error, and nothing crashes.
  EXPECT_EQ(trainer->Step(0, 1).status(), status);
}

TEST_F(MemoryNeedTest, OtherErrorsStayAsTheyAre) {
  Lab lab(Large(100));
  const absl::Status status = absl::OutOfRangeError("expected finite numbers");
  EXPECT_EQ(ExplainMemory(status, lab.experiment, lab.source, *lab.model), status);
}

}  // namespace
}  // namespace mondeq
