#include "mondeq/data/sample_array.h"

#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "mondeq/core/file.h"
#include "mondeq/core/status.h"

namespace mondeq {
namespace {

// A byte of each channel has its place in the loader's table.
constexpr Index kMostPixelChannels = 256;
constexpr Index kMostDim = std::numeric_limits<std::int32_t>::max();

absl::Status Error(const std::string& path, absl::string_view message) {
  return absl::DataLossError(absl::StrCat(path, ": ", message));
}

absl::StatusOr<std::vector<float>> OfChannels(absl::string_view name,
                                              const google::protobuf::RepeatedField<double>& values,
                                              double otherwise, Index channels) {
  const auto count = static_cast<std::size_t>(channels);
  if (values.empty()) return std::vector<float>(count, static_cast<float>(otherwise));
  if (values.size() == 1) return std::vector<float>(count, static_cast<float>(values[0]));
  if (values.size() == channels) return std::vector<float>(values.begin(), values.end());
  return absl::InvalidArgumentError(absl::StrCat(name, ": expected 1 number or ", channels,
                                                 ", one for each channel, found ", values.size()));
}

// The shapes of arrays with such samples: "[N, 3, 32, 32] or [N, 3072]".
std::string ShapesOf(const Features& f) {
  const std::string flat = absl::StrCat("[N, ", f.dim(), "]");
  if (!f.is_image()) return flat;
  const std::string image = absl::StrCat(f.rows, ", ", f.columns, "]");
  return absl::StrCat("[N, ", f.channels, ", ", image, f.channels == 1 ? ", [N, " + image : "",
                      " or ", flat);
}

bool Fits(const std::vector<Index>& shape, const Features& f) {
  if (shape.empty() || shape[0] < 1) return false;
  const std::vector<Index> rest(shape.begin() + 1, shape.end());
  return rest == std::vector<Index>{f.dim()} ||
         rest == std::vector<Index>{f.channels, f.rows, f.columns} ||
         (f.channels == 1 && rest == std::vector<Index>{f.rows, f.columns});
}

// Calls copy(place in [N, C, H, W], place in [N, H, W, C]) for every element until it is false.
template <class Copy>
void ForEachPlace(const Features& features, Index count, const Copy& copy) {
  const Index pixels = features.rows * features.columns;
  for (Index n = 0; n < count; ++n) {
    for (Index c = 0; c < features.channels; ++c) {
      for (Index p = 0; p < pixels; ++p) {
        const Index first = n * features.dim();
        if (!copy(static_cast<std::size_t>(first + c * pixels + p),
                  static_cast<std::size_t>(first + p * features.channels + c))) {
          return;
        }
      }
    }
  }
}

template <class T>
absl::Status SetValues(const HostArray& x, const std::string& path, Samples* samples) {
  const absl::Span<const T> from = x.As<T>();
  const Features& features = samples->features;
  MONDEQ_RETURN_IF_ERROR(CheckMemory(path, from.size() * sizeof(float)));
  samples->values.resize(from.size());
  absl::Status status;
  ForEachPlace(features, x.shape[0], [&](std::size_t in_file, std::size_t place) {
    const T value = from[in_file];
    const auto as_float = static_cast<float>(value);
    samples->values[place] = as_float;
    if (std::isfinite(as_float)) return true;
    const auto dim = static_cast<std::size_t>(features.dim());
    status =
        Error(path, absl::StrCat("sample ", in_file / dim, ", value ", in_file % dim,
                                 ": expected a number that is finite in float32, found ", value));
    return false;
  });
  return status;
}

absl::Status SetPixels(const HostArray& x, const std::string& path, Samples* samples) {
  const absl::Span<const std::uint8_t> from = x.As<std::uint8_t>();
  const bool as_values = samples->features.channels > kMostPixelChannels;
  MONDEQ_RETURN_IF_ERROR(CheckMemory(path, from.size() * (as_values ? sizeof(float) : 1)));
  if (as_values) {
    samples->values.resize(from.size());
  } else {
    samples->pixels.resize(from.size());
  }
  ForEachPlace(samples->features, x.shape[0], [&](std::size_t in_file, std::size_t place) {
    if (as_values) {
      samples->values[place] = static_cast<float>(from[in_file] / 255.0);
    } else {
      samples->pixels[place] = from[in_file];
    }
    return true;
  });
  return absl::OkStatus();
}

template <class T>
std::vector<Index> AsIndices(const HostArray& array) {
  const absl::Span<const T> values = array.As<T>();
  return {values.begin(), values.end()};
}

}  // namespace

absl::StatusOr<Features> FeaturesOf(const google::protobuf::RepeatedField<std::int64_t>& shape) {
  Index dim = 1;
  bool good = shape.size() >= 1 && shape.size() <= 3;
  for (const std::int64_t extent : shape) {
    good = good && extent >= 1 && !__builtin_mul_overflow(dim, extent, &dim) && dim <= kMostDim;
  }
  if (!good) {
    return absl::InvalidArgumentError(absl::StrCat(
        "shape: expected that of one sample, [d], [H, W] or [C, H, W], of 1 to ", kMostDim,
        " values, found ", shape.size(), " extents", dim > kMostDim ? " with more" : ""));
  }
  if (shape.size() == 1) return Features::Flat(shape[0]);
  if (shape.size() == 2) return Features{shape[0], shape[1], 1};
  return Features{shape[1], shape[2], shape[0]};
}

absl::StatusOr<Normalization> NormalizationOf(const google::protobuf::RepeatedField<double>& mean,
                                              const google::protobuf::RepeatedField<double>& stddev,
                                              const Features& features) {
  Normalization normalization;
  MONDEQ_ASSIGN_OR_RETURN(normalization.mean, OfChannels("mean", mean, 0, features.channels));
  MONDEQ_ASSIGN_OR_RETURN(normalization.stddev, OfChannels("stddev", stddev, 1, features.channels));
  return normalization;
}

absl::Status SetSamples(const HostArray& x, const std::string& path, Samples* samples) {
  const bool has_type = x.is_float() || x.type == ElementType::kUint8;
  if (!has_type || !Fits(x.shape, samples->features)) {
    return Error(path, absl::StrCat("expected samples, F32, F64 or U8 of shape ",
                                    ShapesOf(samples->features), ", found ", ToString(x)));
  }
  if (x.type == ElementType::kUint8) return SetPixels(x, path, samples);
  if (x.type == ElementType::kFloat32) return SetValues<float>(x, path, samples);
  return SetValues<double>(x, path, samples);
}

absl::StatusOr<std::vector<Index>> LabelsIn(const HostArray& array, const std::string& path) {
  const bool is_list = array.shape.size() == 1 || (array.shape.size() == 2 && array.shape[1] == 1);
  if (is_list && array.type == ElementType::kUint8) return AsIndices<std::uint8_t>(array);
  if (is_list && array.type == ElementType::kInt32) return AsIndices<std::int32_t>(array);
  if (is_list && array.type == ElementType::kInt64) return AsIndices<std::int64_t>(array);
  return Error(path, absl::StrCat("expected labels, I32, I64 or U8 of shape [N] or [N, 1], found ",
                                  ToString(array)));
}

absl::Status SetLabels(const std::vector<Index>& labels, const std::string& path, Index first_label,
                       Index count, const std::string& samples_path, Samples* samples) {
  if (static_cast<Index>(labels.size()) != count) {
    return Error(path, absl::StrCat("expected ", count, " labels, one for every sample of ",
                                    samples_path, ", found ", labels.size()));
  }
  const Index last = first_label + samples->classes - 1;
  samples->labels.reserve(labels.size());
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] < first_label || labels[i] > last) {
      return Error(path, absl::StrCat("label of sample ", i, ": expected ", first_label, " .. ",
                                      last, ", found ", labels[i]));
    }
    samples->labels.push_back(static_cast<std::int32_t>(labels[i] - first_label));
  }
  return absl::OkStatus();
}

}  // namespace mondeq
