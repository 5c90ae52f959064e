#include "mondeq/certificates/sensitivity.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "mondeq/certificates/columns.h"
#include "mondeq/certificates/norm_above.h"
#include "mondeq/device/scratch.h"
#include "mondeq/splitting/certificate.h"

namespace mondeq {
namespace {

using Eigen::MatrixXd;

// (U D)' U D.
MatrixXd InputGram(const Eigen::VectorXd& scale, Model* model) {
  const Index d = scale.size();
  Device& device = model->device();
  LinearMap& injection = model->injection();
  const Tensor offset = NegativeOffset(model);
  Scratch between;
  const MatrixXd gram =
      scale.asDiagonal() * ColumnsOf(scale, d, d, &device, [&](const Tensor& x, const Tensor& y) {
        const Tensor& product =
            between.Get(device, DType::kFloat64, {injection.output().dim(), x.columns()});
        injection.Apply(x, product);
        device.AddToRows(offset, product);
        injection.ApplyAdjoint(product, y);
      });
  return (gram + gram.transpose()) / 2;
}

// By how much rounding may have changed InputGram, in the Frobenius norm.
double RoundingOfGram(double largest_scale, Model& model) {
  const LinearMap::Rounding map = model.injection().rounding();
  const double d = static_cast<double>(model.input().dim());
  // The sums of the adjoint may be longer, as many times as there are more outputs.
  const double longer = std::max(1.0, static_cast<double>(model.injection().output().dim()) / d);
  const double apply = map.constant * largest_scale + 2 * map.offset,
               adjoint = longer * map.constant * largest_scale;
  return std::sqrt(d) * model.roundoff() * map.norm * largest_scale * (apply + adjoint);
}

}  // namespace

Sensitivity FindSensitivity(const std::vector<double>& scale, Model* model) {
  MONDEQ_CHECK(model->dtype() == DType::kFloat64 && !scale.empty());
  const auto channels = static_cast<Index>(scale.size());
  const Index d = model->input().dim();
  const Eigen::VectorXd scales = Eigen::VectorXd::NullaryExpr(
      d, [&](Index i) { return scale[static_cast<std::size_t>(i % channels)]; });
  Sensitivity result;
  result.m = model->op().m();
  result.scale = scales;
  const MatrixXd gram = InputGram(scales, model);
  const double rounding = RoundingOfGram(scales.maxCoeff(), *model);
  const double size = static_cast<double>(d), epsilon = std::numeric_limits<double>::epsilon();
  // Products below the least normal number may count as zero.
  const double unseen = rounding + size * size * LimitsOf(DType::kFloat64).least;
  const double largest = LargestEigenvalueAbove(gram) + unseen;
  result.injection_l2 = InfiniteIfNan(std::sqrt(largest));
  // ||U D u||^2 = u' G u for entries of u of at most 1.
  const double sum = gram.cwiseAbs().sum() * (1 + size * size * epsilon) + size * unseen;
  result.injection_linf = InfiniteIfNan(std::sqrt(std::min(sum, size * largest)));

  const MatrixXd rows = ReadoutRows(model);
  const Index classes = model->classes();
  const double error = RoundingOfReadoutRows(model);
  result.readout = MatrixXd::NullaryExpr(classes, classes, [&](Index c, Index j) {
    return c == j ? 0.0 : InfiniteIfNan((rows.col(c) - rows.col(j)).norm() + error);
  });
  return result;
}

}  // namespace mondeq
