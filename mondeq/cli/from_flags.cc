#include "mondeq/cli/from_flags.h"

#include <cstdint>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "mondeq/cli/flags.h"
#include "mondeq/core/registry.h"
#include "mondeq/core/status.h"
#include "mondeq/device/create_device.h"
#include "mondeq/training/experiment.h"

namespace mondeq {
namespace {

// Flags that stand for a value of the config, as overrides of it.
absl::StatusOr<std::vector<std::string>> Overrides() {
  const auto seed = absl::GetFlag(FLAGS_seed);
  const auto epochs = absl::GetFlag(FLAGS_epochs);
  const auto batch = absl::GetFlag(FLAGS_batch);
  const auto tol = absl::GetFlag(FLAGS_tol);
  const auto max_iterations = absl::GetFlag(FLAGS_max_iterations);
  if (seed.has_value() && *seed < 0) {
    return absl::InvalidArgumentError(absl::StrCat("--seed: must be >= 0, found ", *seed));
  }
  MONDEQ_RETURN_IF_ERROR(CheckPositiveFlag("epochs", epochs));
  MONDEQ_RETURN_IF_ERROR(CheckPositiveFlag("batch", batch));
  MONDEQ_RETURN_IF_ERROR(CheckPositiveFlag("tol", tol));
  MONDEQ_RETURN_IF_ERROR(CheckPositiveFlag("max_iterations", max_iterations));

  std::vector<std::string> overrides = absl::GetFlag(FLAGS_set).values;
  const std::string splitting = "model.equilibrium.splitting";
  if (seed) overrides.push_back(absl::StrCat("training.seed=", *seed));
  if (epochs) overrides.push_back(absl::StrCat("training.epochs=", *epochs));
  if (batch) overrides.push_back(absl::StrCat("data.batch_size=", *batch));
  if (tol) overrides.push_back(absl::StrFormat("%s.tolerance=%.17g", splitting, *tol));
  if (max_iterations) {
    overrides.push_back(absl::StrCat(splitting, ".max_iterations=", *max_iterations));
  }
  return overrides;
}

}  // namespace

absl::StatusOr<std::unique_ptr<LoadedExperiment>> LoadExperiment() {
  MONDEQ_ASSIGN_OR_RETURN(const std::vector<std::string> overrides, Overrides());
  auto loaded = std::make_unique<LoadedExperiment>();
  MONDEQ_RETURN_IF_ERROR(
      LoadConfig(absl::GetFlag(FLAGS_config), overrides, &loaded->experiment, &loaded->source));
  return loaded;
}

absl::StatusOr<std::unique_ptr<Device>> MakeDevice(std::string* why) {
  return CreateDevice(absl::GetFlag(FLAGS_device), absl::GetFlag(FLAGS_threads), why);
}

absl::StatusOr<std::unique_ptr<Dataset>> MakeDataset(const LoadedExperiment& loaded) {
  if (!loaded.experiment.has_data()) return std::unique_ptr<Dataset>();
  return Registry<Dataset>::Create(loaded.experiment.data(), loaded.source,
                                   {absl::GetFlag(FLAGS_data_dir)});
}

absl::StatusOr<std::unique_ptr<Dataset>> RequireDataset(const LoadedExperiment& loaded) {
  if (loaded.experiment.has_data()) return MakeDataset(loaded);
  return loaded.source.Error(loaded.experiment, "",
                             "missing field \"data\": this needs a data set");
}

absl::StatusOr<Loader> LoadSplit(const LoadedExperiment& loaded, const Dataset& dataset,
                                 Split split) {
  return LoadSplit(loaded.experiment.data(), loaded.source, dataset, split,
                   static_cast<std::uint64_t>(loaded.experiment.training().seed()));
}

absl::StatusOr<std::unique_ptr<Model>> MakeModel(const LoadedExperiment& loaded,
                                                 const Dataset* dataset, Device* device) {
  const Experiment& experiment = loaded.experiment;
  MONDEQ_ASSIGN_OR_RETURN(const Model::Shape shape,
                          ModelShape(experiment.model(), loaded.source, dataset));
  return Model::Create(experiment.model(), loaded.source, shape, device, DType::kFloat32,
                       static_cast<std::uint64_t>(experiment.training().seed()));
}

void Warn(std::ostream& err, const std::string& text) {
  err << "mondeq: warning: " << text << "\n";
}

}  // namespace mondeq
