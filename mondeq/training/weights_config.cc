#include "mondeq/training/weights_config.h"

#include <charconv>
#include <cmath>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "mondeq/core/config_difference.h"
#include "mondeq/core/config_source.h"
#include "mondeq/core/status.h"
#include "mondeq/data/check_dataset.h"

namespace mondeq {
namespace {

constexpr char kConfig[] = "config", kMean[] = "mean", kStddev[] = "stddev";

// The experiment, without its training, with all defaults, the input and the classes explicit.
Experiment Resolved(const Experiment& experiment, const Features& input, Index classes) {
  Experiment resolved = experiment;
  resolved.clear_training();
  FeaturesConfig* features = resolved.mutable_model()->mutable_input();
  features->set_rows(input.rows);
  features->set_columns(input.columns);
  features->set_channels(input.channels);
  resolved.mutable_model()->set_classes(classes);
  MakeDefaultsExplicit(&resolved);
  return resolved;
}

// The part of a resolved experiment that makes the function from x to the logits.
Experiment FunctionOf(Experiment resolved) {
  resolved.clear_name();
  resolved.clear_data();
  resolved.mutable_model()->clear_precision();
  resolved.mutable_model()->mutable_equilibrium()->clear_splitting();
  resolved.mutable_model()->mutable_equilibrium()->clear_gradient();
  return resolved;
}

// The shortest text that is read back as the same numbers.
std::string ToText(const std::vector<float>& values) {
  return absl::StrJoin(values, " ", [](std::string* out, float value) {
    char text[32];
    const auto end = std::to_chars(text, text + sizeof(text), value).ptr;
    out->append(text, end);
  });
}

// Reads the numbers of metadata `key`, one for each channel.
absl::StatusOr<std::vector<float>> FindNumbers(const Safetensors& file, const std::string& key,
                                               Index channels, const std::string& path) {
  const auto found = file.metadata.find(key);
  const std::string text = found == file.metadata.end() ? "" : found->second;
  std::vector<float> values;
  bool good = true;
  for (const absl::string_view word : absl::StrSplit(text, ' ', absl::SkipEmpty())) {
    good = absl::SimpleAtof(word, &values.emplace_back()) && std::isfinite(values.back()) && good;
  }
  if (good && static_cast<Index>(values.size()) == channels) return values;
  return absl::DataLossError(absl::StrCat(path, ": metadata ", key, ": expected ", channels,
                                          " finite numbers, one for each channel, found \"", text,
                                          "\""));
}

absl::StatusOr<Normalization> FindNormalization(const Safetensors& file, Index channels,
                                                const std::string& path) {
  Normalization normalization;
  MONDEQ_ASSIGN_OR_RETURN(normalization.mean, FindNumbers(file, kMean, channels, path));
  MONDEQ_ASSIGN_OR_RETURN(normalization.stddev, FindNumbers(file, kStddev, channels, path));
  const std::string wrong = WrongNormalization(normalization);
  if (wrong.empty()) return normalization;
  return absl::DataLossError(absl::StrCat(path, ": metadata ", wrong));
}

absl::Status Differs(const std::string& path, absl::string_view what, absl::string_view expected,
                     absl::string_view found) {
  return absl::InvalidArgumentError(absl::StrCat("the config is not that of the weights ", path,
                                                 ": ", what, ": expected ", expected, ", found ",
                                                 found));
}

}  // namespace

std::map<std::string, std::string> WeightsMetadata(const Experiment& experiment, const Model& model,
                                                   const Dataset* dataset) {
  if (dataset == nullptr) {
    return WeightsMetadata(experiment, model, static_cast<const Normalization*>(nullptr));
  }
  const Normalization normalization = dataset->normalization();
  return WeightsMetadata(experiment, model, &normalization);
}

std::map<std::string, std::string> WeightsMetadata(const Experiment& experiment, const Model& model,
                                                   const Normalization* normalization) {
  std::map<std::string, std::string> metadata;
  metadata["experiment"] = experiment.name();
  metadata[kConfig] = ToTextproto(Resolved(experiment, model.input(), model.classes()));
  if (normalization == nullptr) return metadata;
  metadata[kMean] = ToText(normalization->mean);
  metadata[kStddev] = ToText(normalization->stddev);
  return metadata;
}

absl::StatusOr<absl::optional<WeightsConfig>> FindWeightsConfig(const Safetensors& file,
                                                                const std::string& path) {
  const auto found = file.metadata.find(kConfig);
  if (found == file.metadata.end()) return absl::optional<WeightsConfig>();
  WeightsConfig config;
  config.text = found->second;
  ConfigSource source;
  const absl::Status status =
      ParseConfig(config.text, NameOfConfigIn(path), {}, &config.experiment, &source);
  if (!status.ok()) return absl::DataLossError(status.message());
  const ModelConfig& model = config.experiment.model();
  if (!model.has_input() || !model.has_classes()) {
    return absl::DataLossError(absl::StrCat(
        path, ": metadata config: expected a model with input and classes, found none"));
  }
  if (file.metadata.count(kMean) + file.metadata.count(kStddev) > 0) {
    MONDEQ_ASSIGN_OR_RETURN(config.normalization,
                            FindNormalization(file, model.input().channels(), path));
  }
  return absl::optional<WeightsConfig>(std::move(config));
}

absl::StatusOr<WeightsFile> ReadWeightsFile(const std::string& path) {
  WeightsFile weights;
  MONDEQ_ASSIGN_OR_RETURN(weights.file, ReadSafetensors(path));
  const std::string known = KnownInsteadOfWeights(weights.file);
  if (!known.empty()) {
    return absl::DataLossError(absl::StrCat(path, ": expected weights, found ", known));
  }
  MONDEQ_ASSIGN_OR_RETURN(weights.config, FindWeightsConfig(weights.file, path));
  return weights;
}

std::string NameOfConfigIn(const std::string& path) {
  return absl::StrCat(path, " (metadata config)");
}

absl::Status WithoutConfig(const std::string& path) {
  return absl::InvalidArgumentError(
      absl::StrCat(path,
                   ": these weights are without a config, as those of other programs and of "
                   "earlier versions are"));
}

absl::Status CheckSameFunction(const WeightsConfig& weights, const std::string& path,
                               const Experiment& experiment, const Model& model,
                               const Dataset* dataset) {
  Experiment expected = weights.experiment;
  MakeDefaultsExplicit(&expected);
  const auto difference = FirstDifference(
      FunctionOf(expected), FunctionOf(Resolved(experiment, model.input(), model.classes())));
  if (difference.has_value()) {
    return Differs(path, difference->path, difference->first, difference->second);
  }
  if (dataset == nullptr || !weights.normalization.has_value()) return absl::OkStatus();
  const Normalization &theirs = *weights.normalization, ours = dataset->normalization();
  if (theirs.mean != ours.mean) {
    return Differs(path, "mean of the data set", ToText(theirs.mean), ToText(ours.mean));
  }
  if (theirs.stddev != ours.stddev) {
    return Differs(path, "stddev of the data set", ToText(theirs.stddev), ToText(ours.stddev));
  }
  return absl::OkStatus();
}

}  // namespace mondeq
