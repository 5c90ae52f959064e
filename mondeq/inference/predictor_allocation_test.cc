// No allocation in a call of a Predictor after the first of its shape.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "mondeq/inference/models_testing.h"
#include "mondeq/testing/allocations.h"

namespace mondeq {
namespace {

TEST(PredictorAllocation, NoneAfterTheFirstCallOfAShape) {
  if (!CountsAllocations()) GTEST_SKIP() << "the sanitizer has an allocator of its own";
  for (const TestedModel& model : TestedModels()) {
    for (const int threads : {1, 2}) {
      const auto predictor = MakePredictor(model, DType::kFloat32, {}, /*seed=*/3, threads);
      const Features& input = predictor->input();
      constexpr Index kMost = 40;
      const std::vector<double> x = RandomValues(kMost * input.dim(), 1);
      std::vector<double> dx(x.size());
      std::vector<float> logits(kMost * 3), probabilities(kMost * 3);
      SolveReport report, backward;
      bool good = true;
      std::vector<std::vector<double>> gradients, z;
      std::vector<MutableArray> into;
      for (const auto& parameter : predictor->parameters()) {
        gradients.emplace_back(static_cast<std::size_t>(parameter.shape.size()));
        into.emplace_back(gradients.back().data(), parameter.shape);
      }
      for (const Features& tier : predictor->tiers()) {
        z.emplace_back(static_cast<std::size_t>(kMost * tier.dim()));
      }
      std::vector<MutableArray> tiers(z.size());
      std::vector<ConstArray> start(z.size());
      const auto call = [&](Index count) {
        for (std::size_t i = 0; i < z.size(); ++i) {
          const Shape shape{count, predictor->tiers()[i].dim()};
          tiers[i] = {z[i].data(), shape};
          start[i] = {z[i].data(), shape};
        }
        SolveSettings settings;
        settings.start = start;
        const Shape shape{count, 3};
        const Shape samples{count, input.dim()};
        good &= predictor
                    ->Predict({x.data(), samples}, {logits.data(), shape},
                              {probabilities.data(), shape}, &report)
                    .ok();
        good &= predictor->Solve({x.data(), samples}, {}, {{}, {}, tiers}, &report).ok();
        good &= predictor
                    ->Gradient({x.data(), samples}, settings, {{logits.data(), shape}, start}, {},
                               {{dx.data(), samples}, into}, &report, &backward)
                    .ok();
      };
      for (const Index count : {kMost, Index{1}}) call(count);
      // Threads help each other when they have time, and one that helps for the first time gets
      // memory for it: this may be late where threads are many.
      const int rounds = threads == 1 ? 1 : 50;
      long allocations = 1;
      for (int round = 0; round < rounds && allocations > 0; ++round) {
        const AllocationCounter counter;
        for (const Index count : {kMost, Index{1}, kMost}) call(count);
        allocations = counter.count();
      }
      EXPECT_TRUE(good);
      EXPECT_EQ(allocations, 0) << model.name << " " << threads;
    }
  }
}

}  // namespace
}  // namespace mondeq
