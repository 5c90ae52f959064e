#include "mondeq/cli/model_for_samples.h"

#include "absl/flags/flag.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "mondeq/cli/flags.h"
#include "mondeq/core/status.h"

namespace mondeq {
namespace {

// How many classes these weights tell apart: the rows of the last readout.*weight.
absl::StatusOr<Index> ClassesIn(const Safetensors& weights, const std::string& path) {
  Index classes = 0;
  for (const auto& [name, array] : weights.arrays) {
    const bool readout = absl::StartsWith(name, "readout.") && absl::EndsWith(name, ".weight");
    if (readout && !array.shape.empty()) classes = array.shape[0];
  }
  if (classes > 0) return classes;
  return absl::DataLossError(absl::StrCat(path, ": expected an array readout.weight, found ",
                                          DescribeMissing(weights, "readout.weight")));
}

// The shape for weights without a config. The input is what the config says, or where it says
// nothing what x is. The weights tell the classes if the config does not.
absl::StatusOr<Model::Shape> ShapeFromSamples(const Setup& setup, const SampleArray& x,
                                              const std::string& x_path) {
  const ModelConfig& config = setup.experiment.model();
  const Dataset* dataset = setup.dataset.get();
  Model::Shape shape{x.features(), config.classes()};
  if (config.has_input()) {
    shape.input = {config.input().rows(), config.input().columns(), config.input().channels()};
    if (!x.Fits(shape.input)) return DoesNotFit(x, x_path, shape.input, "model.input");
  } else if (dataset != nullptr) {
    shape.input = dataset->features();
    if (!x.Fits(shape.input)) return DoesNotFit(x, x_path, shape.input, "the config's data set");
  }
  if (!config.has_classes() && dataset != nullptr) shape.classes = dataset->classes();
  if (shape.classes == 0) {
    MONDEQ_ASSIGN_OR_RETURN(shape.classes, ClassesIn(*setup.weights, absl::GetFlag(FLAGS_weights)));
  }
  return shape;
}

absl::StatusOr<Model::Shape> ShapeFor(const Setup& setup, const SampleArray& x,
                                      const std::string& x_path) {
  if (!setup.weights_config.has_value()) return ShapeFromSamples(setup, x, x_path);
  MONDEQ_ASSIGN_OR_RETURN(const Model::Shape shape, setup.Shape());
  if (!x.Fits(shape.input)) return DoesNotFit(x, x_path, shape.input, "the model's input");
  return shape;
}

// Whether nothing but x tells the input of the model.
bool SamplesTellInput(const Setup& setup) {
  return !setup.weights_config.has_value() && !setup.experiment.model().has_input() &&
         setup.dataset == nullptr;
}

// What is wrong where no model could be made in the shape that x tells.
absl::Status NotOfThatShape(const absl::Status& status, const SampleArray& x,
                            const std::string& x_path, Model::Shape shape, DType dtype,
                            Setup* setup) {
  if (!x.flat()) {
    shape.input = x.channels_last();
    if (setup->MakeModel(shape, dtype).ok()) {
      return DoesNotFit(x, x_path, shape.input, "what the weights are for");
    }
  }
  // The config, the weights or x may be wrong.
  return absl::Status(status.code(), absl::StrCat(status.message(), " (for x ", ToString(x.array),
                                                  " of ", x_path, ")"));
}

}  // namespace

absl::optional<Features> KnownInput(const Setup& setup) {
  if (SamplesTellInput(setup)) return absl::nullopt;
  const absl::StatusOr<Model::Shape> shape = setup.Shape();
  return shape.ok() ? absl::make_optional(shape->input) : absl::nullopt;
}

absl::Status MakeModelFor(const SampleArray& x, const std::string& x_path, DType dtype,
                          Setup* setup) {
  MONDEQ_ASSIGN_OR_RETURN(const Model::Shape shape, ShapeFor(*setup, x, x_path));
  const absl::Status status = setup->MakeModel(shape, dtype);
  if (status.ok() || !SamplesTellInput(*setup)) return status;
  return NotOfThatShape(status, x, x_path, shape, dtype, setup);
}

}  // namespace mondeq
