#include "mondeq/device/tensor.h"

#include <algorithm>

namespace mondeq {

std::size_t SizeOf(DType dtype) {
  switch (dtype) {
    case DType::kFloat32:
    case DType::kInt32:
      return 4;
    case DType::kFloat64:
      return 8;
    case DType::kUInt8:
      return 1;
  }
  return 0;
}

const char* ToString(DType dtype) {
  switch (dtype) {
    case DType::kFloat32:
      return "float32";
    case DType::kFloat64:
      return "float64";
    case DType::kInt32:
      return "int32";
    case DType::kUInt8:
      return "uint8";
  }
  return "?";
}

Shape::Shape(std::initializer_list<Index> extents) : rank_(static_cast<int>(extents.size())) {
  MONDEQ_CHECK(extents.size() <= extents_.size());
  std::copy(extents.begin(), extents.end(), extents_.begin());
}

Index Shape::size() const {
  Index size = 1;
  for (int i = 0; i < rank_; ++i) size *= (*this)[i];
  return size;
}

std::string Shape::ToString() const {
  std::string text = "[";
  for (int i = 0; i < rank_; ++i) absl::StrAppend(&text, i > 0 ? ", " : "", (*this)[i]);
  return text + "]";
}

Tensor Tensor::View(Shape shape, Index offset) const {
  MONDEQ_CHECK(offset >= 0 && offset + shape.size() <= size());
  // An allocation that failed gave a tensor without memory, of which there is nothing to view.
  if (empty()) return Tensor(dtype_, shape, nullptr);
  char* first =
      static_cast<char*>(memory_.get()) + static_cast<std::size_t>(offset) * SizeOf(dtype_);
  return Tensor(dtype_, shape, std::shared_ptr<void>(memory_, first));
}

Tensor Tensor::Rows(Index begin, Index end) const {
  MONDEQ_CHECK(shape_.rank() == 2 && begin <= end && end <= rows());
  return View({end - begin, columns()}, begin * columns());
}

}  // namespace mondeq
