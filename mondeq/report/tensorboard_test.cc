#include "mondeq/report/tensorboard.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/core/file.h"
#include "mondeq/report/record.h"

namespace mondeq {
namespace {

using ::testing::ElementsAre;
using ::testing::StartsWith;

// The events of a file, whose records must be whole.
std::vector<Event> Parse(absl::string_view bytes) {
  std::vector<Event> events;
  while (!bytes.empty()) {
    std::uint64_t length = 0;
    EXPECT_GE(bytes.size(), sizeof(length));
    std::memcpy(&length, bytes.data(), sizeof(length));
    const absl::string_view record = bytes.substr(0, 16 + length), event = bytes.substr(12, length);
    EXPECT_EQ(record, Record(event)) << "length and checksums";
    events.emplace_back();
    EXPECT_TRUE(events.back().ParseFromArray(event.data(), static_cast<int>(event.size())));
    bytes.remove_prefix(record.size());
  }
  return events;
}

class TensorBoardTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = ::testing::TempDir() + "/" +
              ::testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::create_directory(folder_);
  }

  std::vector<Event> Events() const {
    std::vector<Event> events;
    for (const auto& file : std::filesystem::directory_iterator(folder_)) {
      EXPECT_THAT(file.path().filename().string(), StartsWith("events.out.tfevents."));
      events = Parse(ReadFile(file.path().string()).value());
    }
    return events;
  }

  // The values of a tag by their steps.
  std::vector<std::pair<Index, float>> Scalars(const std::string& tag) const {
    std::vector<std::pair<Index, float>> scalars;
    for (const Event& event : Events()) {
      for (const Summary::Value& value : event.summary().value()) {
        if (value.tag() == tag) scalars.emplace_back(event.step(), value.simple_value());
      }
    }
    return scalars;
  }

  std::vector<Index> Starts() const {
    std::vector<Index> starts;
    for (const Event& event : Events()) {
      if (event.session_log().status() == SessionLog::START) starts.push_back(event.step());
    }
    return starts;
  }

  // Steps of two samples each, whose loss, iterations and gradient are their number in the epoch.
  void Step(Index epoch, Index batch, TensorBoard* board) {
    BatchProgress progress;
    progress.epoch = epoch;
    progress.batch = batch;
    progress.batches = kBatches;
    progress.samples = 2 * batch;
    const double mean = static_cast<double>(batch + 1) / 2;
    progress.train.loss = progress.train.gradient_norm = mean;
    progress.train.forward.iterations = progress.train.backward.iterations = mean;
    progress.train.learning_rate = 0.5;
    board->OnBatch(progress);
  }

  static constexpr Index kBatches = 25;
  std::string folder_;
};

TEST_F(TensorBoardTest, StepsAreMeansSinceTheLast) {
  TensorBoard board(folder_, kBatches);
  for (Index epoch : {1, 2}) {
    for (Index batch = 1; batch <= kBatches; ++batch) Step(epoch, batch, &board);
  }
  ASSERT_FALSE(Events().empty());
  EXPECT_EQ(Events()[0].file_version(), "brain.Event:2");
  EXPECT_THAT(Starts(), ElementsAre(1));
  for (const char* tag :
       {"step/loss", "step/forward_iterations", "step/backward_iterations", "step/gradient_norm"}) {
    using Scalar = std::pair<Index, float>;
    EXPECT_THAT(Scalars(tag), ElementsAre(Scalar(10, 5.5f), Scalar(20, 15.5f), Scalar(25, 23.f),
                                          Scalar(35, 5.5f), Scalar(45, 15.5f), Scalar(50, 23.f)))
        << tag;
  }
  for (const auto& rate : Scalars("step/learning_rate")) EXPECT_EQ(rate.second, 0.5f);
  const std::vector<Event> events = Events();
  EXPECT_TRUE(std::is_sorted(events.begin(), events.end(), [](const Event& a, const Event& b) {
    return a.wall_time() < b.wall_time();
  }));
  EXPECT_GT(events[0].wall_time(), 1.7e9);
}

TEST_F(TensorBoardTest, EveryMetricOfAnEpochIsThere) {
  TensorBoard board(folder_, kBatches);
  EpochMetrics metrics;
  double next = 1.125;
  ForEachMetric(metrics, [&](const char*, auto& value) {
    value = static_cast<std::decay_t<decltype(value)>>(next += 1);
  });
  metrics.epoch = 3;
  metrics.m = std::numeric_limits<double>::quiet_NaN();
  EXPECT_TRUE(board.OnEpoch({EpochMetrics(), metrics}).ok());
  ForEachMetric(metrics, [&](const std::string& name, auto value) {
    const auto scalars = Scalars(TagOf(name));
    ASSERT_EQ(scalars.size(), 1u) << name;
    EXPECT_EQ(scalars[0].first, 3 * kBatches);
    if (name == "m") {
      EXPECT_TRUE(std::isnan(scalars[0].second));
    } else {
      EXPECT_EQ(scalars[0].second, static_cast<float>(value)) << name;
    }
  });
  EXPECT_EQ(TagOf("train_loss"), "train/loss");
  EXPECT_EQ(TagOf("test_accuracy"), "test/accuracy");
  EXPECT_EQ(TagOf("validation_loss"), "validation/loss");
  EXPECT_EQ(TagOf("forward_iterations"), "solver/forward_iterations");
}

// A run that has diverged goes back; one that is resumed begins in the middle.
TEST_F(TensorBoardTest, SaysWhereItStartsAgain) {
  TensorBoard board(folder_, kBatches);
  for (Index batch = 18; batch <= kBatches; ++batch) Step(2, batch, &board);
  EXPECT_TRUE(board
                  .OnEpoch({EpochMetrics(),
                            [] {
                              EpochMetrics second;
                              second.epoch = 2;
                              return second;
                            }()})
                  .ok());
  for (Index batch = 1; batch <= 4; ++batch) Step(3, batch, &board);
  for (Index batch = 12; batch <= 20; ++batch) Step(2, batch, &board);
  EXPECT_THAT(Starts(), ElementsAre(43, 37));
  using Scalar = std::pair<Index, float>;
  // Of the step that it goes on with what is known is its mean with those before.
  EXPECT_THAT(Scalars("step/loss"),
              ElementsAre(Scalar(45, 19.5f), Scalar(50, 23.f), Scalar(45, 16.5f)));
}

TEST_F(TensorBoardTest, ErrorsComeAtTheEndOfAnEpoch) {
  TensorBoard board(folder_ + "/no/such", kBatches);
  for (Index batch = 1; batch <= kBatches; ++batch) Step(1, batch, &board);
  EXPECT_TRUE(absl::IsNotFound(board.OnEpoch({EpochMetrics()})));
}

}  // namespace
}  // namespace mondeq
