// From the flags to what the verbs work with: an experiment, a device, data and a model.
#ifndef MONDEQ_CLI_FROM_FLAGS_H_
#define MONDEQ_CLI_FROM_FLAGS_H_

#include <limits>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "mondeq/core/config_source.h"
#include "mondeq/data/dataset.h"
#include "mondeq/data/loader.h"
#include "mondeq/device/device.h"
#include "mondeq/model/model.h"
#include "mondeq/training/experiment.pb.h"

namespace mondeq {

// Stays where it is made: `source` knows the messages of `experiment` by their addresses.
struct LoadedExperiment {
  Experiment experiment;
  ConfigSource source;
};

// --config with --set, --seed, --epochs, --batch, --tol and --max_iterations merged. Errors:
// kInvalidArgument.
absl::StatusOr<std::unique_ptr<LoadedExperiment>> LoadExperiment();

// --device and --threads. `why` as CreateDevice's.
absl::StatusOr<std::unique_ptr<Device>> MakeDevice(std::string* why);

// The data set of the experiment, with --data_dir; null if it has none. Loads nothing.
absl::StatusOr<std::unique_ptr<Dataset>> MakeDataset(const LoadedExperiment& loaded);
// The same for verbs that need one.
absl::StatusOr<std::unique_ptr<Dataset>> RequireDataset(const LoadedExperiment& loaded);

// One split, loaded, in the batches that the experiment asks for.
absl::StatusOr<Loader> LoadSplit(const LoadedExperiment& loaded, const Dataset& dataset,
                                 Split split);

// The model of the experiment in the shape that config and data set (may be null) give it.
absl::StatusOr<std::unique_ptr<Model>> MakeModel(const LoadedExperiment& loaded,
                                                 const Dataset* dataset, Device* device);

// Refuses a value <= 0, infinite or NaN of a flag that was given. T is a number.
template <class T>
absl::Status CheckPositiveFlag(const char* name, const absl::optional<T>& value) {
  if (!value.has_value()) return absl::OkStatus();
  if (*value > T{0} && *value <= std::numeric_limits<T>::max()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("--", name, ": must be > 0 and finite, found ", *value));
}

// One line on `err` about something that is no error: "mondeq: warning: TEXT".
void Warn(std::ostream& err, const std::string& text);

}  // namespace mondeq

#endif  // MONDEQ_CLI_FROM_FLAGS_H_
