// The experiment of a config with made-up samples in the shape of its data set: what benchmarks
// run. Nothing needs to be downloaded.
#ifndef MONDEQ_BENCHMARKS_WORKLOAD_H_
#define MONDEQ_BENCHMARKS_WORKLOAD_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "mondeq/core/config_source.h"
#include "mondeq/data/loader.h"
#include "mondeq/device/device.h"
#include "mondeq/training/experiment.pb.h"
#include "mondeq/training/model.h"
#include "mondeq/training/trainer.h"

namespace mondeq {

struct WorkloadOptions {
  std::string device = "cpu";  // cpu, cuda or auto
  int threads = 0;             // 0: one per core
  Index batches = 100;         // of samples
};

struct Workload {
  // `name` is a file in configs/, as "mnist_dense", or a path. float32. Errors: those of the config
  // and the device.
  absl::Status Load(absl::string_view name, const WorkloadOptions& options);

  Experiment experiment;
  ConfigSource source;
  std::unique_ptr<Device> device;
  std::unique_ptr<Model> model;
  std::unique_ptr<Loader> loader;
  std::unique_ptr<Trainer> trainer;
};

}  // namespace mondeq

#endif  // MONDEQ_BENCHMARKS_WORKLOAD_H_
