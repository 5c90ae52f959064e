// Arrays in a caller's memory, as they are everywhere outside of mondeq: samples are [N, C, H, W]
// or [N, d], row-major or with any strides.
#ifndef MONDEQ_INFERENCE_ARRAY_VIEW_H_
#define MONDEQ_INFERENCE_ARRAY_VIEW_H_

#include <array>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "mondeq/core/features.h"
#include "mondeq/data/dataset.h"
#include "mondeq/device/tensor.h"

namespace mondeq {

// The type, the shape and how many elements apart two neighbours along each axis lie.
struct ArrayLayout {
  DType dtype = DType::kFloat32;
  Shape shape;
  std::array<Index, 4> strides = {};

  // Row-major without gaps.
  static ArrayLayout Dense(DType dtype, Shape shape);
  // The samples [N, C, H, W] or [N, d] that a state [features.dim(), N] holds.
  static ArrayLayout OfState(DType dtype, const Features& features, Index count);
  bool is_float() const { return dtype == DType::kFloat32 || dtype == DType::kFloat64; }
};

// The shape of up to four extents.
Shape ToShape(absl::Span<const Index> extents);

// An array that is read. There is none where data is null.
struct ConstArray {
  const void* data = nullptr;
  ArrayLayout layout;

  ConstArray() = default;
  ConstArray(const void* elements, ArrayLayout elements_layout)
      : data(elements), layout(elements_layout) {}
  template <class T>
  ConstArray(const T* elements, Shape shape)
      : data(elements), layout(ArrayLayout::Dense(DTypeOf<T>(), shape)) {}

  bool empty() const { return data == nullptr; }
};

// An array that is written. There is none where data is null.
struct MutableArray {
  void* data = nullptr;
  ArrayLayout layout;

  MutableArray() = default;
  MutableArray(void* elements, ArrayLayout elements_layout)
      : data(elements), layout(elements_layout) {}
  template <class T>
  MutableArray(T* elements, Shape shape)
      : data(elements), layout(ArrayLayout::Dense(DTypeOf<T>(), shape)) {}

  bool empty() const { return data == nullptr; }
};

// Checks that an array holds `count` samples of `features`: [N, C, H, W] for images, or, for them
// too, [N, d] with their values in the order C, H, W. `name` is what the error calls it. Errors,
// here and below: kInvalidArgument.
absl::Status CheckSamples(const ArrayLayout& layout, const Features& features, Index count,
                          absl::string_view name);
// Checks that an array is of floats.
absl::Status CheckFloats(const ArrayLayout& layout, absl::string_view name);
// Checks that it is of floats and has this shape.
absl::Status CheckFloats(const ArrayLayout& layout, const Shape& shape, absl::string_view name);

// state [features.dim(), N], of type T, in the order row, column, channel, = samples, which are of
// those features. With a `normalization`, which may be null, a value v becomes (v - mean) / stddev
// of its channel. A byte b is a pixel and stands for b / 255; it must be there for them. Returns
// whether all of state is finite.
template <class T>
bool CopyToState(const ConstArray& samples, const Features& features,
                 const Normalization* normalization, T* state);
// The other way round; samples are floats.
template <class T>
void CopyFromState(const T* state, const Features& features, const MutableArray& samples);

// The same for arrays that are as they are on either side, row-major in `values`.
template <class T>
bool CopyToValues(const ConstArray& array, T* values);
template <class T>
void CopyFromValues(const T* values, const MutableArray& array);

}  // namespace mondeq

#endif  // MONDEQ_INFERENCE_ARRAY_VIEW_H_
