// What gives weights their meaning, in the metadata of their file (model/weights.h), so that the
// file is enough to use them:
//   experiment    the experiment's name
//   config        the experiment without its training, a config by itself: name, data and model as
//                 resolved, with all defaults, the model's input and its classes
//   mean, stddev  how x is normalised (data/dataset.h), a number for every channel with spaces
//                 between them; absent where there is no data set
// Files of other programs and of earlier versions have no config.
#ifndef MONDEQ_TRAINING_WEIGHTS_CONFIG_H_
#define MONDEQ_TRAINING_WEIGHTS_CONFIG_H_

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "mondeq/core/safetensors.h"
#include "mondeq/data/dataset.h"
#include "mondeq/model/model.h"
#include "mondeq/training/experiment.pb.h"

namespace mondeq {

// Makes the metadata for weights of `model`, the model of that experiment. `dataset` and
// `normalization`, which is the data set's, may be null.
std::map<std::string, std::string> WeightsMetadata(const Experiment& experiment, const Model& model,
                                                   const Dataset* dataset);
std::map<std::string, std::string> WeightsMetadata(const Experiment& experiment, const Model& model,
                                                   const Normalization* normalization);

struct WeightsConfig {
  std::string text;
  // What the text says.
  Experiment experiment;
  absl::optional<Normalization> normalization;
};

// Reads what a file's metadata tell; there is nothing if they have no config. `path` stands for the
// file in messages. Errors: kDataLoss for a config, mean or stddev that cannot be read.
absl::StatusOr<absl::optional<WeightsConfig>> FindWeightsConfig(const Safetensors& file,
                                                                const std::string& path);

// A weights file as it was read.
struct WeightsFile {
  Safetensors file;
  // Absent for weights of other programs and of earlier versions.
  absl::optional<WeightsConfig> config;
};

// Errors: those of ReadSafetensors and FindWeightsConfig; kDataLoss for a file of mondeq's that is
// something else.
absl::StatusOr<WeightsFile> ReadWeightsFile(const std::string& path);
// What errors in the config of that file call it.
std::string NameOfConfigIn(const std::string& path);
// The error that the file has no config.
absl::Status WithoutConfig(const std::string& path);

// Checks that `model`, the model of `experiment`, is the function that these weights were made for,
// and that its data set (may be null) normalises x in the same way. How its equilibria are found
// and the precision of its products may differ. Errors: kInvalidArgument that names the first
// difference.
absl::Status CheckSameFunction(const WeightsConfig& weights, const std::string& path,
                               const Experiment& experiment, const Model& model,
                               const Dataset* dataset);

}  // namespace mondeq

#endif  // MONDEQ_TRAINING_WEIGHTS_CONFIG_H_
