// Samples and labels as files of users' own hold them, and as a data set has them (dataset.h):
//   samples  [N, d], [N, H, W] (one channel) or [N, C, H, W]; uint8, which is pixels, or float32 or
//            float64, which is values
//   labels   [N] or [N, 1]; integers
// Also what the configs of their data sets say about them.
#ifndef MONDEQ_DATA_SAMPLE_ARRAY_H_
#define MONDEQ_DATA_SAMPLE_ARRAY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/repeated_field.h"
#include "mondeq/core/features.h"
#include "mondeq/core/safetensors.h"
#include "mondeq/data/dataset.h"

namespace mondeq {

// The features that a config's `shape` means: [d], [H, W] or [C, H, W], each at least 1. Errors:
// kInvalidArgument.
absl::StatusOr<Features> FeaturesOf(const google::protobuf::RepeatedField<std::int64_t>& shape);

// The normalisation that a config's `mean` and `stddev` ask for: of each one number, or as many as
// there are channels (d of [d]), or none, which stands for 0 and 1. Errors: kInvalidArgument.
absl::StatusOr<Normalization> NormalizationOf(const google::protobuf::RepeatedField<double>& mean,
                                              const google::protobuf::RepeatedField<double>& stddev,
                                              const Features& features);

// Makes x, which was read from `path`, the pixels or values of *samples, whose features are known.
// An image in [N, d] has its values in the order C, H, W. Pixels of more than 256 channels, as
// vectors are, become values. Errors: kDataLoss for another type or shape, and for values that are
// not finite in float32.
absl::Status SetSamples(const HostArray& x, const std::string& path, Samples* samples);

// The labels in an array that was read from `path`. Errors: kDataLoss.
absl::StatusOr<std::vector<Index>> LabelsIn(const HostArray& array, const std::string& path);

// Makes `labels`, which were read from `path` and of which first_label is class 0, those of
// *samples, whose classes are known and of which there are `count` in `samples_path`. Errors:
// kDataLoss for another number of labels, and for labels of no class.
absl::Status SetLabels(const std::vector<Index>& labels, const std::string& path, Index first_label,
                       Index count, const std::string& samples_path, Samples* samples);

}  // namespace mondeq

#endif  // MONDEQ_DATA_SAMPLE_ARRAY_H_
