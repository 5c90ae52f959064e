#include "mondeq/cli/samples.h"

#include <cstring>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "mondeq/core/status.h"

namespace mondeq {
namespace {

// Calls copy(place in [N, C, H, W], place in [row, column, channel, N]) for every element.
template <class Copy>
void ForEachPlace(const Features& features, Index count, const Copy& copy) {
  const Index pixels = features.rows * features.columns;
  for (Index channel = 0; channel < features.channels; ++channel) {
    for (Index pixel = 0; pixel < pixels; ++pixel) {
      const Index row = pixel * features.channels + channel;
      for (Index n = 0; n < count; ++n) {
        copy((n * features.channels + channel) * pixels + pixel, row * count + n);
      }
    }
  }
}

// The shapes of samples that a network takes: "[N, 3, 32, 32] or [N, 3072]".
std::string ShapesOf(const Features& input) {
  const std::string flat = absl::StrCat("[N, ", input.dim(), "]");
  if (!input.is_image()) return flat;
  return absl::StrCat("[N, ", input.channels, ", ", input.rows, ", ", input.columns, "] or ", flat);
}

// How samples of another rank may be meant where a network takes `input`: "; ...".
std::string MaybeMeantFor(const Features& input, const std::vector<Index>& shape) {
  const auto is = [&](const Features& features) { return features == input; };
  if (shape.size() == 1 && shape[0] == input.dim()) {
    return absl::StrCat("; one sample is [1, ", shape[0], "]");
  }
  if (shape.size() == 3 && is({shape[1], shape[2], 1})) {
    return absl::StrCat("; images of one channel are [", shape[0], ", 1, ", shape[1], ", ",
                        shape[2], "]");
  }
  if (shape.size() == 3 && is({shape[1], shape[2], shape[0]})) {
    return absl::StrCat("; one image is [1, ", absl::StrJoin(shape, ", "), "]");
  }
  if (shape.size() == 3 && is({shape[0], shape[1], shape[2]})) {
    return absl::StrCat(", which is [H, W, C]; one image is [1, ", shape[2], ", ", shape[0], ", ",
                        shape[1], "]");
  }
  return absl::StrCat("; this network takes ", ShapesOf(input));
}

// The same for any network: "; ..." or "".
std::string MaybeMeant(const std::vector<Index>& shape) {
  if (shape.size() == 1) return absl::StrCat("; one sample is [1, ", shape[0], "]");
  if (shape.size() != 3) return "";
  std::string meant = absl::StrCat("; images of one channel are [", shape[0], ", 1, ", shape[1],
                                   ", ", shape[2], "]");
  if (shape[0] > 1 && shape[0] <= 4) {
    absl::StrAppend(&meant, ", one image is [1, ", absl::StrJoin(shape, ", "), "]");
  }
  return meant;
}

}  // namespace

Features SampleArray::features() const {
  if (flat()) return Features::Flat(array.shape[1]);
  return {array.shape[2], array.shape[3], array.shape[1]};
}

Features SampleArray::channels_last() const {
  return {array.shape[1], array.shape[2], array.shape[3]};
}

bool SampleArray::Fits(const Features& input) const {
  return features() == input || (flat() && features().dim() == input.dim());
}

SampleArray SampleArray::Slice(Index begin, Index end) const {
  const auto stride = static_cast<std::size_t>(features().dim()) *
                      static_cast<std::size_t>(ElementSize(array.type));
  SampleArray slice{{array.type, array.shape, ""}};
  slice.array.shape[0] = end - begin;
  slice.array.bytes = array.bytes.substr(static_cast<std::size_t>(begin) * stride,
                                         static_cast<std::size_t>(end - begin) * stride);
  return slice;
}

absl::StatusOr<SampleArray> FindSamples(const Safetensors& file, const std::string& path,
                                        const absl::optional<Features>& expected) {
  const auto found = file.arrays.find("x");
  if (found == file.arrays.end()) {
    return absl::DataLossError(
        absl::StrCat(path, ": expected an array \"x\", found ", DescribeMissing(file, "x")));
  }
  const HostArray& x = found->second;
  const bool has_samples = x.is_float() && x.size() > 0;
  if (!has_samples || (x.shape.size() != 2 && x.shape.size() != 4)) {
    return absl::DataLossError(
        absl::StrCat(path, ": x: expected ", kFloatTypes,
                     " of shape [N, d] or [N, C, H, W], none of them 0, found ", ToString(x),
                     !has_samples ? ""
                     : expected   ? MaybeMeantFor(*expected, x.shape)
                                  : MaybeMeant(x.shape)));
  }
  return SampleArray{x};
}

absl::Status DoesNotFit(const SampleArray& x, const std::string& path, const Features& expected,
                        absl::string_view of) {
  std::string order;
  if (!x.flat() && x.channels_last() == expected) order = ", which is [N, H, W, C]";
  if (x.flat() && x.count() == expected.dim()) order = ", which is [d, N]";
  if (x.flat() && expected == Features{x.count(), x.array.shape[1], 1}) {
    order = ", which is [H, W]; one image is [1, 1, H, W]";
  }
  return absl::DataLossError(absl::StrCat(path, ": x: expected samples of shape ",
                                          expected.ToString(), " (", of, "), ", ShapesOf(expected),
                                          ", found ", x.features().ToString(), " in [",
                                          absl::StrJoin(x.array.shape, ", "), "]", order));
}

HostArray ToState(const HostArray& samples, const Features& features) {
  const auto size = static_cast<std::size_t>(ElementSize(samples.type));
  const Index count = samples.shape[0];
  HostArray state{samples.type, {features.dim(), count}, std::string(samples.bytes.size(), '\0')};
  ForEachPlace(features, count, [&](Index in_samples, Index in_state) {
    std::memcpy(&state.bytes[static_cast<std::size_t>(in_state) * size],
                &samples.bytes[static_cast<std::size_t>(in_samples) * size], size);
  });
  return state;
}

HostArray FromState(const HostArray& state, const Features& features, bool flat) {
  const auto size = static_cast<std::size_t>(ElementSize(state.type));
  const Index count = state.shape[1];
  HostArray samples{state.type, {count, features.dim()}, std::string(state.bytes.size(), '\0')};
  if (!flat) samples.shape = {count, features.channels, features.rows, features.columns};
  ForEachPlace(features, count, [&](Index in_samples, Index in_state) {
    std::memcpy(&samples.bytes[static_cast<std::size_t>(in_samples) * size],
                &state.bytes[static_cast<std::size_t>(in_state) * size], size);
  });
  return samples;
}

}  // namespace mondeq
