#include "mondeq/report/progress.h"

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
  batch.train.loss = 0.25;
  batch.train.accuracy = 0.5;
  batch.train.forward.iterations = 7;
  batch.train.backward.iterations = 8.5;
  batch.train.samples_per_second = 150;
  return batch;
}

EpochMetrics SomeEpoch() {
  EpochMetrics epoch;
  epoch.epoch = 1;
  epoch.train.loss = 0.5;
  epoch.test_loss = 0.25;
  epoch.test_accuracy = 0.875;
  epoch.train.forward.iterations = 7;
  epoch.train.backward.iterations = 8.5;
  epoch.train.samples_per_second = 200;
  return epoch;
}

// A progress whose time and terminal the test decides.
class ProgressTest : public ::testing::Test {
 protected:
  Progress Start(bool terminal, Index epochs) {
    return Progress(
        out_, terminal, epochs, /*epochs_before=*/0, [this] { return now_; },
        [this] { return columns_; });
  }

  double now_ = 1000;
  int columns_ = 200;
  std::ostringstream out_;
};

TEST_F(ProgressTest, OneLineThatIsOverwrittenOnATerminal) {
  Progress progress = Start(/*terminal=*/true, /*epochs=*/2);
  now_ += 3;
  progress.OnBatch(SomeBatch());
  EXPECT_EQ(out_.str(),
            "\r\033[K\033[?7lepoch 1/2 75%  loss 0.2500  accuracy 50.00 %  iterations 7.0/8.5  "
            "150 samples/s  5.0 s left\033[?7h");
  const std::string once = out_.str();
  now_ += 0.0625;
  progress.OnBatch(SomeBatch());
  EXPECT_EQ(out_.str(), once) << "updates are not so frequent";
  now_ += 0.0625;
  progress.OnBatch(SomeBatch());
  EXPECT_GT(out_.str().size(), once.size());
  EXPECT_TRUE(progress.OnEpoch({SomeEpoch()}).ok());
  EXPECT_THAT(out_.str(), HasSubstr("\r\033[Kepoch 1/2: train loss 0.5000, test loss 0.2500, "
                                    "test accuracy 87.50 %, iterations 7.0 forward 8.5 backward, "
                                    "200 samples/s, 3.1 s left\n"));
}

TEST_F(ProgressTest, ANarrowTerminalLosesWholeFields) {
  Progress progress = Start(/*terminal=*/true, /*epochs=*/2);
  now_ += 3;
  const auto shown = [&](int columns) {
    columns_ = columns;
    now_ += 1e-9;
    out_.str("");
    progress.Clear();
    out_.str("");
    progress.OnBatch(SomeBatch());
    return out_.str();
  };
  const std::string begin = "\r\033[K\033[?7l", end = "\033[?7h";
  EXPECT_EQ(shown(91), begin +
                           "epoch 1/2 75%  loss 0.2500  accuracy 50.00 %  iterations 7.0/8.5  "
                           "150 samples/s  5.0 s left" +
                           end);
  EXPECT_EQ(shown(90), begin +
                           "epoch 1/2 75%  loss 0.2500  accuracy 50.00 %  iterations 7.0/8.5  "
                           "5.0 s left" +
                           end);
  EXPECT_EQ(shown(40), begin + "epoch 1/2 75%  loss 0.2500  5.0 s left" + end);
  EXPECT_EQ(shown(13), begin + "epoch 1/2 75%" + end);
  EXPECT_EQ(shown(12), begin + end);
}

TEST_F(ProgressTest, ElsewhereALineNowAndThenAndOnePerEpoch) {
  Progress progress = Start(/*terminal=*/false, /*epochs=*/2);
  now_ += 19;
  progress.OnBatch(SomeBatch());
  EXPECT_EQ(out_.str(), "");
  now_ += 1;
  progress.OnBatch(SomeBatch());
  const std::string line =
      "epoch 1/2 75%  loss 0.2500  accuracy 50.00 %  iterations 7.0/8.5  150 samples/s  33 s "
      "left\n";
  EXPECT_EQ(out_.str(), line) << "whatever the terminal's width";
  now_ += 15;
  EXPECT_TRUE(progress.OnEpoch({SomeEpoch()}).ok());
  out_.str("");
  now_ += 19;
  progress.OnBatch(SomeBatch());
  EXPECT_EQ(out_.str(), "") << "the line of the epoch counts";
  now_ += 1;
  progress.OnBatch(SomeBatch());
  EXPECT_THAT(out_.str(), HasSubstr("epoch 1/2 75%"));
}

TEST_F(ProgressTest, OneLinePerEpochElsewhere) {
  Progress progress = Start(/*terminal=*/false, /*epochs=*/1);
  progress.OnBatch(SomeBatch());
  EXPECT_EQ(out_.str(), "");
  EpochMetrics epoch = SomeEpoch();
  epoch.train.backward.unconverged = 0.0125;
  EXPECT_TRUE(progress.OnEpoch({epoch}).ok());
  EXPECT_EQ(out_.str(),
            "epoch 1/1: train loss 0.5000, test loss 0.2500, test accuracy 87.50 %, iterations "
            "7.0 forward 8.5 backward, 200 samples/s, not converged: 0 % of the samples forward "
            "1.25 % backward\n");
}

TEST_F(ProgressTest, SamplesHeldBackAreInTheLine) {
  Progress progress = Start(/*terminal=*/false, /*epochs=*/1);
  EpochMetrics epoch = SomeEpoch();
  epoch.validation = ValidationMetrics{0.375, 0.75};
  EXPECT_TRUE(progress.OnEpoch({epoch}).ok());
  EXPECT_THAT(out_.str(),
              HasSubstr("epoch 1/1: train loss 0.5000, validation loss 0.3750, validation "
                        "accuracy 75.00 %, test loss 0.2500, test accuracy 87.50 %, "));
}

TEST_F(ProgressTest, TheLineMakesRoomForWhatIsSaid) {
  Progress progress = Start(/*terminal=*/true, /*epochs=*/2);
  now_ += 3;
  progress.OnBatch(SomeBatch());
  out_.str("");
  progress.OnRecovery("loss is nan");
  EXPECT_EQ(out_.str(), "\r\033[K");
  progress.OnWishedCheckpoint("run/\x1b");
  EXPECT_EQ(out_.str(), "\r\033[Kcheckpoint written to run/\\x1b\n");
}

}  // namespace
}  // namespace mondeq
