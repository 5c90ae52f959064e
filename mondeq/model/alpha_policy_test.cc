#include "mondeq/model/alpha_policy.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "mondeq/core/schema.h"
#include "mondeq/model/small_model_testing.h"

namespace mondeq {
namespace {

constexpr char kAlpha[] = "equilibrium.splitting.peaceman_rachford.alpha";

class AlphaPolicyTest : public ::testing::Test {
 protected:
  void Make(const std::string& alpha, double tolerance = 1e-5) {
    SmallModelOptions options;
    options.overrides = {absl::StrCat(kAlpha, alpha),
                         absl::StrCat("equilibrium.splitting.tolerance=", tolerance)};
    small_ = std::make_unique<SmallModel>(options);
  }
  Model& model() { return *small_->model; }
  void Choose(Index batch, Index batches) {
    ChooseAlphaForBatch(batch, batches, small_->x, &model());
  }
  int IterationsAt(double alpha) {
    model().set_alpha(alpha);
    model().Forward(small_->x);
    return model().forward_stats().iterations;
  }
  double Automatic() {
    return model().method().AutomaticAlpha(model().op().m(), model().op().Lipschitz());
  }

  std::unique_ptr<SmallModel> small_;
};

TEST_F(AlphaPolicyTest, FixedValueStays) {
  Make(".value=0.37");
  ChooseAlphaForWeights(0.9, &model());
  EXPECT_EQ(model().alpha(), 0.37);
  for (Index batch = 0; batch < 200; ++batch) Choose(batch, 200);
  EXPECT_EQ(model().alpha(), 0.37);
}

TEST_F(AlphaPolicyTest, AutomaticFollowsTheWeights) {
  Make(".automatic.every_batches=10");
  ChooseAlphaForWeights(0.9, &model());
  EXPECT_DOUBLE_EQ(model().alpha(), Automatic());
  model().set_alpha(5);
  Choose(9, 100);
  EXPECT_EQ(model().alpha(), 5);
  Choose(10, 100);
  EXPECT_DOUBLE_EQ(model().alpha(), Automatic());
}

TEST_F(AlphaPolicyTest, AutomaticIsTheDefault) {
  Make("={}");
  ChooseAlphaForWeights(0.9, &model());
  EXPECT_DOUBLE_EQ(model().alpha(), Automatic());
}

TEST_F(AlphaPolicyTest, TunedAlphaIsKeptWithTheWeights) {
  Make(".tune={ maximum: 0.3 }");
  ChooseAlphaForWeights(0.02, &model());
  EXPECT_EQ(model().alpha(), 0.02);
  ChooseAlphaForWeights(0, &model());
  EXPECT_DOUBLE_EQ(model().alpha(), std::min(0.3, Automatic()));
}

TEST_F(AlphaPolicyTest, TunesAtTheGivenBatches) {
  const auto tuned_at = [this](Index batches) {
    std::vector<Index> tuned;
    for (Index batch = 0; batch < batches; ++batch) {
      model().set_alpha(12345);
      Choose(batch, batches);
      if (model().alpha() != 12345) tuned.push_back(batch);
    }
    return tuned;
  };
  Make(".tune={}");
  EXPECT_THAT(tuned_at(100), ::testing::ElementsAre(30, 50));
  EXPECT_THAT(tuned_at(7), ::testing::ElementsAre(3));
  Make(".tune={ at_batch: 2 at_batch: 5 }");
  EXPECT_THAT(tuned_at(100), ::testing::ElementsAre(2, 5));
}

TEST_F(AlphaPolicyTest, TheDocumentationNamesTheUsualBatches) {
  for (const FieldSchema& one : DescribeFields(TunedAlpha::descriptor())) {
    if (one.name != "at_batch[]") continue;
    EXPECT_THAT(one.doc, ::testing::HasSubstr(
                             absl::StrCat("by default ", kTuningBatch, " and the middle one")));
    return;
  }
  ADD_FAILURE() << "there is no field at_batch";
}

// The search ends at the last alpha before the count rose: halving once more is worse, and no
// larger alpha of the series is better.
TEST_F(AlphaPolicyTest, SearchFindsTheLastAlphaBeforeTheRise) {
  Make(".tune={}");
  TuneAlpha(8, 1e-4, small_->x, &model());
  const double alpha = model().alpha();
  const int iterations = IterationsAt(alpha);
  EXPECT_LT(alpha, 8);
  EXPECT_GT(IterationsAt(alpha / 2), iterations);
  for (double larger = 8; larger > alpha; larger /= 2) {
    EXPECT_GE(IterationsAt(larger), iterations) << larger;
  }
}

TEST_F(AlphaPolicyTest, SearchRespectsTheMinimum) {
  Make(".tune={}");
  TuneAlpha(8, 4, small_->x, &model());
  EXPECT_GE(model().alpha(), 4);
}

TEST_F(AlphaPolicyTest, SearchKeepsAlphaWhereNothingConverges) {
  Make(".tune={}", 1e-7);
  model().stopping_rule().max_iterations = 2;
  model().set_alpha(0.77);
  TuneAlpha(1, 1e-4, small_->x, &model());
  EXPECT_EQ(model().alpha(), 0.77);
}

}  // namespace
}  // namespace mondeq
