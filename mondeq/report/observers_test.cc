#include "mondeq/report/observers.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mondeq {
namespace {

using ::testing::ElementsAre;
using Wish = TrainingObserver::Wish;

// Writes down in a common list what it is told.
class Listener final : public TrainingObserver {
 public:
  Listener(std::string name, std::vector<std::string>* heard)
      : name_(std::move(name)), heard_(*heard) {}

  void OnBatch(const BatchProgress& batch) override { Hear("batch", std::to_string(batch.batch)); }
  absl::Status OnCheckpoint() override {
    Hear("checkpoint", "");
    return status;
  }
  absl::Status OnEpoch(const std::vector<EpochMetrics>& history) override {
    Hear("epoch", std::to_string(history.size()));
    return status;
  }
  void OnRecovery(const std::string& what) override { Hear("recovery", what); }
  Wish Next() override {
    Hear("next", "");
    return wish;
  }
  void OnWishedCheckpoint(const std::string& path) override { Hear("wished", path); }

  absl::Status status;
  Wish wish = Wish::kGoOn;

 private:
  void Hear(const std::string& what, const std::string& value) {
    heard_.push_back(name_ + " " + what + value);
  }

  std::string name_;
  std::vector<std::string>& heard_;
};

class ObserversTest : public ::testing::Test {
 protected:
  std::vector<std::string> heard_;
  Listener one_{"a", &heard_}, other_{"b", &heard_};
  Observers both_{{&one_, &other_}};
};

TEST_F(ObserversTest, AllHearEverythingInTheirOrder) {
  BatchProgress batch;
  batch.batch = 7;
  both_.OnBatch(batch);
  EXPECT_TRUE(both_.OnCheckpoint().ok());
  EXPECT_TRUE(both_.OnEpoch(std::vector<EpochMetrics>(2)).ok());
  both_.OnRecovery("!");
  both_.OnWishedCheckpoint("?");
  EXPECT_THAT(heard_,
              ElementsAre("a batch7", "b batch7", "a checkpoint", "b checkpoint", "a epoch2",
                          "b epoch2", "a recovery!", "b recovery!", "a wished?", "b wished?"));
}

TEST_F(ObserversTest, TheFirstErrorEndsIt) {
  one_.status = absl::DataLossError("disk");
  EXPECT_EQ(both_.OnCheckpoint(), one_.status);
  EXPECT_EQ(both_.OnEpoch({}), one_.status);
  EXPECT_THAT(heard_, ElementsAre("a checkpoint", "a epoch0"));
}

TEST_F(ObserversTest, TheStrongestWishCountsAndAllAreAsked) {
  for (Wish one : {Wish::kGoOn, Wish::kCheckpoint, Wish::kStop}) {
    for (Wish other : {Wish::kGoOn, Wish::kCheckpoint, Wish::kStop}) {
      heard_.clear();
      one_.wish = one;
      other_.wish = other;
      EXPECT_EQ(both_.Next(), std::max(one, other));
      EXPECT_THAT(heard_, ElementsAre("a next", "b next"));
    }
  }
  EXPECT_EQ(Observers({}).Next(), Wish::kGoOn);
}

}  // namespace
}  // namespace mondeq
