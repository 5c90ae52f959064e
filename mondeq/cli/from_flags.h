// The one way from the flags to what the verbs work with.
#ifndef MONDEQ_CLI_FROM_FLAGS_H_
#define MONDEQ_CLI_FROM_FLAGS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "mondeq/core/config_source.h"
#include "mondeq/core/safetensors.h"
#include "mondeq/data/dataset.h"
#include "mondeq/data/loader.h"
#include "mondeq/device/device.h"
#include "mondeq/model/model.h"
#include "mondeq/training/experiment.pb.h"
#include "mondeq/training/weights_config.h"

namespace mondeq {

// What a verb cannot do without.
struct Needs {
  bool data = false;
  // --weights has the parameters, and the config where there is no --config.
  bool weights = false;
  // The file of the config where there is no --config; empty for none.
  std::string config = "";
  // Which GPU, where one is taken and there are several.
  int gpu = 0;
};

// What the help text of a verb that needs weights says about them.
inline constexpr char kWeightsHelp[] =
    "Weights that train or import wrote hold their config; others need --config=FILE. Where there\n"
    "are both, --config is used: it must be of the same model, but for splitting and precision.\n";

// An experiment with all that belongs to it, and `err`, where warnings go. It stays where it was
// made, for `source` knows the messages of `experiment` by their addresses.
struct Setup {
  explicit Setup(std::ostream* err_stream) : err(*err_stream) {}

  std::ostream& err;
  Experiment experiment;
  ConfigSource source;
  // As read from --weights, until a model has taken them; absent where the verb needs none.
  absl::optional<Safetensors> weights;
  // Absent for weights of other programs and of earlier versions.
  absl::optional<WeightsConfig> weights_config;
  // Null if the experiment has none. It has loaded nothing.
  std::unique_ptr<Dataset> dataset;
  std::unique_ptr<Device> device;
  // Why this device was taken, in words.
  std::string why_device;
  // Null before MakeModel.
  std::unique_ptr<Model> model;

  // Input and classes as config and data set tell them. Errors: kInvalidArgument.
  absl::StatusOr<Model::Shape> Shape() const;

  // Makes the model in that shape and in float32, and warns where the config may not be meant. It
  // takes the weights, if there are any. Errors: kInvalidArgument, also for a config that is not
  // that of the weights; those of TakeParameters.
  absl::Status MakeModel();
  // The same in another shape and type.
  absl::Status MakeModel(const Model::Shape& shape, DType dtype);

  // Warns where theory forbids the alpha that the config or the user names, or promises nothing of
  // the method. There must be a model.
  void WarnIfNotGuaranteed() const;
  // That, and what Model::PrepareSolve does, with a word to a user who has to wait for either.
  void PrepareSolve() const;

  // One split, loaded, in the batches that the experiment asks for. There must be a data set.
  absl::StatusOr<Loader> Load(Split split) const;

  // How pixels become x: as in the training of the weights, or as the data set says where that is
  // not known. Absent where there is no data set either.
  absl::optional<Normalization> PixelNormalization() const;

  // What a weights file of the model has in it: its parameters as they are in `arrays`, which it
  // has taken from --weights, not rounded to its type, and in the metadata what they mean. Errors:
  // kDataLoss.
  absl::StatusOr<Safetensors> WholeWeights(std::map<std::string, HostArray> arrays) const;

 private:
  absl::Status TakeWeights();
};

// Makes everything but the model. The experiment is that of --config, else that of the weights; the
// flags --set, --seed, --epochs, --batch, --tol and --max_iterations are merged into it. The data
// set looks into --data_dir; the device is that of --device and --threads. Errors:
// kInvalidArgument; those of ReadSafetensors, FindWeightsConfig and CreateDevice.
absl::StatusOr<std::unique_ptr<Setup>> SetUp(const Needs& needs, std::ostream& err);

// The type that --dtype names. Errors: kInvalidArgument.
absl::StatusOr<DType> DTypeFlag();

// Refuses a value of that flag that is not 1 to `most`, of which `what` tells more.
absl::Status CheckCount(const char* flag, std::int64_t value, std::int64_t most,
                        absl::string_view what);

// How many of the first test samples --samples asks for, where there are so many; without it 100,
// or all. Errors: kInvalidArgument.
absl::StatusOr<std::int64_t> SamplesFlag(std::int64_t available);

// Whether the result can be written to --output, which is none of the files that the other flags
// name. Errors: those of CheckOutput.
absl::Status CheckOutputFlag();

}  // namespace mondeq

#endif  // MONDEQ_CLI_FROM_FLAGS_H_
