// Samples as files hold them, [N, d] or [N, C, H, W], and as the network takes them, [dim, N] with
// dim in the order row, column, channel. This is the one place where one becomes the other.
#ifndef MONDEQ_CLI_SAMPLES_H_
#define MONDEQ_CLI_SAMPLES_H_

#include <string>

#include "absl/status/statusor.h"
#include "mondeq/core/features.h"
#include "mondeq/core/safetensors.h"
#include "mondeq/data/dataset.h"

namespace mondeq {

// float32 or float64 of shape [N, d], where a pixel's channels are apart (C, H, W) if it is an
// image, or [N, C, H, W].
struct SampleArray {
  HostArray array;

  Index count() const { return array.shape[0]; }
  bool flat() const { return array.shape.size() == 2; }
  // What the shape says: flat features for [N, d].
  Features features() const;
  // Whether a network that takes `input` can take these.
  bool Fits(const Features& input) const;
  // Samples begin .. end - 1.
  SampleArray Slice(Index begin, Index end) const;
};

// Array `x` of a file read from `path`. Errors, kDataLoss: there is none, its type or shape is
// wrong, it is empty, or a value is not finite.
absl::StatusOr<SampleArray> FindSamples(const Safetensors& file, const std::string& path);

// IDX images, normalised as a data set's. Errors: see data/idx.h.
absl::StatusOr<SampleArray> ReadIdxAsSamples(const std::string& path,
                                             const Normalization& normalization);

// [N, ...] -> [dim, N]
HostArray ToState(const HostArray& samples, const Features& features);
// [dim, N] -> [N, C, H, W], or [N, dim] if `flat`.
HostArray FromState(const HostArray& state, const Features& features, bool flat);

}  // namespace mondeq

#endif  // MONDEQ_CLI_SAMPLES_H_
