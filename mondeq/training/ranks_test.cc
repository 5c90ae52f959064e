// Training in shards and by several ranks, which are threads here: nothing but the shards decides
// what is learnt, to the bit.
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/collective/collective.h"
#include "mondeq/collective/rank_threads.h"
#include "mondeq/core/file.h"
#include "mondeq/core/random.h"
#include "mondeq/model/small_model_testing.h"
#include "mondeq/testing/test_device.h"
#include "mondeq/training/experiment.h"
#include "mondeq/training/small_experiment_testing.h"

namespace mondeq {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Steps of eight shards of two samples, the last of an epoch with one shard that is full, one of
// one sample, and six without any.
SmallExperimentOptions Options(const std::vector<std::string>& overrides = {}) {
  SmallExperimentOptions options;
  options.samples = 51;
  options.overrides = overrides;
  options.overrides.push_back("training.shards=8");
  return options;
}

// What a run leaves.
struct Outcome {
  absl::Status status;
  std::vector<double> history, parameters;
};

// Runs the experiment by so many ranks, each with an observer of its own that `observe` makes, or
// goes on with a run.
template <class MakeObserver>
Outcome Train(int ranks, const SmallExperimentOptions& options, const std::string& directory,
              bool resumes, const MakeObserver& observe,
              absl::optional<bool> shares = absl::nullopt) {
  std::vector<Outcome> runs(static_cast<std::size_t>(ranks));
  const absl::Status status = RunOnThreads(ranks, {}, [&](Communicator& communicator) {
    SmallExperiment small(options);
    const auto trainer = small.MakeTrainer(&communicator);
    trainer->preparation().set_shares(shares);
    Outcome& run = runs[static_cast<std::size_t>(communicator.rank())];
    if (!directory.empty()) trainer->set_checkpoints(directory);
    if (resumes) run.status = trainer->Resume().status();
    const auto observer = observe(communicator.rank(), &small);
    if (run.status.ok()) run.status = trainer->Run(observer.get());
    run.history = WithoutTime(trainer->history());
    run.parameters = ParameterValues(*small.model);
    return run.status;
  });
  for (const Outcome& run : runs) {
    EXPECT_EQ(run.status.code(), runs[0].status.code());
    EXPECT_EQ(run.history, runs[0].history);
    // Those that diverge are beyond comparing.
    EXPECT_TRUE(absl::IsOutOfRange(status) || run.parameters == runs[0].parameters);
  }
  runs[0].status = status;
  return runs[0];
}

Outcome Train(int ranks, const SmallExperimentOptions& options,
              absl::optional<bool> shares = absl::nullopt) {
  return Train(
      ranks, options, "", false,
      [](int, SmallExperiment*) { return std::make_unique<TrainingObserver>(); }, shares);
}

// A model of convolutions for images of 4 x 4 pixels.
std::string ImageModel(const std::string& injection, const std::string& op) {
  return absl::StrCat(
      "input { rows: 4 columns: 4 channels: 1 } classes: 3 equilibrium { injection { ", injection,
      " {} } operator { ", op,
      " } nonlinearity { [mondeq.relu] {} } splitting { [mondeq.peaceman_rachford] {} tolerance: "
      "1e-3 } } readout { [mondeq.flatten] {} } readout { [mondeq.affine] {} }");
}

struct Variant {
  std::string name;
  std::vector<std::string> overrides;
  std::string model = "";
};

class RanksTest : public ::testing::TestWithParam<Variant> {};

TEST_P(RanksTest, ChangeNoBit) {
  SmallExperimentOptions options = Options(GetParam().overrides);
  options.model = GetParam().model;
  const Outcome one = Train(1, options);
  ASSERT_TRUE(one.status.ok()) << one.status;
  // Whether they share the making of matrices is theirs to find out, or said.
  const std::vector<std::pair<int, absl::optional<bool>>> ways = {
      {2, absl::nullopt}, {2, false}, {4, true}, {8, true}};
  for (const auto& [ranks, shares] : ways) {
    const Outcome several = Train(ranks, options, shares);
    EXPECT_TRUE(several.status.ok()) << several.status;
    EXPECT_EQ(several.history, one.history) << ranks;
    EXPECT_EQ(several.parameters, one.parameters) << ranks;
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, RanksTest,
    ::testing::Values(
        Variant{"Dense", {}},
        Variant{
            "Tuned",
            {"model.equilibrium.splitting.peaceman_rachford={ alpha { tune { at_batch: 1 } } }"}},
        Variant{"Automatic",
                {"model.equilibrium.splitting.peaceman_rachford={ alpha { automatic { "
                 "every_batches: 3 } } }"}},
        Variant{"Conv", {}, ImageModel("[mondeq.padded_conv]", "[mondeq.conv] { channels: 3 }")},
        Variant{"MultiTier",
                {},
                ImageModel("[mondeq.padded_conv]",
                           "[mondeq.multi_tier_conv] { channels: 2 channels: 3 }")},
        Variant{"OwnAdjoint",
                {"model.equilibrium.gradient={ splitting { [mondeq.douglas_rachford] {} } }"},
                ImageModel("[mondeq.padded_conv]", "[mondeq.conv] { channels: 3 }")},
        Variant{"Certified", {"model.equilibrium.splitting.criterion=CERTIFIED_ERROR"}},
        Variant{"HeldBack",
                {"training.validation_fraction=0.2", "training.early_stopping={ patience: 2 }"}},
        Variant{"Clipped", {"training.max_gradient_norm=0.01"}}),
    [](const auto& variant) { return variant.param.name; });

// Shards are solved by themselves, so what differs is how exactly.
TEST(ShardsTest, GiveTheGradientsOfTheWholeBatch) {
  std::vector<double> whole;
  for (const int shards : {1, 2, 4, 16}) {
    SmallExperimentOptions options;
    options.dtype = DType::kFloat64;
    options.overrides = {absl::StrCat("training.shards=", shards), "training.epochs=1",
                         "model.equilibrium.splitting.tolerance=1e-12",
                         "training.optimizer.sgd={}"};
    const Outcome run = Train(1, options);
    if (whole.empty()) whole = run.parameters;
    for (std::size_t i = 0; i < whole.size(); ++i)
      EXPECT_NEAR(run.parameters[i], whole[i], 1e-11) << shards;
  }
}

// The order of sums is all that differs, of numbers that are right to about 1e-16.
TEST(FastReductionTest, DiffersByRoundingOnly) {
  SmallExperimentOptions options = Options({"training.optimizer.sgd={}"});
  options.dtype = DType::kFloat64;
  const Outcome reproducible = Train(1, options);
  options.overrides.push_back("training.reduction=FAST");
  for (const int ranks : {1, 2, 4, 8}) {
    const Outcome fast = Train(ranks, options);
    ASSERT_TRUE(fast.status.ok()) << fast.status;
    for (std::size_t i = 0; i < fast.parameters.size(); ++i)
      EXPECT_NEAR(fast.parameters[i], reproducible.parameters[i], 1e-11) << ranks;
    for (std::size_t i = 0; i < fast.history.size(); ++i)
      EXPECT_NEAR(fast.history[i], reproducible.history[i],
                  1e-11 * std::abs(reproducible.history[i]));
  }
}

// A run that is stopped again and again, and goes on by another number of ranks each time.
TEST(RanksResumeTest, ARunGoesOnByOtherRanks) {
  const SmallExperimentOptions options = Options();
  const Outcome whole = Train(1, options);
  Random random(5);
  for (int trial = 0; trial < Trials(5, 1); ++trial) {
    const std::string directory = absl::StrCat(::testing::TempDir(), "/ranks_resume_", trial);
    Outcome run;
    bool resumes = false;
    for (int i = 0, ranks = 2;; ++i, ranks = std::vector<int>{1, 4, 2, 8}[i % 4]) {
      const auto steps = static_cast<Index>(1 + random.Uniform(0, 5));
      const int who = static_cast<int>(random.Uniform(0, ranks));
      // The wish of one rank, whichever it is, stops all of them.
      run = Train(ranks, options, directory, resumes, [&](int rank, SmallExperiment*) {
        return std::make_unique<Stopper>(rank == who ? steps : Index{1} << 40);
      });
      if (run.status.ok()) break;
      ASSERT_TRUE(absl::IsCancelled(run.status)) << run.status;
      resumes = true;
    }
    EXPECT_EQ(run.history, whole.history);
    EXPECT_EQ(run.parameters, whole.parameters);
  }
}

// Stops a run after the first batch that is evaluated, if this is the rank that is to.
struct StopsEvaluation : TrainingObserver {
  explicit StopsEvaluation(bool stops) : stops_(stops) {}
  void OnBatch(const BatchProgress& progress) override {
    evaluates_ = progress.batch == progress.batches;
  }
  Wish Next() override { return stops_ && evaluates_ ? Wish::kStop : Wish::kGoOn; }

  const bool stops_;
  bool evaluates_ = false;
};

TEST(RanksResumeTest, OneRankStopsTheEvaluationOfAll) {
  const SmallExperimentOptions options = Options();
  const std::string directory = ::testing::TempDir() + "/ranks_evaluation";
  const Outcome stopped = Train(2, options, directory, false, [](int rank, SmallExperiment*) {
    return std::make_unique<StopsEvaluation>(rank == 1);
  });
  EXPECT_TRUE(absl::IsCancelled(stopped.status)) << stopped.status;
  EXPECT_THAT(std::string(stopped.status.message()),
              HasSubstr("interrupted in epoch 1, while its test samples are evaluated"));
  const Outcome resumed = Train(4, options, directory, true, [](int, SmallExperiment*) {
    return std::make_unique<TrainingObserver>();
  });
  const Outcome whole = Train(1, options);
  EXPECT_EQ(resumed.history, whole.history);
  EXPECT_EQ(resumed.parameters, whole.parameters);
}

// Breaks the weights of one rank, or of all, after a step.
struct Breaker : TrainingObserver {
  Breaker(SmallExperiment* experiment, bool breaks) : small(*experiment), left(breaks ? 5 : -1) {}
  void OnBatch(const BatchProgress&) override {
    if (--left != 0) return;
    small.device->Fill(NAN, small.model->parameters().values());
    small.model->ParametersChanged();
  }
  void OnRecovery(const std::string& what) override { told.push_back(what); }

  SmallExperiment& small;
  Index left;
  std::vector<std::string> told;
};

TEST(RanksFaultTest, OneRankThatDivergesEndsAll) {
  const Outcome run = Train(4, Options(), "", false, [](int rank, SmallExperiment* small) {
    return std::make_unique<Breaker>(small, rank == 2);
  });
  EXPECT_TRUE(absl::IsOutOfRange(run.status));
  EXPECT_THAT(std::string(run.status.message()),
              ::testing::AllOf(HasSubstr("epoch 2, batch 2 of 4: rank 2 of 4 on thread 2: "),
                               HasSubstr("expected finite numbers")));
}

TEST(RanksFaultTest, SoDoesOneWhereSumsAreFast) {
  const Outcome run = Train(
      4, Options({"training.reduction=FAST"}), "", false,
      [](int rank, SmallExperiment* small) { return std::make_unique<Breaker>(small, rank == 2); });
  EXPECT_TRUE(absl::IsOutOfRange(run.status));
  EXPECT_THAT(std::string(run.status.message()), HasSubstr("rank 2 of 4 on thread 2: "));
}

TEST(RanksFaultTest, AllGoBackTogether) {
  const SmallExperimentOptions options = Options({"training.on_divergence={}"});
  const auto broken = [](int which) {
    return [which](int rank, SmallExperiment* small) {
      return std::make_unique<Breaker>(small, which < 0 || rank == which);
    };
  };
  const std::string directory = ::testing::TempDir() + "/ranks_recover";
  const Outcome alone = Train(1, options, directory + "1", false, broken(-1));
  const Outcome one = Train(4, options, directory + "2", false, broken(3));
  EXPECT_TRUE(alone.status.ok()) << alone.status;
  EXPECT_TRUE(one.status.ok()) << one.status;
  EXPECT_EQ(one.history, alone.history);
  EXPECT_EQ(one.parameters, alone.parameters);
}

TEST(RanksFaultTest, ACheckpointThatCannotBeWrittenEndsAll) {
  const std::string file = ::testing::TempDir() + "/a_file";
  ASSERT_TRUE(WriteFileAtomically(file, "x").ok());
  const Outcome run = Train(2, Options(), file + "/checkpoint", false, [](int, SmallExperiment*) {
    return std::make_unique<TrainingObserver>();
  });
  EXPECT_FALSE(run.status.ok());
  EXPECT_THAT(std::string(run.status.message()), HasSubstr("rank 0 of 2 on thread 0: "));
}

TEST(RanksFaultTest, ARunWithoutACheckpointDoesNotResume) {
  const Outcome run =
      Train(2, Options(), ::testing::TempDir() + "/not_there", true,
            [](int, SmallExperiment*) { return std::make_unique<TrainingObserver>(); });
  EXPECT_TRUE(absl::IsNotFound(run.status)) << run.status;
}

std::string RefusalOf(Index batch_size, int shards, int ranks) {
  Experiment experiment;
  ConfigSource source;
  EXPECT_TRUE(ParseConfig(absl::StrCat("name: \"a\" model {", SmallModelText(), "} training { ",
                                       "shards: ", shards,
                                       " optimizer { [mondeq.adam] {} } schedule { "
                                       "[mondeq.constant] { learning_rate: 1 } } }"),
                          "f", {}, &experiment, &source)
                  .ok());
  experiment.mutable_data()->set_batch_size(batch_size);
  return std::string(CheckRanks(experiment, source, ranks).message());
}

TEST(RanksConfigTest, NamesTheNearestShards) {
  EXPECT_EQ(RefusalOf(128, 8, 4), "");
  EXPECT_THAT(RefusalOf(128, 3, 1), HasSubstr("training.shards: expected a divisor of "
                                              "data.batch_size, 128, found 3; the nearest: 2, 4"));
  EXPECT_THAT(RefusalOf(96, 6, 4),
              HasSubstr("expected a divisor of data.batch_size, 96, that is a multiple of the 4 "
                        "ranks, found 6; the nearest: 4, 8"));
  EXPECT_THAT(RefusalOf(128, 1, 2), HasSubstr("found 1; the nearest: 2"));
  EXPECT_THAT(RefusalOf(100, 10, 3), HasSubstr("there is none"));
}

}  // namespace
}  // namespace mondeq
