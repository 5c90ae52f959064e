// What has converged by the criterion kCertifiedError is within the tolerance of the true
// equilibrium, not an ulp more, for every splitting method.
//
// With MONDEQ_CAMPAIGN=N in the environment a method's problems are N of 20 samples each.
#include <algorithm>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "mondeq/splitting/certified_testing.h"
#include "mondeq/splitting/true_equilibrium_testing.h"
#include "mondeq/testing/examples.h"

namespace mondeq {
namespace {

using Eigen::MatrixXd;

// Norms are of numbers as they are, which long double adds up with digits to spare.
long double Norm(const LongMatrix& x) { return x.stableNorm(); }

class CertifiedErrorTest : public testing::TestWithParam<ExampleCase<SplittingConfig>> {
 protected:
  struct Choice {
    std::string op, sigma;
    double alpha, tolerance, scale;
    Index batch;
  };

  void Check(const Choice& choice) {
    const DType dtype = GetParam().dtype;
    Certified certified(choice.op, choice.sigma, dtype);
    Problem& problem = certified.problem;
    Assign(*problem.device_, RandomMatrix(problem.store_.count(), 1, &random_, 0.7),
           problem.store_.values());
    problem.op_->ParametersChanged();
    TrueEquilibrium truth(ParseSlot<OperatorConfig>(choice.op), choice.sigma, &problem);
    const MatrixXd b =
        Rounded(dtype, choice.scale * RandomMatrix(problem.op_->dim(), choice.batch, &random_));
    LongMatrix exact;
    if (!truth.Find(b, &exact)) {
      ++unknown_;
      return;
    }
    const double m = problem.op_->m();
    const double alpha = choice.alpha > 0 && method_->takes_alpha()
                             ? choice.alpha
                             : method_->AutomaticAlpha(m, truth.l());
    const StoppingRule rule = certified.Rule(choice.tolerance, kIterations);
    const SolveStats& stats = certified.Solve(*method_, alpha, b, rule);
    const Certificate& certificate = certified.solver.certificate();
    for (std::size_t l = 0; l < stats.samples.size(); ++l) {
      const SampleStats& sample = stats.samples[l];
      EXPECT_GE(sample.iterations, 1);
      EXPECT_LE(sample.iterations, kIterations);
      EXPECT_EQ(sample.quantity, certificate.relative_error[l]);
      EXPECT_EQ(sample.termination == Termination::kConverged,
                certificate.relative_error[l] <= choice.tolerance);
      const LongMatrix found = certified.z.col(static_cast<Index>(l)).cast<long double>();
      Compare(found, exact.col(static_cast<Index>(l)), certificate.error_bound[l], choice.tolerance,
              sample.termination);
    }
  }

  void Compare(const LongMatrix& found, const LongMatrix& exact, long double bound,
               long double tolerance, Termination termination) {
    ++tried_;
    const long double error = Norm(found - exact), size = Norm(found);
    if (termination == Termination::kConverged) {
      ++converged_;
      EXPECT_LE(error, tolerance * size);
      if (error > 0) worst_ = std::max(worst_, error / (tolerance * size));
    } else if (termination == Termination::kStagnated) {
      ++stagnated_;
    }
    if (termination == Termination::kNonFinite) return;
    // A point of zeros has no relative error.
    if (size == 0) return;
    EXPECT_LE(error, bound);
    if (error > 0) worst_bound_ = std::max(worst_bound_, error / bound);
  }

  static constexpr int kIterations = 400;
  std::unique_ptr<SplittingMethod> method_ =
      *Registry<SplittingMethod>::Create(GetParam().slot, ConfigSource(), {});
  Random random_{57};
  int unknown_ = 0, tried_ = 0, converged_ = 0, stagnated_ = 0;
  // The largest errors, in tolerances and in bounds.
  long double worst_ = 0, worst_bound_ = 0;
};

TEST_P(CertifiedErrorTest, WhatHasConvergedIsWithinTheTolerance) {
  const bool single = GetParam().dtype == DType::kFloat32;
  Random draw(7);
  const auto pick = [&](const auto& values) {
    return values[static_cast<std::size_t>(draw.Uniform() *
                                           static_cast<double>(std::size(values)))];
  };
  constexpr int kUnits[] = {1, 2, 3, 10};
  constexpr double kM[] = {1e-2, 0.1, 1, 1, 100};
  constexpr double kAlpha[] = {0, 0, 0, 1e-2, 0.3, 1, 30};
  // Of the larger ones some samples go on without the others.
  constexpr Index kBatches[] = {1, 1, 2, 3, 4, 20};
  const std::vector<double> scales = single ? std::vector<double>{1e-12, 1, 1, 1, 1e12}
                                            : std::vector<double>{1e-30, 1, 1, 1, 1e30};
  // The last are about where rounding is, and below.
  const std::vector<double> tolerances =
      single ? std::vector<double>{0.5, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 3e-6, 1e-6, 1e-7}
             : std::vector<double>{0.5, 1e-1, 1e-2, 1e-4, 1e-8, 1e-12, 1e-14, 1e-15};
  const char* campaign = std::getenv("MONDEQ_CAMPAIGN");
  const int problems = campaign != nullptr ? std::atoi(campaign) : Trials(150, 5);
  for (int i = 0; i < problems; ++i) {
    const Choice choice{
        absl::StrCat("[mondeq.dense] { units: ", pick(kUnits), " m: ", pick(kM), " }"),
        pick(kLongSigmas),
        pick(kAlpha),
        pick(tolerances),
        pick(scales),
        campaign != nullptr ? 20 : pick(kBatches)};
    SCOPED_TRACE(absl::StrCat(choice.op, " ", choice.sigma, " alpha ", choice.alpha, " tolerance ",
                              choice.tolerance, " scale ", choice.scale, " case ", i));
    Check(choice);
  }
  EXPECT_LE(unknown_, problems / 50);
  EXPECT_GT(converged_, Trials(method_->converges_always() ? tried_ / 4 : 1, 0));
  EXPECT_GT(stagnated_, Trials(method_->converges_sublinearly() ? 0 : 1, -1));
  std::printf("%d of %d certified, %d at rounding; error at most %.6Lf tolerances, %.6Lf bounds\n",
              converged_, tried_, stagnated_, worst_, worst_bound_);
}

INSTANTIATE_TEST_SUITE_P(All, CertifiedErrorTest,
                         testing::ValuesIn(ExampleCases<SplittingExamples>()), CaseName());

}  // namespace
}  // namespace mondeq
