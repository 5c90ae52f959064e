#include "mondeq/training/trainer.h"

#include <cmath>
#include <utility>

#include "gmock/gmock.h"
#include "mondeq/model/small_model_testing.h"
#include "mondeq/testing/test_device.h"
#include "mondeq/training/small_experiment_testing.h"

namespace mondeq {
namespace {

using ::testing::HasSubstr;

TEST(Trainer, LearnsAndReports) {
  SmallExperimentOptions options;
  options.overrides = {"training.epochs=12"};
  SmallExperiment small(options);
  const auto trainer = small.MakeTrainer();
  ASSERT_TRUE(trainer->Run(Nobody()).ok());
  const std::vector<EpochMetrics>& history = trainer->history();
  ASSERT_EQ(history.size(), 12u);
  EXPECT_EQ(history.front().epoch, 1);
  EXPECT_LT(history.back().train.loss, history.front().train.loss);
  EXPECT_GT(history.back().test_accuracy, 0.9);
  EXPECT_GT(history.back().train.forward.iterations, 1);
  EXPECT_GT(history.back().train.backward.iterations, 1);
  EXPECT_LE(history.back().train.forward.sample_iterations,
            history.back().train.forward.iterations);
  EXPECT_LE(history.back().train.forward.iterations, history.back().train.forward.most_iterations);
  EXPECT_EQ(history.back().train.forward.unconverged, 0);
  EXPECT_GT(history.back().train.alpha, 0);
}

TEST(Trainer, SameSeedGivesTheSameRun) {
  for (const int threads : {1, 2}) {
    SmallExperimentOptions options;
    options.threads = threads;
    SmallExperiment first(options), second(options);
    const auto one = first.MakeTrainer(), two = second.MakeTrainer();
    ASSERT_TRUE(one->Run(Nobody()).ok());
    ASSERT_TRUE(two->Run(Nobody()).ok());
    EXPECT_EQ(WithoutTime(one->history()), WithoutTime(two->history()));
    EXPECT_EQ(ParameterValues(*first.model), ParameterValues(*second.model));
  }
}

// The first batch of an epoch is certified, and learnt from as it would be else.
TEST(Trainer, CertifyingChangesNoStep) {
  SmallExperimentOptions options;
  options.overrides = {"model.equilibrium.splitting.tolerance=0.3",
                       "model.equilibrium.operator.dense.m=0.1"};
  SmallExperiment small(options), plain(options);
  const auto trainer = small.MakeTrainer(), same = plain.MakeTrainer();
  const auto step = trainer->Step(0, 0);
  ASSERT_TRUE(step.ok()) << step.status();
  EXPECT_FALSE(small.model->certifies());
  EXPECT_GT(small.model->certificate().worst(), 0.3);
  Batch batch(plain.device.get(), DType::kFloat32);
  batch.Load(*plain.train, 0);
  TrainingStep uncertified(plain.model.get());
  uncertified.Forward(batch.x());
  EXPECT_EQ(uncertified.Loss(batch.labels()).loss, step->loss);
  EXPECT_EQ(ToDoubles(*plain.device, plain.model->z()), ToDoubles(*small.device, small.model->z()));
}

// Where certified errors are the criterion those of all batches are, and the column says so.
TEST(Trainer, LearnsFromCertifiedEquilibria) {
  SmallExperimentOptions options;
  options.overrides = {"training.epochs=3", "model.equilibrium.splitting.criterion=CERTIFIED_ERROR",
                       "model.equilibrium.operator.dense.m=0.2"};
  SmallExperiment small(options);
  const auto trainer = small.MakeTrainer();
  ASSERT_TRUE(trainer->Run(Nobody()).ok());
  for (const EpochMetrics& epoch : trainer->history()) {
    EXPECT_EQ(epoch.train.forward.unconverged, 0);
    EXPECT_LE(epoch.train.relative_error, small.model->stopping_rule().tolerance);
    EXPECT_GT(epoch.train.relative_error, 0);
  }
}

TEST(Trainer, ThreadsChangeNoBit) {
  std::vector<double> history, values;
  for (const int threads : {1, 2, 3}) {
    SmallExperimentOptions options;
    options.threads = threads;
    options.samples = 150;
    options.batch_size = 75;
    SmallExperiment small(options);
    const auto trainer = small.MakeTrainer();
    ASSERT_TRUE(trainer->Run(Nobody()).ok());
    if (values.empty()) {
      history = WithoutTime(trainer->history());
      values = ParameterValues(*small.model);
    }
    EXPECT_EQ(WithoutTime(trainer->history()), history);
    EXPECT_EQ(ParameterValues(*small.model), values);
  }
}

TEST(Trainer, AnotherSeedGivesAnotherRun) {
  SmallExperimentOptions options;
  options.overrides = {"training.seed=8", "training.epochs=1"};
  SmallExperiment first(options);
  options.overrides = {"training.seed=9", "training.epochs=1"};
  SmallExperiment second(options);
  const auto one = first.MakeTrainer(), two = second.MakeTrainer();
  ASSERT_TRUE(one->Run(Nobody()).ok());
  ASSERT_TRUE(two->Run(Nobody()).ok());
  EXPECT_NE(WithoutTime(one->history()), WithoutTime(two->history()));
  EXPECT_NE(ParameterValues(*first.model), ParameterValues(*second.model));
}

// The seed sets not only the initial parameters but also the order of samples.
TEST(Trainer, SeedSetsTheOrderOfSamples) {
  const auto first_batch = [](int seed) {
    SmallExperimentOptions options;
    options.overrides = {absl::StrCat("training.seed=", seed)};
    SmallExperiment small(options);
    small.train->StartEpoch(0);
    Batch batch(small.device.get(), DType::kFloat32);
    batch.Load(*small.train, 0);
    return ToDoubles(*small.device, batch.x());
  };
  EXPECT_EQ(first_batch(8), first_batch(8));
  EXPECT_NE(first_batch(8), first_batch(9));
}

TEST(Trainer, OverfitsEightSamples) {
  for (const char* nonlinearity : {"relu", "tanh", "softplus"}) {
    SmallExperimentOptions options;
    options.samples = 8;
    options.batch_size = 8;
    options.overrides = {absl::StrCat("training.epochs=", Trials(300, 100)),
                         absl::StrCat("model.equilibrium.nonlinearity.", nonlinearity, "={}"),
                         "model.classes=8"};
    SmallExperiment small(options);
    const auto trainer = small.MakeTrainer();
    ASSERT_TRUE(trainer->Run(Nobody()).ok());
    EXPECT_EQ(trainer->history().back().train.accuracy, 1) << nonlinearity;
    EXPECT_LT(trainer->history().back().train.loss, 0.1) << nonlinearity;
  }
}

// 10 samples in batches of 4: the last has 2.
TEST(Trainer, LastBatchMayBeSmaller) {
  SmallExperimentOptions options;
  options.samples = 10;
  options.batch_size = 4;
  SmallExperiment small(options);
  struct Watcher : TrainingObserver {
    std::vector<Index> samples;
    void OnBatch(const BatchProgress& progress) override {
      samples.push_back(progress.samples);
      EXPECT_EQ(progress.batches, 3);
    }
  } watcher;
  ASSERT_TRUE(small.MakeTrainer()->Run(&watcher).ok());
  EXPECT_THAT(std::vector<Index>(watcher.samples.begin(), watcher.samples.begin() + 4),
              ::testing::ElementsAre(4, 8, 10, 4));
}

TEST(Evaluator, DoesNotDependOnTheBatches) {
  SmallExperimentOptions options;
  options.dtype = DType::kFloat64;
  options.samples = 11;
  options.overrides = {"model.equilibrium.splitting.tolerance=1e-12",
                       "model.equilibrium.splitting.max_iterations=10000"};
  double loss = -1, accuracy = -1;
  for (const Index batch_size : {11, 4, 1}) {
    options.batch_size = batch_size;
    SmallExperiment small(options);
    const auto result = Evaluator(small.model.get()).Evaluate(*small.test);
    ASSERT_TRUE(result.ok());
    EXPECT_EQ(result->forward.unconverged(), 0);
    EXPECT_EQ(result->forward.batches(), (11 + batch_size - 1) / batch_size);
    if (loss >= 0) {
      EXPECT_NEAR(result->loss, loss, 1e-9);
      EXPECT_EQ(result->accuracy, accuracy);
    }
    loss = result->loss;
    accuracy = result->accuracy;
  }
}

TEST(Trainer, CountsWhatDoesNotConverge) {
  SmallExperimentOptions options;
  options.overrides = {"model.equilibrium.splitting.max_iterations=2",
                       "model.equilibrium.splitting.tolerance=1e-6", "training.epochs=1"};
  SmallExperiment small(options);
  const auto trainer = small.MakeTrainer();
  ASSERT_TRUE(trainer->Run(Nobody()).ok());
  const TrainingMetrics& train = trainer->history()[0].train;
  for (const SolveMetrics& solves : {train.forward, train.backward}) {
    EXPECT_EQ(solves.unconverged, 1);
    EXPECT_EQ(solves.iterations, 2);
    EXPECT_EQ(solves.sample_iterations, 2);
    EXPECT_EQ(solves.most_iterations, 2);
  }
}

TEST(Trainer, DivergenceOfTheSolverIsAnError) {
  SmallExperimentOptions options;
  options.overrides = {"model.equilibrium.splitting.forward_backward.alpha.value=1000",
                       "model.equilibrium.nonlinearity.leaky_relu={}"};
  SmallExperiment small(options);
  const absl::Status status = small.MakeTrainer()->Run(Nobody());
  EXPECT_EQ(status.code(), absl::StatusCode::kOutOfRange);
  EXPECT_THAT(std::string(status.message()), HasSubstr("epoch 1, batch 1 of 4"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("equilibrium"));
}

TEST(Trainer, DivergenceOfTheParametersIsAnError) {
  SmallExperimentOptions options;
  options.overrides = {
      "training.schedule={ [mondeq.step] { learning_rate: 1000 every_epochs: 1 factor: 1000 } }",
      "training.epochs=40"};
  SmallExperiment small(options);
  const absl::Status status = small.MakeTrainer()->Run(Nobody());
  EXPECT_EQ(status.code(), absl::StatusCode::kOutOfRange) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("batch"));
}

TEST(Trainer, ObserversErrorEndsTheRun) {
  struct Failing : TrainingObserver {
    absl::Status OnEpoch(const std::vector<EpochMetrics>&) override {
      return absl::ResourceExhaustedError("disk full");
    }
  } failing;
  SmallExperiment small;
  const auto trainer = small.MakeTrainer();
  EXPECT_EQ(trainer->Run(&failing), absl::ResourceExhaustedError("disk full"));
  EXPECT_EQ(trainer->history().size(), 1u);
}

TEST(Trainer, ObserverMayRefuseACheckpoint) {
  struct Refusing : TrainingObserver {
    int left = 2;
    absl::Status OnCheckpoint() override {
      return left-- > 0 ? absl::OkStatus() : absl::NotFoundError("its folder is gone");
    }
  } refusing;
  SmallExperiment small;
  const auto trainer = small.MakeTrainer();
  const std::string directory = ::testing::TempDir() + "/refused";
  trainer->set_checkpoints(directory);
  EXPECT_EQ(trainer->Run(&refusing), absl::NotFoundError("its folder is gone"));
  const auto again = small.MakeTrainer();
  again->set_checkpoints(directory);
  ASSERT_TRUE(again->Resume().ok());
  EXPECT_EQ(again->history().size(), 2u);
}

// An interrupt while the last checkpoint is written: the epoch is kept, the run is still
// interrupted.
TEST(Trainer, InterruptAfterTheLastEvaluationIsNotSwallowed) {
  struct Late : TrainingObserver {
    bool last_epoch = false;
    absl::Status OnEpoch(const std::vector<EpochMetrics>& history) override {
      last_epoch = history.size() == 4;
      return absl::OkStatus();
    }
    Wish Next() override { return last_epoch ? Wish::kStop : Wish::kGoOn; }
  } late;
  SmallExperiment small;
  const auto trainer = small.MakeTrainer();
  const absl::Status status = trainer->Run(&late);
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("interrupted in epoch 4"));
  EXPECT_EQ(trainer->history().size(), 4u);
}

// A step of plain descent is as long as the clipped gradient says, and in its direction.
TEST(Trainer, ClipsGradientsByTheirNorm) {
  SmallExperimentOptions options;
  options.dtype = DType::kFloat64;
  options.overrides = {"training.optimizer.sgd={ momentum: 0 }",
                       "training.schedule.constant.learning_rate=0.1"};
  const auto step = [&](std::vector<double>* moved) {
    SmallExperiment small(options);
    const std::vector<double> before = ParameterValues(*small.model);
    const auto result = small.MakeTrainer()->Step(0, 0);
    EXPECT_TRUE(result.ok()) << result.status();
    *moved = ParameterValues(*small.model);
    for (std::size_t i = 0; i < before.size(); ++i) (*moved)[i] -= before[i];
    return result->gradient_norm;
  };
  std::vector<double> plain, clipped, same;
  const double norm = step(&plain);
  options.overrides.push_back(absl::StrCat("training.max_gradient_norm=", norm / 4));
  EXPECT_EQ(step(&clipped), norm);
  options.overrides.back() = absl::StrCat("training.max_gradient_norm=", 2 * norm);
  EXPECT_EQ(step(&same), norm);
  EXPECT_EQ(same, plain);
  double squares = 0;
  for (std::size_t i = 0; i < plain.size(); ++i) {
    squares += plain[i] * plain[i];
    EXPECT_NEAR(clipped[i], plain[i] / 4, 1e-5 * 0.1 * norm);  // of six digits in the config
  }
  EXPECT_NEAR(std::sqrt(squares), 0.1 * norm, 1e-12);
}

// A run whose parameters break goes back to its checkpoint and on with a smaller learning rate;
// interrupted and resumed after that it is still the same run.
TEST(Trainer, GoesOnAfterADivergence) {
  struct Breaker : TrainingObserver {
    explicit Breaker(SmallExperiment* experiment) : small(*experiment) {}
    void OnRecovery(const std::string& what) override { recoveries.push_back(what); }
    void OnBatch(const BatchProgress&) override {
      if (++steps != 6) return;
      small.device->Fill(NAN, small.model->parameters().values());
      small.model->ParametersChanged();
    }
    Wish Next() override { return steps == stop_after ? Wish::kStop : Wish::kGoOn; }

    SmallExperiment& small;
    std::vector<std::string> recoveries;
    Index steps = 0, stop_after = -1;
  };
  SmallExperimentOptions options;
  options.overrides = {"training.on_divergence={ reduce_learning_rate: 0.25 }"};
  const std::string folder = ::testing::TempDir() + "/recovers";
  SmallExperiment whole(options), parts(options), rest(options);
  Breaker watcher(&whole), stopped(&parts);
  const auto trainer = whole.MakeTrainer();
  trainer->set_checkpoints(folder + "_whole");
  const absl::Status status = trainer->Run(&watcher);
  ASSERT_TRUE(status.ok()) << status;
  // In the third step of the second epoch, from whose begin it is made anew.
  ASSERT_EQ(watcher.recoveries.size(), 1u);
  EXPECT_THAT(watcher.recoveries[0],
              ::testing::AllOf(HasSubstr("epoch 2, batch 3 of 4"),
                               HasSubstr("goes on after 1 epochs and 0 batches"),
                               HasSubstr("with the learning rate times 0.25 (retry 1 of 3)")));
  EXPECT_EQ(trainer->history()[0].train.learning_rate, 0.01);
  EXPECT_EQ(trainer->history()[1].train.learning_rate, 0.0025);

  stopped.stop_after = 9;
  const auto first = parts.MakeTrainer();
  first->set_checkpoints(folder + "_parts");
  ASSERT_EQ(first->Run(&stopped).code(), absl::StatusCode::kCancelled);
  const auto second = rest.MakeTrainer();
  second->set_checkpoints(folder + "_parts");
  ASSERT_TRUE(second->Resume().ok());
  ASSERT_TRUE(second->Run(Nobody()).ok());
  EXPECT_EQ(ParameterValues(*rest.model), ParameterValues(*whole.model));
}

TEST(Trainer, GivesUpAfterItsRetries) {
  struct Watcher : TrainingObserver {
    int recoveries = 0;
    void OnRecovery(const std::string&) override { ++recoveries; }
  } watcher;
  SmallExperimentOptions options;
  options.overrides = {"model.equilibrium.splitting.forward_backward.alpha.value=1000",
                       "model.equilibrium.nonlinearity.leaky_relu={}",
                       "training.on_divergence={ retries: 2 }"};
  SmallExperiment small(options), without(options);
  const auto trainer = small.MakeTrainer();
  trainer->set_checkpoints(::testing::TempDir() + "/gives_up");
  EXPECT_EQ(trainer->Run(&watcher).code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(watcher.recoveries, 2);
  // Where nothing is written there is nothing to go back to.
  EXPECT_EQ(without.MakeTrainer()->Run(&watcher).code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(watcher.recoveries, 2);
}

TEST(Trainer, ReportsWhatItIsTrainedWith) {
  SmallExperimentOptions options;
  options.overrides = {"training.epochs=1"};
  SmallExperiment small(options);
  const auto trainer = small.MakeTrainer();
  ASSERT_TRUE(trainer->Run(Nobody()).ok());
  const EpochMetrics& epoch = trainer->history()[0];
  EXPECT_EQ(epoch.m, small.model->op().m());
  EXPECT_EQ(epoch.lipschitz, small.model->Lipschitz());
  EXPECT_GT(epoch.train.gradient_norm, 0);
  EXPECT_NEAR(epoch.train.samples_per_second * epoch.train.seconds, 60, 1e-9);
  EXPECT_GT(epoch.peak_megabytes, 1);
}

TEST(Trainer, NeedsATrainingConfig) {
  SmallExperiment small;
  small.experiment.clear_training();
  const auto trainer =
      Trainer::Create(small.experiment, {}, small.model.get(), small.train.get(), small.test.get());
  EXPECT_EQ(trainer.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(trainer.status().message()), HasSubstr("training"));
}

}  // namespace
}  // namespace mondeq
