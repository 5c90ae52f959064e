#include "mondeq/certificates/columns.h"

#include <cmath>

namespace mondeq {

HostMatrix OperatorColumns(Index count, Model* model) {
  const Index dim = model->op().dim();
  return ColumnsOf(Eigen::VectorXd::Ones(count), dim, dim, &model->device(),
                   [model](const Tensor& x, const Tensor& y) {
                     model->op().Multiply(Direction::kForward, multiplier::I - multiplier::W, x, y);
                   });
}

Tensor NegativeOffset(Model* model) {
  Device& device = model->device();
  const Tensor zero = device.Allocate(DType::kFloat64, {model->input().dim(), 1}),
               offset = device.Allocate(DType::kFloat64, {model->injection().output().dim(), 1}),
               negative = device.Allocate(DType::kFloat64, offset.shape());
  device.Fill(0, zero);
  model->injection().Apply(zero, offset);
  device.Axpby(-1, offset, 0, negative);
  return negative.View({negative.rows()});
}

HostMatrix InjectionColumns(const Eigen::VectorXd& scale, Model* model) {
  LinearMap& injection = model->injection();
  const Tensor offset = NegativeOffset(model);
  Device& device = model->device();
  return ColumnsOf(scale, scale.size(), injection.output().dim(), &device,
                   [&](const Tensor& x, const Tensor& y) {
                     injection.Apply(x, y);
                     device.AddToRows(offset, y);
                   });
}

double RoundingOfInjection(const Eigen::VectorXd& scale, Model* model) {
  const LinearMap::Rounding map = model->injection().rounding();
  const double inputs = static_cast<double>(scale.size());
  return std::sqrt(inputs) * model->roundoff() *
         ((map.constant + map.norm) * scale.maxCoeff() + 4 * map.offset);
}

HostMatrix ReadoutRows(Model* model) {
  const Index classes = model->classes();
  Device& device = model->device();
  const Tensor of_logits = FromHostMatrix(device, HostMatrix::Identity(classes, classes));
  const Tensor of_z = device.Allocate(DType::kFloat64, {model->readout().input().dim(), classes});
  model->readout().ApplyAdjoint(of_logits, of_z);
  return ToHostMatrix(device, of_z);
}

double RoundingOfReadoutRows(Model* model) {
  const LinearMap::Rounding map = model->readout().rounding();
  return 2 * model->roundoff() *
         (map.constant + map.norm * static_cast<double>(model->readout().input().dim()));
}

}  // namespace mondeq
