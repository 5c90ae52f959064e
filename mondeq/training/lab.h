// A small experiment for tests: samples of three classes that a small network can tell apart, a
// dense monDEQ, two loaders.
#ifndef MONDEQ_TRAINING_LAB_H_
#define MONDEQ_TRAINING_LAB_H_

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

struct LabOptions {
  // Changes of the experiment, as for --set.
  std::vector<std::string> overrides;
  int threads = 1;
  DType dtype = DType::kFloat32;
  Index samples = 60;
  Index batch_size = 16;
};

struct Lab {
  explicit Lab(const LabOptions& options = {});

  // A trainer of this experiment.
  std::unique_ptr<Trainer> MakeTrainer();

  std::unique_ptr<Device> device;
  Experiment experiment;
  ConfigSource source;
  std::unique_ptr<Model> model;
  std::unique_ptr<Loader> train, test;
};

// All parameters, in the order of declaration.
std::vector<double> ParameterValues(Model& model);
std::vector<double> ToDoubles(Device& device, const Tensor& tensor);

// Every metric except the time, an epoch after the other.
std::vector<double> WithoutTime(const std::vector<EpochMetrics>& history);

}  // namespace mondeq

#endif  // MONDEQ_TRAINING_LAB_H_
