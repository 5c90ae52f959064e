// A dense, contiguous, row-major array in a device's memory. A state is [dim, batch]: the samples
// of a batch are innermost. Copying a Tensor copies the reference, not the values; views share the
// memory.
#ifndef MONDEQ_DEVICE_TENSOR_H_
#define MONDEQ_DEVICE_TENSOR_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <memory>
#include <string>

#include "mondeq/core/features.h"
#include "mondeq/core/status.h"

namespace mondeq {

enum class DType { kFloat32, kFloat64, kInt32, kUInt8 };

std::size_t SizeOf(DType dtype);
const char* ToString(DType dtype);

template <class T>
constexpr DType DTypeOf();
template <>
constexpr DType DTypeOf<float>() {
  return DType::kFloat32;
}
template <>
constexpr DType DTypeOf<double>() {
  return DType::kFloat64;
}
template <>
constexpr DType DTypeOf<std::int32_t>() {
  return DType::kInt32;
}
template <>
constexpr DType DTypeOf<std::uint8_t>() {
  return DType::kUInt8;
}

// Calls f(T{}) with the floating-point type that `dtype` names.
template <class F>
decltype(auto) DispatchFloat(DType dtype, F&& f) {
  MONDEQ_CHECK(dtype == DType::kFloat32 || dtype == DType::kFloat64);
  return dtype == DType::kFloat32 ? f(float{}) : f(double{});
}

// Of a floating-point type: the least normal number, the largest, and the step above 1.
struct FloatLimits {
  double least, most, epsilon;
};

inline FloatLimits LimitsOf(DType dtype) {
  return DispatchFloat(dtype, [](auto zero) {
    using Limits = std::numeric_limits<decltype(zero)>;
    return FloatLimits{Limits::min(), Limits::max(), Limits::epsilon()};
  });
}

// Up to four extents, held in place: making a shape never allocates.
class Shape {
 public:
  Shape() = default;
  Shape(std::initializer_list<Index> extents);

  int rank() const { return rank_; }
  Index operator[](int axis) const { return extents_[static_cast<std::size_t>(axis)]; }
  Index size() const;
  std::string ToString() const;  // "[87, 784]"

  friend bool operator==(const Shape& a, const Shape& b) {
    return a.rank_ == b.rank_ && a.extents_ == b.extents_;
  }
  friend bool operator!=(const Shape& a, const Shape& b) { return !(a == b); }

 private:
  int rank_ = 0;
  std::array<Index, 4> extents_ = {};
};

class Tensor {
 public:
  Tensor() = default;
  Tensor(DType dtype, Shape shape, std::shared_ptr<void> memory)
      : dtype_(dtype), shape_(shape), memory_(std::move(memory)) {}

  DType dtype() const { return dtype_; }
  const Shape& shape() const { return shape_; }
  Index size() const { return shape_.size(); }
  std::size_t bytes() const { return static_cast<std::size_t>(size()) * SizeOf(dtype_); }
  bool empty() const { return memory_ == nullptr; }

  // The extents of a [dim, batch] state, or of any matrix.
  Index rows() const { return shape_[0]; }
  Index columns() const { return shape_[1]; }

  void* raw() const { return memory_.get(); }
  template <class T>
  T* data() const {
    MONDEQ_CHECK(dtype_ == DTypeOf<T>());
    return static_cast<T*>(memory_.get());
  }

  // The same memory under another shape, from element `offset` on. It is a programming error unless
  // 0 <= offset and offset + shape.size() <= size().
  Tensor View(Shape shape, Index offset = 0) const;
  // Rows begin .. end - 1 of a matrix.
  Tensor Rows(Index begin, Index end) const;

 private:
  DType dtype_ = DType::kFloat32;
  Shape shape_;
  std::shared_ptr<void> memory_;
};

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_TENSOR_H_
