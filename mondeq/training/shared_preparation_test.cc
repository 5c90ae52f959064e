#include "mondeq/training/shared_preparation.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/collective/rank_threads.h"
#include "mondeq/core/status.h"
#include "mondeq/training/small_experiment_testing.h"

namespace mondeq {
namespace {

using ::testing::HasSubstr;

// Takes the ways as often as it wants to try them, each of which takes so long, but longer at
// first.
FasterOfTwo Try(double first, double second) {
  FasterOfTwo faster;
  for (int i = 0; !faster.decided(); ++i)
    faster.Took((i < 2 ? 100 : 1) * (faster.first() ? first : second) + (i % 4 == 0 ? 50 : 0));
  return faster;
}

TEST(FasterOfTwoTest, ChoosesWhatTookLess) {
  const FasterOfTwo first = Try(1, 2), second = Try(3, 2);
  EXPECT_TRUE(first.first());
  EXPECT_EQ(first.first_seconds(), 1);
  EXPECT_EQ(first.second_seconds(), 2);
  EXPECT_FALSE(second.first());
  EXPECT_EQ(second.first_seconds(), 3);
}

TEST(FasterOfTwoTest, WhatItTookLaterChangesNothing) {
  FasterOfTwo faster = Try(1, 2);
  faster.Took(1000);
  EXPECT_TRUE(faster.first());
  EXPECT_EQ(faster.first_seconds(), 1);
}

SmallExperimentOptions OfConvolutions() {
  SmallExperimentOptions options;
  options.model =
      "input { rows: 4 columns: 4 channels: 1 } classes: 3 equilibrium { injection { "
      "[mondeq.padded_conv] {} } operator { [mondeq.conv] { channels: 3 } } nonlinearity { "
      "[mondeq.relu] {} } splitting { [mondeq.peaceman_rachford] {} } } readout { "
      "[mondeq.flatten] {} } readout { [mondeq.affine] {} }";
  return options;
}

TEST(SharedPreparationTest, AllRanksDecideTheSameByTheSlowest) {
  const absl::Status status = RunOnThreads(3, {}, [](Communicator& ranks) {
    SmallExperiment small(OfConvolutions());
    SharedPreparation preparation(small.model.get(), &ranks);
    for (int i = 0; preparation.Describe().empty(); ++i) {
      EXPECT_LT(i, 100);
      small.model->ParametersChanged();
      MONDEQ_RETURN_IF_ERROR(preparation.Prepare());
      EXPECT_GT(preparation.seconds(), 0);
      preparation.SlowestTook(i % 2 == 0 ? 0.004 : 0.002);
    }
    EXPECT_THAT(preparation.Describe(),
                HasSubstr("each rank makes all of them, 2 ms a step; 4 ms the other way"));
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok()) << status;
}

TEST(SharedPreparationTest, WithoutPartsThereIsNothingToTry) {
  const absl::Status status = RunOnThreads(2, {}, [](Communicator& ranks) {
    SmallExperiment small;  // dense
    SharedPreparation preparation(small.model.get(), &ranks);
    for (int i = 0; i < 20; ++i) {
      small.model->ParametersChanged();
      MONDEQ_RETURN_IF_ERROR(preparation.Prepare());
      preparation.SlowestTook(1);
    }
    EXPECT_EQ(preparation.Describe(), "");
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok()) << status;
}

TEST(SharedPreparationTest, WhatIsSaidIsNotTried) {
  SmallExperiment small(OfConvolutions());
  SingleRank alone;
  SharedPreparation preparation(small.model.get(), &alone);
  preparation.set_shares(true);
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(preparation.Prepare().ok());
    preparation.SlowestTook(1);
  }
  EXPECT_EQ(preparation.Describe(), "");
}

}  // namespace
}  // namespace mondeq
