// The iteration counts of an independent implementation (golden_model_testing.h) at tolerance 1e-4:
// exactly in float64, +-1 in float32; and those of the automatic step on its trained model. Without
// its files every test here is skipped.
#include <algorithm>

#include "gtest/gtest.h"
#include "mondeq/parity/golden_model_testing.h"
#include "mondeq/training/loss.h"

namespace mondeq {
namespace {

class IterationCountTest : public testing::TestWithParam<GoldenCase> {
 protected:
  void SetUp() override {
    if (GoldenFolder().empty()) GTEST_SKIP() << "MONDEQ_GOLDENS is not set";
  }

  // Compares the counts at every step size with which the reference converged. Returns how many
  // these were.
  int Compare(const std::string& method, const std::string& golden_method) {
    auto golden = GoldenModel::Create(GetParam(), method, GoldenModel::Tori::kReference);
    EXPECT_TRUE(golden.ok()) << golden.status();
    if (!golden.ok()) return 0;
    Model& model = (*golden)->model();
    model.stopping_rule().criterion = Criterion::kRelativeChange;
    model.stopping_rule().tolerance = 1e-4;
    model.stopping_rule().max_iterations = 1000;
    int compared = 0;
    for (const auto& [alpha, count] : (*golden)->Iterations(golden_method).items()) {
      if (!count["bwd"].is_number()) continue;  // too large a step: the reference diverged
      SCOPED_TRACE(absl::StrCat(method, " alpha ", alpha));
      model.set_alpha(std::stod(alpha));
      model.Forward((*golden)->x());
      EXPECT_NEAR(model.forward_stats().iterations, count["fwd"].get<int>(), slack());
      Backward(golden->get());
      ExpectBackwardCount(method, model.backward_stats().iterations, count["bwd"].get<int>());
      ++compared;
    }
    return compared;
  }

  void Backward(GoldenModel* golden) {
    Model& model = golden->model();
    // The reference applies the layer once more before the loss.
    model.Polish();
    const Tensor dlogits = golden->device().Allocate(GetParam().dtype, model.logits().shape());
    CrossEntropy(&golden->device()).Compute(model.logits(), golden->Labels(), &dlogits);
    model.Backward(golden->x(), dlogits, nullptr);
  }

  // The reference keeps g in the prox, here it is part of F: one iteration for forward-backward,
  // but for Peaceman-Rachford another one with the same solution. It took 0.8 to 1.4 times as many
  // steps in these cases.
  void ExpectBackwardCount(const std::string& method, int ours, int golden) const {
    if (method == "forward_backward") {
      EXPECT_NEAR(ours, golden, slack());
    } else {
      EXPECT_GE(2 * ours, golden);
      EXPECT_LE(2 * ours, 3 * golden);
    }
  }

  static int slack() { return GetParam().dtype == DType::kFloat64 ? 0 : 1; }
};

TEST_P(IterationCountTest, PeacemanRachford) { EXPECT_EQ(Compare("peaceman_rachford", "PR"), 5); }

TEST_P(IterationCountTest, ForwardBackward) { EXPECT_GE(Compare("forward_backward", "FB"), 1); }

// The mean of its samples' iterations.
double MeanIterations(double alpha, GoldenModel* golden) {
  golden->model().set_alpha(alpha);
  golden->model().Forward(golden->x());
  EXPECT_TRUE(golden->model().forward_stats().converged());
  double sum = 0;
  const auto& samples = golden->model().forward_stats().samples;
  for (const SampleStats& sample : samples) sum += sample.iterations;
  return sum / static_cast<double>(samples.size());
}

// On a trained model the automatic step takes at most 5 % more iterations than the best of a grid.
// 1/sqrt(m L) takes 10 % more.
TEST(AutomaticStepTest, IsNearTheBestOnTheTrainedModel) {
  if (GoldenFolder().empty()) GTEST_SKIP() << "MONDEQ_GOLDENS is not set";
  auto golden = GoldenModel::Create({"mnist_fc_trained", "m1p0", DType::kFloat64},
                                    "peaceman_rachford", GoldenModel::Tori::kReference);
  ASSERT_TRUE(golden.ok()) << golden.status();
  Model& model = (*golden)->model();
  const double automatic = model.method().AutomaticAlpha(model.op().m(), model.Lipschitz());
  for (double tolerance : {1e-4, 1e-6}) {
    model.stopping_rule().tolerance = tolerance;
    double fewest = MeanIterations(automatic / 4, golden->get());
    for (double alpha = automatic / 4; alpha < 4 * automatic; alpha *= 1.08) {
      fewest = std::min(fewest, MeanIterations(alpha, golden->get()));
    }
    EXPECT_LE(MeanIterations(automatic, golden->get()), 1.05 * fewest);
  }
}

INSTANTIATE_TEST_SUITE_P(All, IterationCountTest, testing::ValuesIn(GoldenCasesWithLabels()),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace mondeq
