#include "mondeq/data/check_dataset.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "mondeq/core/registry.h"
#include "mondeq/core/schema.h"
#include "mondeq/core/status.h"

namespace mondeq {
namespace {

// Samples are counted, and labels kept, in 32 bits. No sample has that many values either.
constexpr Index kMost = std::numeric_limits<std::int32_t>::max();

std::string Shown(const Features& features) {
  return absl::StrCat(features.rows, " x ", features.columns, " x ", features.channels);
}

absl::Status Error(const DatasetConfig& config, absl::string_view what) {
  const auto plugins = PluginsIn(config);
  return absl::DataLossError(absl::StrCat(
      "the data set plugin ", plugins.empty() ? "" : FieldName(plugins[0]), ": ", what));
}

bool IsShape(const Features& features) {
  Index dim = 1;
  for (const Index extent : {features.rows, features.columns, features.channels}) {
    if (extent < 1 || __builtin_mul_overflow(dim, extent, &dim) || dim > kMost) return false;
  }
  return true;
}

bool AreForChannels(const std::vector<float>& values, Index channels) {
  return static_cast<Index>(values.size()) == channels &&
         std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); });
}

// What is wrong with what a data set says about itself, or "".
std::string WrongDescription(const Dataset& dataset) {
  const Features features = dataset.features();
  if (!IsShape(features)) {
    return absl::StrCat("expected samples of 1 to ", kMost, " values, found ", Shown(features));
  }
  if (dataset.classes() < 1) {
    return absl::StrCat("expected at least 1 class, found ", dataset.classes());
  }
  const Normalization normalization = dataset.normalization();
  for (const auto& [name, values] : {std::make_pair("mean", normalization.mean),
                                     std::make_pair("stddev", normalization.stddev)}) {
    if (AreForChannels(values, features.channels)) continue;
    return absl::StrCat(name, ": expected ", features.channels, " finite numbers, found [",
                        absl::StrJoin(values, ", "), "]");
  }
  return WrongNormalization(normalization);
}

// What is wrong with the numbers of samples that are values, or "": they are numbers in float32, as
// they are and normalised.
std::string WrongValues(const Samples& samples, const Normalization& normalization) {
  const std::size_t channels = normalization.mean.size();
  for (std::size_t i = 0; i < samples.values.size(); ++i) {
    const float value = samples.values[i];
    const double centered = value - static_cast<double>(normalization.mean[i % channels]);
    const auto normalized = static_cast<float>(centered / normalization.stddev[i % channels]);
    if (std::isfinite(value) && std::isfinite(normalized)) continue;
    const auto dim = static_cast<std::size_t>(samples.features.dim());
    return absl::StrCat("sample ", i / dim, ": expected values that are finite in float32, found ",
                        value, std::isfinite(value) ? " before normalisation" : "");
  }
  return "";
}

// What is wrong with the samples of a data set, or "".
std::string WrongSamples(const Samples& samples, const Dataset& dataset) {
  if (samples.features != dataset.features()) {
    return absl::StrCat("expected samples of ", Shown(dataset.features()), " values, found ",
                        Shown(samples.features));
  }
  if (samples.classes != dataset.classes()) {
    return absl::StrCat("expected ", dataset.classes(), " classes, found ", samples.classes);
  }
  if (!samples.class_names.empty() &&
      samples.class_names.size() != static_cast<std::size_t>(samples.classes)) {
    return absl::StrCat("expected names of ", samples.classes, " classes, or none, found ",
                        samples.class_names.size());
  }
  const Index count = samples.count(), dim = samples.features.dim();
  if (count < 1 || count > kMost) {
    return absl::StrCat("expected labels of 1 to ", kMost, " samples, found ", count);
  }
  if (!samples.are_pixels() && !samples.pixels.empty()) {
    return "expected pixels or values, found both";
  }
  const std::size_t size = samples.are_pixels() ? samples.pixels.size() : samples.values.size();
  if (size != static_cast<std::size_t>(count) * static_cast<std::size_t>(dim)) {
    return absl::StrCat("expected ", count, " x ", dim,
                        samples.are_pixels() ? " pixels" : " values", ", as there are ", count,
                        " labels, found ", size);
  }
  const std::string wrong = WrongValues(samples, dataset.normalization());
  if (!wrong.empty()) return wrong;
  const auto bad = std::find_if(samples.labels.begin(), samples.labels.end(),
                                [&](int label) { return label < 0 || label >= samples.classes; });
  if (bad == samples.labels.end()) return "";
  return absl::StrCat("label of sample ", bad - samples.labels.begin(), ": expected 0 .. ",
                      samples.classes - 1, ", found ", *bad);
}

}  // namespace

std::string WrongNormalization(const Normalization& normalization) {
  // Those of pixels, which are values from 0 to 1, are far within; other values have any unit.
  constexpr float kMostMean = 1e9f, kLeastStddev = 1e-9f, kMostStddev = 1e9f;
  for (const float mean : normalization.mean) {
    if (std::abs(mean) <= kMostMean) continue;
    return absl::StrCat("mean: expected numbers from ", -kMostMean, " to ", kMostMean, ", found ",
                        mean);
  }
  for (const float stddev : normalization.stddev) {
    if (stddev >= kLeastStddev && stddev <= kMostStddev) continue;
    return absl::StrCat("stddev: expected numbers from ", kLeastStddev, " to ", kMostStddev,
                        ", found ", stddev);
  }
  return "";
}

absl::StatusOr<std::unique_ptr<Dataset>> CreateDataset(const DatasetConfig& config,
                                                       const ConfigSource& source,
                                                       const Dataset::Context& context) {
  MONDEQ_ASSIGN_OR_RETURN(std::unique_ptr<Dataset> dataset,
                          Registry<Dataset>::Create(config, source, context));
  const std::string wrong = WrongDescription(*dataset);
  if (!wrong.empty()) return Error(config, wrong);
  return dataset;
}

absl::StatusOr<Samples> LoadSamples(const DatasetConfig& config, const Dataset& dataset,
                                    Split split) {
  MONDEQ_ASSIGN_OR_RETURN(Samples samples, dataset.Load(split));
  const std::string wrong = WrongSamples(samples, dataset);
  if (wrong.empty()) return samples;
  return Error(config,
               absl::StrCat(split == Split::kTrain ? "training" : "test", " samples: ", wrong));
}

}  // namespace mondeq
