// A small experiment for tests: the model of small_model_testing.h, samples of three classes that
// it can learn to tell apart, and a loader for each split.
#ifndef MONDEQ_TRAINING_SMALL_EXPERIMENT_TESTING_H_
#define MONDEQ_TRAINING_SMALL_EXPERIMENT_TESTING_H_

#include <memory>
#include <string>
#include <vector>

#include "mondeq/core/config_source.h"
#include "mondeq/data/loader.h"
#include "mondeq/device/device.h"
#include "mondeq/model/model.h"
#include "mondeq/training/experiment.pb.h"
#include "mondeq/training/metrics.h"
#include "mondeq/training/trainer.h"

namespace mondeq {

struct SmallExperimentOptions {
  // The config of another model of images with one channel.
  std::string model;
  // Changes of the experiment, as for --set.
  std::vector<std::string> overrides;
  int threads = 1;
  DType dtype = DType::kFloat32;
  Index samples = 60;
  Index batch_size = 16;
};

struct SmallExperiment {
  explicit SmallExperiment(const SmallExperimentOptions& options = {});

  // Makes a trainer of this experiment, which may be that of one rank of several.
  std::unique_ptr<Trainer> MakeTrainer(Communicator* ranks = nullptr);

  std::unique_ptr<Device> device;
  Experiment experiment;
  ConfigSource source;
  std::unique_ptr<Model> model;
  std::unique_ptr<Loader> train, test;
  // Null unless the experiment holds samples back.
  std::unique_ptr<Loader> validation;
};

// An observer that only looks on.
TrainingObserver* Nobody();

// Stops a run after `steps` steps, with a checkpoint where it writes any.
struct Stopper : TrainingObserver {
  explicit Stopper(Index steps) : left(steps) {}
  void OnBatch(const BatchProgress&) override { --left; }
  Wish Next() override { return left == 0 ? Wish::kStop : Wish::kGoOn; }
  Index left;
};

// Trains a small experiment for `steps` steps, with checkpoints in `directory`. Errors: kCancelled,
// unless it ends before that.
absl::Status RunSmall(Index steps, const std::string& directory,
                      const SmallExperimentOptions& options = {},
                      const CheckpointPolicy& policy = {});

// The values of every metric except time and memory, one epoch after the other.
std::vector<double> WithoutTime(const std::vector<EpochMetrics>& history);

}  // namespace mondeq

#endif  // MONDEQ_TRAINING_SMALL_EXPERIMENT_TESTING_H_
