// Tensors as matrices in host memory.
#ifndef MONDEQ_CERTIFICATES_HOST_MATRIX_H_
#define MONDEQ_CERTIFICATES_HOST_MATRIX_H_

#include <vector>

#include "Eigen/Core"
#include "mondeq/core/safetensors.h"
#include "mondeq/model/weights.h"

namespace mondeq {

// Row-major, as tensors are.
using HostMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

inline HostMatrix ToHostMatrix(Device& device, const Tensor& tensor) {
  const std::vector<double> values = ToHostArray(device, tensor).ToDoubles();
  return Eigen::Map<const HostMatrix>(values.data(), tensor.rows(), tensor.columns());
}

inline Tensor FromHostMatrix(Device& device, const HostMatrix& matrix) {
  return ToTensor(
      device, DType::kFloat64,
      HostArray::From<double>({matrix.rows(), matrix.cols()},
                              {matrix.data(), static_cast<std::size_t>(matrix.size())}));
}

}  // namespace mondeq

#endif  // MONDEQ_CERTIFICATES_HOST_MATRIX_H_
