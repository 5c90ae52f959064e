#include "mondeq/cli/from_flags.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "mondeq/cli/flags.h"
#include "mondeq/cli/output.h"
#include "mondeq/cli/slow_notice.h"
#include "mondeq/core/registry.h"
#include "mondeq/core/schema.h"
#include "mondeq/core/status.h"
#include "mondeq/data/check_dataset.h"
#include "mondeq/device/create_device.h"
#include "mondeq/model/solve_report.h"
#include "mondeq/model/weights.h"
#include "mondeq/operators/torus_size.h"
#include "mondeq/training/experiment.h"

namespace mondeq {
namespace {

// Flags that stand for a value of the config, as overrides of it that errors call by their names.
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
  // That of a run among several is one of theirs.
  const char* const seed_flag = absl::GetFlag(FLAGS_seeds).empty() ? "--seed" : "--seeds";
  if (seed) overrides.push_back(absl::StrCat(seed_flag, " training.seed=", *seed));
  if (epochs) overrides.push_back(absl::StrCat("--epochs training.epochs=", *epochs));
  if (batch) overrides.push_back(absl::StrCat("--batch data.batch_size=", *batch));
  if (tol) overrides.push_back(absl::StrFormat("--tol %s.tolerance=%.17g", splitting, *tol));
  if (max_iterations) {
    overrides.push_back(
        absl::StrCat("--max_iterations ", splitting, ".max_iterations=", *max_iterations));
  }
  return overrides;
}

// Input and classes that the config leaves open are those of the weights.
void FillShape(const ModelConfig& weights, ModelConfig* config) {
  if (!config->has_input()) *config->mutable_input() = weights.input();
  if (!config->has_classes()) config->set_classes(weights.classes());
}

absl::Status ReadWeights(const std::string& path, Setup* setup) {
  absl::StatusOr<WeightsFile> file = ReadWeightsFile(path);
  const std::string inside = RunDirectory(path).weights();
  if (!file.ok() && std::filesystem::exists(inside)) {
    return absl::Status(file.status().code(),
                        absl::StrCat(file.status().message(), "; the weights in it are ", inside));
  }
  if (!file.ok()) return file.status();
  setup->weights = std::move(file->file);
  setup->weights_config = std::move(file->config);
  return absl::OkStatus();
}

absl::Status LoadExperiment(const Needs& needs, Setup* setup) {
  const std::string given = absl::GetFlag(FLAGS_config), path = absl::GetFlag(FLAGS_weights);
  const std::string& config = given.empty() ? needs.config : given;
  MONDEQ_ASSIGN_OR_RETURN(const std::vector<std::string> overrides, Overrides());
  if (!config.empty()) {
    MONDEQ_RETURN_IF_ERROR(LoadConfig(config, overrides, &setup->experiment, &setup->source));
  }
  if (needs.weights) MONDEQ_RETURN_IF_ERROR(ReadWeights(path, setup));
  const absl::optional<WeightsConfig>& found = setup->weights_config;
  if (config.empty()) {
    if (!found.has_value()) {
      const absl::Status status = WithoutConfig(path);
      return absl::Status(
          status.code(),
          absl::StrCat(status.message(),
                       ": --config=FILE must give it; those of the public implementation of "
                       "Winston & Kolter are for mondeq import"));
    }
    return ParseConfig(found->text, NameOfConfigIn(path), overrides, &setup->experiment,
                       &setup->source);
  }
  if (found.has_value() && !setup->experiment.has_data()) {
    FillShape(found->experiment.model(), setup->experiment.mutable_model());
  }
  return absl::OkStatus();
}

absl::Status MakeDataset(bool needs_data, Setup* setup) {
  if (!setup->experiment.has_data()) {
    if (!needs_data) return absl::OkStatus();
    return setup->source.Error(setup->experiment, "",
                               "missing field \"data\": this needs a data set");
  }
  MONDEQ_ASSIGN_OR_RETURN(setup->dataset, CreateDataset(setup->experiment.data(), setup->source,
                                                        {absl::GetFlag(FLAGS_data_dir)}));
  return absl::OkStatus();
}

void WarnIfImagesWrapRound(const Setup& setup) {
  if (!setup.model->images_wrap_round()) return;
  Warn(setup.err,
       absl::StrCat(setup.source.Locate(setup.experiment.model().equilibrium().nonlinearity()),
                    ": images wrap round: their left edge lies beside their right one, because "
                    "nothing holds the border around them at zero, as nonlinearity { "
                    "[mondeq.zero_border] { inner { ... } } } does"));
}

// Only sides that the config gives are slow.
void WarnIfTransformsAreSlow(const Setup& setup) {
  const OperatorConfig& slot = setup.experiment.model().equilibrium().operator_();
  const auto& plugin = slot.GetReflection()->GetMessage(slot, PluginsIn(slot).front());
  const Features& torus = setup.model->op().layout().tiers().front().memory;
  const auto warn = [&](const char* what, Index side) {
    const Index factor = SlowFactor(side);
    if (factor == 1) return;
    const Index fast = ChooseTorusSize(0, side, /*even=*/side % 2 == 0, what).value();
    Warn(setup.err, absl::StrCat(setup.source.Locate(plugin), ": Fourier transforms are slow on ",
                                 "the torus's ", side, " ", what, ", because of the prime factor ",
                                 factor, "; ", fast, " is the next fast size"));
  };
  warn("rows", torus.rows);
  warn("columns", torus.columns);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Setup>> SetUp(const Needs& needs, std::ostream& err) {
  auto setup = std::make_unique<Setup>(&err);
  MONDEQ_RETURN_IF_ERROR(LoadExperiment(needs, setup.get()));
  MONDEQ_RETURN_IF_ERROR(MakeDataset(needs.data, setup.get()));
  MONDEQ_ASSIGN_OR_RETURN(setup->device,
                          CreateDevice(absl::GetFlag(FLAGS_device), absl::GetFlag(FLAGS_threads),
                                       &setup->why_device, needs.gpu));
  return setup;
}

absl::StatusOr<DType> DTypeFlag() {
  const std::string name = absl::GetFlag(FLAGS_dtype);
  if (name == "float32") return DType::kFloat32;
  if (name == "float64") return DType::kFloat64;
  return absl::InvalidArgumentError(
      absl::StrCat("--dtype: must be float32 or float64, found \"", name, "\""));
}

absl::Status CheckCount(const char* flag, std::int64_t value, std::int64_t most,
                        absl::string_view what) {
  if (value >= 1 && value <= most) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("--", flag, ": must be 1 to ", most, what, ", found ", value));
}

absl::StatusOr<std::int64_t> SamplesFlag(std::int64_t available) {
  constexpr std::int64_t kUsual = 100;
  const absl::optional<std::int64_t> asked = absl::GetFlag(FLAGS_samples);
  if (!asked.has_value()) return std::min(kUsual, available);
  MONDEQ_RETURN_IF_ERROR(
      CheckCount("samples", *asked, available, ", the test samples that there are"));
  return *asked;
}

absl::Status CheckOutputFlag() {
  return CheckOutput(absl::GetFlag(FLAGS_output), {{"input", absl::GetFlag(FLAGS_input)},
                                                   {"start", absl::GetFlag(FLAGS_start)},
                                                   {"weights", absl::GetFlag(FLAGS_weights)},
                                                   {"config", absl::GetFlag(FLAGS_config)}});
}

absl::StatusOr<Model::Shape> Setup::Shape() const {
  return ModelShape(experiment.model(), source, dataset.get());
}

absl::Status Setup::MakeModel() {
  MONDEQ_ASSIGN_OR_RETURN(const Model::Shape shape, Shape());
  return MakeModel(shape, DType::kFloat32);
}

absl::Status Setup::MakeModel(const Model::Shape& shape, DType dtype) {
  MONDEQ_ASSIGN_OR_RETURN(model,
                          Model::Create(experiment.model(), source, shape, device.get(), dtype,
                                        static_cast<std::uint64_t>(experiment.training().seed())));
  if (weights.has_value()) MONDEQ_RETURN_IF_ERROR(TakeWeights());
  WarnIfImagesWrapRound(*this);
  WarnIfTransformsAreSlow(*this);
  return absl::OkStatus();
}

absl::Status Setup::TakeWeights() {
  const std::string path = absl::GetFlag(FLAGS_weights);
  if (weights_config.has_value()) {
    MONDEQ_RETURN_IF_ERROR(
        CheckSameFunction(*weights_config, path, experiment, *model, dataset.get()));
  }
  const SlowNotice notice(err, kTakingWeights);
  MONDEQ_RETURN_IF_ERROR(TakeParameters(path, /*prefix=*/"", *weights, model.get()));
  weights.reset();
  return absl::OkStatus();
}

void Setup::WarnIfNotGuaranteed() const {
  absl::optional<std::string> warning;
  {
    const SlowNotice notice(err, "finding L = ||I - W||, which bounds the step size alpha");
    warning = NoGuarantee(model.get());
  }
  if (warning.has_value()) Warn(err, *warning);
}

void Setup::PrepareSolve() const {
  WarnIfNotGuaranteed();
  const SlowNotice notice(err, "preparing the matrices of the solver");
  model->PrepareSolve();
}

absl::StatusOr<Loader> Setup::Load(Split split) const {
  return LoadSplit(experiment.data(), source, *dataset, split,
                   static_cast<std::uint64_t>(experiment.training().seed()));
}

absl::optional<Normalization> Setup::PixelNormalization() const {
  if (weights_config.has_value() && weights_config->normalization.has_value()) {
    return weights_config->normalization;
  }
  if (dataset == nullptr) return absl::nullopt;
  return dataset->normalization();
}

absl::StatusOr<Safetensors> Setup::WholeWeights(std::map<std::string, HostArray> arrays) const {
  const absl::optional<Normalization> normalization = PixelNormalization();
  Safetensors whole;
  whole.metadata =
      WeightsMetadata(experiment, *model, normalization.has_value() ? &*normalization : nullptr);
  whole.metadata["format"] = "mondeq";
  const absl::Status put = PutParameters(*model, /*prefix=*/"", &whole);
  if (!put.ok()) {
    return absl::DataLossError(absl::StrCat(absl::GetFlag(FLAGS_weights), ": ", put.message()));
  }
  for (auto& [name, array] : whole.arrays) array = std::move(arrays.at(name));
  return whole;
}

}  // namespace mondeq
