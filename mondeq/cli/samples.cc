#include "mondeq/cli/samples.h"

#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "mondeq/core/status.h"

namespace mondeq {
namespace {

// The type of floats or bytes.
DType DTypeOf(const HostArray& array) {
  switch (array.type) {
    case ElementType::kFloat32:
      return DType::kFloat32;
    case ElementType::kFloat64:
      return DType::kFloat64;
    default:
      MONDEQ_CHECK(array.type == ElementType::kUint8);
      return DType::kUInt8;
  }
}

ArrayLayout LayoutOf(const HostArray& array) {
  return ArrayLayout::Dense(DTypeOf(array), ToShape(array.shape));
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

ConstArray SampleArray::View(Index begin, Index end) const {
  std::vector<Index> shape = array.shape;
  shape[0] = end - begin;
  const auto stride = static_cast<std::size_t>(features().dim() * ElementSize(array.type));
  const void* first = array.bytes.data() + static_cast<std::size_t>(begin) * stride;
  return {first, ArrayLayout::Dense(DTypeOf(array), ToShape(shape))};
}

ConstArray ViewOf(const HostArray& array) {
  return {static_cast<const void*>(array.bytes.data()), LayoutOf(array)};
}

MutableArray ViewOf(HostArray* array) {
  return {static_cast<void*>(&array->bytes[0]), LayoutOf(*array)};
}

HostArray Zeros(DType dtype, std::vector<Index> shape) {
  HostArray array;
  array.type = dtype == DType::kFloat64 ? ElementType::kFloat64 : ElementType::kFloat32;
  array.shape = std::move(shape);
  array.bytes.resize(static_cast<std::size_t>(array.size() * ElementSize(array.type)));
  return array;
}

std::vector<Index> ShapeInFiles(const Features& features, Index count) {
  if (!features.is_image()) return {count, features.dim()};
  return {count, features.channels, features.rows, features.columns};
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

}  // namespace mondeq
