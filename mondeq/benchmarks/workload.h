// The model and trainer of an experiment with made-up samples in the shape of its data set: what
// benchmarks run. Nothing needs to be downloaded.
#ifndef MONDEQ_BENCHMARKS_WORKLOAD_H_
#define MONDEQ_BENCHMARKS_WORKLOAD_H_

#include <memory>

#include "absl/status/status.h"
#include "mondeq/core/config_source.h"
#include "mondeq/data/loader.h"
#include "mondeq/device/device.h"
#include "mondeq/model/model.h"
#include "mondeq/training/experiment.pb.h"
#include "mondeq/training/trainer.h"

namespace mondeq {

struct Workload {
  // Makes all of them, with samples for `batches` batches, in float32. `experiment` and `device`
  // must outlive the workload. Errors: kInvalidArgument, located in `source`, also for an
  // experiment without data.
  absl::Status Make(const Experiment& experiment, const ConfigSource& source, Device* device,
                    Index batches);

  std::unique_ptr<Model> model;
  std::unique_ptr<Loader> loader;
  std::unique_ptr<Trainer> trainer;
};

}  // namespace mondeq

#endif  // MONDEQ_BENCHMARKS_WORKLOAD_H_
