// What is left of a run's checkpoints when the disk fails or the machine stops while one is
// written: at every system call, the state before or the state after.
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/core/file.h"
#include "mondeq/core/safetensors.h"
#include "mondeq/model/small_model_testing.h"
#include "mondeq/testing/faulty_files.h"
#include "mondeq/training/checkpoint_files.h"
#include "mondeq/training/small_experiment_testing.h"

namespace mondeq {
namespace {

namespace fs = std::filesystem;

constexpr Fault kFaults[] = {Fault::kInputOutput, Fault::kNoSpace, Fault::kShortWrite,
                             Fault::kCrash, Fault::kCrashAfterNames};

bool IsCrash(Fault fault) { return fault == Fault::kCrash || fault == Fault::kCrashAfterNames; }

class CheckpointFaultTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = absl::StrCat(::testing::TempDir(), "/",
                           ::testing::UnitTest::GetInstance()->current_test_info()->name());
    Clear();
    values_.push_back({});
    for (Index steps = 1; steps <= 6; ++steps) {
      ASSERT_EQ(Run(steps).code(), absl::StatusCode::kCancelled);
      SmallExperiment small;
      ASSERT_EQ(StepsKept(&small), steps);
      values_.push_back(ParameterValues(*small.model));
      Clear();
    }
  }

  void Clear() const {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  std::string Checkpoints() const { return folder_ + "/checkpoint"; }

  // Goes on with the run, or begins it, until there are `steps`.
  absl::Status Run(Index steps) const {
    SmallExperiment small;
    const auto trainer = small.MakeTrainer();
    CheckpointPolicy policy;
    policy.keep = keep_;
    trainer->set_checkpoints(Checkpoints(), policy);
    Index done = 0;
    if (!CheckpointsIn(Checkpoints()).empty()) {
      MONDEQ_RETURN_IF_ERROR(trainer->Resume().status());
      done = 4 * static_cast<Index>(trainer->history().size()) + trainer->batches_done();
    }
    Stopper stopper(steps - done);
    return trainer->Run(&stopper);
  }

  // The steps of the checkpoint that a run would go on from, whose state `small` gets; 0 if there
  // is none.
  Index StepsKept(SmallExperiment* small) const {
    const auto trainer = small->MakeTrainer();
    trainer->set_checkpoints(Checkpoints());
    const auto resumed = trainer->Resume();
    if (absl::IsNotFound(resumed.status())) return 0;
    EXPECT_TRUE(resumed.ok()) << resumed.status();
    return 4 * static_cast<Index>(trainer->history().size()) + trainer->batches_done();
  }

  // Lets every call fail of a run that goes on from `before` to `after` steps, and checks what is
  // left. Returns the number of calls.
  int FailEverywhere(Fault fault, Index before, Index after) const {
    for (int n = 1;; ++n) {
      Clear();
      if (before > 0) {
        EXPECT_EQ(Run(before).code(), absl::StatusCode::kCancelled);
      }
      absl::Status status;
      bool failed = false;
      {
        FaultyFiles files(folder_, fault, n);
        status = Run(after);
        failed = files.has_failed();
      }
      SmallExperiment small;
      const Index kept = StepsKept(&small);
      const std::string where =
          absl::StrCat("fault ", static_cast<int>(fault), " at call ", n, ": ", status.ToString());
      EXPECT_TRUE(kept == before || kept == after) << kept << " steps, " << where;
      // The run said that it had written it.
      if (absl::IsCancelled(status)) {
        EXPECT_EQ(kept, after) << where;
      }
      if (kept > 0) {
        EXPECT_EQ(ParameterValues(*small.model), values_[static_cast<std::size_t>(kept)]) << where;
      }
      if (!IsCrash(fault) && fs::exists(Checkpoints())) {
        // Two calls may fail after a short write, of which the second is the removal.
        for (const auto& entry : fs::directory_iterator(Checkpoints())) {
          EXPECT_EQ(entry.path().extension(), ".safetensors") << entry << " " << where;
        }
      }
      if (!failed) return n - 1;
    }
  }

  std::string folder_;
  Index keep_ = 1;
  // The parameters after so many steps.
  std::vector<std::vector<double>> values_;
};

TEST_F(CheckpointFaultTest, OldOrNewStateIsThere) {
  for (const Index keep : {1, 2}) {
    keep_ = keep;
    for (const Fault fault : kFaults) {
      // The first of all, with its folder; one in an epoch.
      EXPECT_GE(FailEverywhere(fault, 0, 2), 5);
      EXPECT_GE(FailEverywhere(fault, 5, 6), 5);
    }
  }
}

// Every bit of a checkpoint and every length but the whole.
TEST_F(CheckpointFaultTest, EveryChangeIsNoticed) {
  ASSERT_EQ(Run(5).code(), absl::StatusCode::kCancelled);
  const std::string whole = *ReadFile(CheckpointPath(Checkpoints(), 5));
  const std::string sound = SerializeSafetensors(*ParseSafetensors(whole, "f"));
  Index unnoticed = 0;
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    std::string flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    const auto parsed = ParseSafetensors(flipped, "f");
    if (!parsed.ok()) continue;
    // White space around JSON for other white space.
    EXPECT_EQ(SerializeSafetensors(*parsed), sound) << "bit " << bit;
    ++unnoticed;
  }
  EXPECT_LE(unnoticed, 24);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(ParseSafetensors(absl::string_view(whole).substr(0, size), "f").ok()) << size;
  }
  RecordProperty("bits", static_cast<int>(8 * whole.size()));
  RecordProperty("changed_spaces", static_cast<int>(unnoticed));
}

}  // namespace
}  // namespace mondeq
