#include "mondeq/cli/progress.h"

#include <sstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mondeq {
namespace {

using ::testing::HasSubstr;

BatchProgress SomeBatch() {
  BatchProgress batch;
  batch.epoch = 1;
  batch.batch = 3;
  batch.batches = 4;
  batch.samples = 300;
  batch.all_samples = 400;
  batch.train.loss = 0.25;
  batch.train.accuracy = 0.5;
  batch.train.forward_iterations = 7;
  batch.train.backward_iterations = 8.5;
  batch.train.seconds = 2;
  return batch;
}

EpochMetrics SomeEpoch() {
  EpochMetrics epoch;
  epoch.epoch = 1;
  epoch.train.loss = 0.5;
  epoch.test_loss = 0.25;
  epoch.test_accuracy = 0.875;
  epoch.train.forward_iterations = 7;
  epoch.train.backward_iterations = 8.5;
  epoch.train.seconds = 2;
  return epoch;
}

TEST(ProgressTest, OneLineThatIsOverwrittenOnATerminal) {
  std::ostringstream out;
  Progress progress(out, /*terminal=*/true, /*epochs=*/2, /*epochs_before=*/0);
  progress.OnBatch(SomeBatch());
  EXPECT_THAT(out.str(), HasSubstr("epoch 1/2 75%  loss 0.2500  accuracy 50.00 %  "
                                   "iterations 7.0/8.5  150 samples/s"));
  EXPECT_THAT(out.str(), HasSubstr(" left"));
  EXPECT_EQ(out.str().find('\n'), std::string::npos);
  const std::string once = out.str();
  progress.OnBatch(SomeBatch());
  EXPECT_EQ(out.str(), once) << "updates are not so frequent";
  progress.OnEpoch(SomeEpoch(), 400);
  EXPECT_THAT(out.str(), HasSubstr("\r\033[Kepoch 1/2: train loss 0.5000, test loss 0.2500, "
                                   "test accuracy 87.50 %, iterations 7.0 forward 8.5 backward, "
                                   "200 samples/s, "));
}

TEST(ProgressTest, OneLinePerEpochElsewhere) {
  std::ostringstream out;
  Progress progress(out, /*terminal=*/false, /*epochs=*/1, /*epochs_before=*/0);
  progress.OnBatch(SomeBatch());
  EXPECT_EQ(out.str(), "");
  EpochMetrics epoch = SomeEpoch();
  epoch.train.backward_not_converged = 3;
  progress.OnEpoch(epoch, 400);
  EXPECT_EQ(out.str(),
            "epoch 1/1: train loss 0.5000, test loss 0.2500, test accuracy 87.50 %, iterations "
            "7.0 forward 8.5 backward, 200 samples/s, not converged: 0 forward 3 backward\n");
}

TEST(DurationTest, IsReadable) {
  EXPECT_EQ(Duration(0.25), "0.2 s");
  EXPECT_EQ(Duration(9.94), "9.9 s");
  EXPECT_EQ(Duration(9.96), "10 s");
  EXPECT_EQ(Duration(59.4), "59 s");
  EXPECT_EQ(Duration(59.9), "1:00");
  EXPECT_EQ(Duration(754), "12:34");
  EXPECT_EQ(Duration(11045), "3:04:05");
}

}  // namespace
}  // namespace mondeq
