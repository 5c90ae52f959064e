// Conformance of every registered optimiser.
// A library: a test program links it with the plugins under test, here or in another workspace
// (mondeq_conformance_test in tools/mondeq.bzl).
#include <cmath>
#include <cstddef>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/testing/examples.h"
#include "mondeq/training/descent_testing.h"

namespace mondeq {
namespace {

TEST(OptimizerRegistryTest, EveryPluginHasAnExample) {
  const auto names = Registry<Optimizer>::Names();
  EXPECT_FALSE(names.empty());
  EXPECT_THAT(ExampleNames<OptimizerExamples>(), testing::IsSupersetOf(names));
}

class OptimizerConformanceTest : public testing::TestWithParam<Example<OptimizerConfig>> {};

TEST_P(OptimizerConformanceTest, MinimizesAQuadratic) {
  Descent descent(GetParam().slot, {1.0, -2.0, 0.5});
  descent.Minimize(400, 0.02);
  for (const double p : descent.Values()) EXPECT_NEAR(p, 0, 0.02);
}

TEST_P(OptimizerConformanceTest, GoesOnFromItsState) {
  Descent whole(GetParam().slot, {1.0, -2.0}), first(GetParam().slot, {1.0, -2.0});
  whole.Minimize(10, 0.01);
  first.Minimize(4, 0.01);
  Descent second(GetParam().slot, first.Values());
  const auto from = first.optimizer().state(), to = second.optimizer().state();
  for (std::size_t i = 0; i < from.size(); ++i) {
    EXPECT_EQ(from[i].name, to[i].name);
    second.device().Copy(from[i].tensor, to[i].tensor);
  }
  second.Minimize(6, 0.01, 5);
  EXPECT_EQ(second.Values(), whole.Values());
}

// Else training would silently stand still.
TEST_P(OptimizerConformanceTest, AGradientTooLargeToBeSquaredIsNotPassedOver) {
  Descent descent(GetParam().slot, {1.0}, DType::kFloat32);
  descent.SetGradient({3e25});
  descent.optimizer().Step(1, {0.01, {}});
  const double p = descent.Values()[0];
  EXPECT_TRUE(p < 1 || !std::isfinite(p)) << p;
}

TEST_P(OptimizerConformanceTest, MinimizesInFloat32FromGradientsOfEverySize) {
  for (const double size : {1e-30, 1e-20, 1e-10, 1.0}) {
    Descent descent(GetParam().slot, {size}, DType::kFloat32);
    descent.Minimize(100, size * 0.02);
    EXPECT_LE(std::abs(descent.Values()[0]), 1.0001 * size) << size;
  }
}

INSTANTIATE_TEST_SUITE_P(All, OptimizerConformanceTest,
                         testing::ValuesIn(NamedExamples<OptimizerExamples>()), CaseName());

}  // namespace
}  // namespace mondeq
