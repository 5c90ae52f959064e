// No allocation in a training step after the first.
#include "gmock/gmock.h"
#include "mondeq/testing/allocations.h"
#include "mondeq/training/small_experiment_testing.h"

namespace mondeq {
namespace {

TEST(Allocation, IsCounted) {
  if (!CountsAllocations()) GTEST_SKIP() << "the sanitizer has an allocator of its own";
  const AllocationCounter counter;
  const std::vector<double> memory(100);
  EXPECT_GE(counter.count(), 1);
  EXPECT_EQ(memory.size(), 100u);
}

// The shape of configs/mnist_dense.textproto, with every optimiser and splitting method.
TEST(Allocation, NoneInAStepAfterTheFirst) {
  if (!CountsAllocations()) GTEST_SKIP() << "the sanitizer has an allocator of its own";
  constexpr Index kWarmUp = 3, kSteps = 20;
  for (const char* method : {"peaceman_rachford.alpha.tune.at_batch=[1, 7]",
                             "douglas_rachford.alpha.value=0.5", "forward_backward={}"}) {
    for (const char* optimizer : {"adam={}", "sgd={}"}) {
      for (const int threads : {1, 2}) {
        SmallExperimentOptions options;
        options.threads = threads;
        options.batch_size = 128;
        options.samples = (kWarmUp + kSteps) * 128;
        options.overrides = {"model.input={ rows: 28 columns: 28 channels: 1 }", "model.classes=10",
                             "model.equilibrium.operator.dense.units=87",
                             absl::StrCat("model.equilibrium.splitting.", method),
                             absl::StrCat("training.optimizer.", optimizer)};
        SmallExperiment small(options);
        const auto trainer = small.MakeTrainer();
        for (Index i = 0; i < kWarmUp; ++i) ASSERT_TRUE(trainer->Step(i, i).ok());
        bool good = true;
        const AllocationCounter counter;
        for (Index i = kWarmUp; i < kWarmUp + kSteps; ++i) good &= trainer->Step(i, i).ok();
        const long allocations = counter.count();
        EXPECT_TRUE(good);
        EXPECT_EQ(allocations, 0) << method << " " << optimizer << " " << threads;
      }
    }
  }
}

}  // namespace
}  // namespace mondeq
