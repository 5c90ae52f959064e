#include "mondeq/splitting/certificate.h"

#include <cmath>

namespace mondeq {
namespace {

// y = sigma(W z + b)
void ApplyLayer(Device& device, MonotoneOperator& op, const ProxMap& sigma, const Tensor& b,
                const Tensor& z, const Tensor& y) {
  op.Apply(Direction::kForward, z, y);
  device.Axpby(1, b, 1, y);
  sigma.Prox(device, 1, y, y);
}

}  // namespace

Certificate PolishAndCertify(Device& device, MonotoneOperator& op, const ProxMap& sigma,
                             const Tensor& b, const Tensor& z) {
  const Tensor y = device.Allocate(z.dtype(), z.shape()),
               work = device.Allocate(z.dtype(), z.shape());
  std::vector<double> squares, sizes;
  Certificate certificate;

  ApplyLayer(device, op, sigma, b, z, y);
  device.Axpby(-1, y, 1, z);
  op.Apply(Direction::kForward, z, work);
  device.SquareColumns(work, &squares);
  for (double square : squares) certificate.error_bound.push_back(std::sqrt(square) / op.m());

  ApplyLayer(device, op, sigma, b, y, work);
  device.Axpby(-1, y, 1, work);
  device.SquareColumns(work, &squares);
  device.SquareColumns(y, &sizes);
  for (std::size_t l = 0; l < sizes.size(); ++l) {
    certificate.residual.push_back(squares[l] == 0 ? 0 : std::sqrt(squares[l] / sizes[l]));
  }
  device.Copy(y, z);
  return certificate;
}

}  // namespace mondeq
