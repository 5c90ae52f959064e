#include "mondeq/testing/tensors.h"

#include <limits>
#include <vector>

namespace mondeq {

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Eigen::MatrixXd ToMatrix(Device& device, const Tensor& x) {
  return DispatchFloat(x.dtype(), [&](auto zero) -> Eigen::MatrixXd {
    std::vector<decltype(zero)> host(static_cast<std::size_t>(x.size()));
    device.CopyToHost(x, host.data());
    const Index columns = x.shape().rank() > 1 ? x.columns() : 1;
    RowMajor matrix(x.size() / columns, columns);
    for (Index i = 0; i < x.size(); ++i) {
      matrix.data()[i] = static_cast<double>(host[static_cast<std::size_t>(i)]);
    }
    return matrix;
  });
}

void Assign(Device& device, const Eigen::MatrixXd& x, const Tensor& target) {
  MONDEQ_CHECK(x.size() == target.size());
  const RowMajor values = x;
  DispatchFloat(target.dtype(), [&](auto zero) {
    std::vector<decltype(zero)> host(values.data(), values.data() + values.size());
    device.CopyFromHost(host.data(), target);
  });
}

Tensor FromMatrix(Device& device, DType dtype, const Eigen::MatrixXd& x) {
  const Tensor tensor = device.Allocate(dtype, {x.rows(), x.cols()});
  Assign(device, x, tensor);
  return tensor;
}

Eigen::MatrixXd Rounded(DType dtype, const Eigen::MatrixXd& x) {
  return DispatchFloat(dtype, [&](auto zero) -> Eigen::MatrixXd {
    return x.cast<decltype(zero)>().template cast<double>();
  });
}

Eigen::MatrixXd RandomMatrix(Index rows, Index columns, Random* random, double scale) {
  return Eigen::MatrixXd::NullaryExpr(rows, columns, [&] { return scale * random->Normal(); });
}

double RelativeError(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b) {
  const double size = b.norm();
  return size > 0 ? (a - b).norm() / size : a.norm();
}

double Tolerance(DType dtype, double multiple) { return multiple * LimitsOf(dtype).epsilon; }

}  // namespace mondeq
