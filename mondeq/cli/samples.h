// Samples as files hold them, [N, d] or [N, C, H, W], and views of them for a replica
// (inference/array_view.h).
#ifndef MONDEQ_CLI_SAMPLES_H_
#define MONDEQ_CLI_SAMPLES_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "mondeq/core/features.h"
#include "mondeq/core/safetensors.h"
#include "mondeq/inference/array_view.h"

namespace mondeq {

// Samples of shape [N, C, H, W] or [N, d], in float32, float64 or uint8. An image in [N, d] has its
// values in the order C, H, W.
struct SampleArray {
  HostArray array;

  Index count() const { return array.shape[0]; }
  bool flat() const { return array.shape.size() == 2; }
  // The features that the shape tells; they are flat for [N, d].
  Features features() const;
  // The features of [N, H, W, C]; for images only.
  Features channels_last() const;
  // Whether a network that takes `input` can take these.
  bool Fits(const Features& input) const;
  // Samples begin .. end - 1, in this array's memory.
  ConstArray View(Index begin, Index end) const;
};

// An array of up to four dimensions, to be read or written where it lies.
ConstArray ViewOf(const HostArray& array);
MutableArray ViewOf(HostArray* array);
// An array of floats that are 0.
HostArray Zeros(DType dtype, std::vector<Index> shape);
// The shape in which files have `count` samples of these features: [N, C, H, W], or [N, d].
std::vector<Index> ShapeInFiles(const Features& features, Index count);

// Returns array `x` of a file that was read from `path`. Errors: kDataLoss if there is none, if its
// type or shape is wrong, or if it is empty. They tell the shape that would fit a network whose
// input is `expected`, or any network where that is not known.
absl::StatusOr<SampleArray> FindSamples(const Safetensors& file, const std::string& path,
                                        const absl::optional<Features>& expected);

// The error that array x of a file, which was read from `path`, is not what a network takes whose
// input is `expected` because of what `of` says. Tells the shape that would fit. kDataLoss.
absl::Status DoesNotFit(const SampleArray& x, const std::string& path, const Features& expected,
                        absl::string_view of);

}  // namespace mondeq

#endif  // MONDEQ_CLI_SAMPLES_H_
