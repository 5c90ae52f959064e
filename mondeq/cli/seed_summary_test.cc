#include "mondeq/cli/seed_summary.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mondeq {
namespace {

using ::testing::HasSubstr;

TEST(SeedSummaryTest, TakesTheLastEpochAndTheBest) {
  const char* const plain =
      "epoch,test_loss,test_accuracy\n1,0.5,0.75\n2,0.25,0.875\n3,0.125,0.875\n4,1,0.5\n";
  const SeedResult result = ResultOf(7, *ParseMetricsCsv("m", plain));
  EXPECT_EQ(result.seed, 7);
  EXPECT_EQ(result.epochs, 4);
  EXPECT_EQ(result.accuracy, 0.5);
  EXPECT_EQ(result.loss, 1);
  EXPECT_EQ(result.best_epoch, 2);
  EXPECT_EQ(result.best_accuracy, 0.875);
  EXPECT_EQ(result.best_loss, 0.25);
  // Where samples are held back they choose, and the test samples tell.
  const char* const held =
      "epoch,validation_accuracy,test_loss,test_accuracy\n1,0.5,0.5,0.75\n2,0.25,0.25,0.875\n";
  EXPECT_EQ(ResultOf(7, *ParseMetricsCsv("m", held)).best_epoch, 1);
  EXPECT_EQ(ResultOf(7, *ParseMetricsCsv("m", held)).best_accuracy, 0.75);
}

// Mean 2 and sample standard deviation sqrt((1 + 0 + 1) / 2) = 1, a hundredth of them, and so on.
TEST(SeedSummaryTest, TellsMeanAndStandardDeviation) {
  const std::vector<SeedResult> results = {
      {1, 1, 0.75, 3, 1, 0.01, 10}, {5, 2, 0.75, 1, 1, 0.02, 20}, {9, 3, 0.75, 2, 1, 0.03, 30}};
  EXPECT_EQ(SeedsCsv(results),
            "seed,epochs,test_accuracy,test_loss,best_epoch,best_test_accuracy,best_test_loss\n"
            "1,1,0.75,3,1,0.01,10\n5,2,0.75,1,1,0.02,20\n9,3,0.75,2,1,0.03,30\n"
            "mean,2,0.75,2,1,0.02,20\nstddev,1,0,1,0,0.01,10\n");
  const std::string text = SeedsText(results);
  EXPECT_THAT(text, HasSubstr("seed 5: test accuracy 75.00 %, test loss 1.0000 after 2 epochs; "
                              "best 2.00 % after 1\n"));
  EXPECT_THAT(text, HasSubstr("3 seeds, mean +- standard deviation: test accuracy 75.00 % +- 0.00 "
                              "%, test loss 2.0000 +- 1.0000; best 2.00 % +- 1.00 %\n"));
}

TEST(SeedSummaryTest, OneSeedHasNoDeviation) {
  const std::vector<SeedResult> one = {{1, 2, 0.5, 0.25, 1, 0.75, 0.125}};
  EXPECT_EQ(SeedsCsv(one),
            "seed,epochs,test_accuracy,test_loss,best_epoch,best_test_accuracy,best_test_loss\n"
            "1,2,0.5,0.25,1,0.75,0.125\nmean,2,0.5,0.25,1,0.75,0.125\n");
  EXPECT_THAT(SeedsText(one),
              HasSubstr("1 seed: test accuracy 50.00 %, test loss 0.2500; best 75.00 %\n"));
}

}  // namespace
}  // namespace mondeq
