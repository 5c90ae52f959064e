#include "mondeq/splitting/certificate.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "mondeq/device/columns.h"
#include "mondeq/device/norm.h"

namespace mondeq {

double Certificate::worst() const {
  return *std::max_element(relative_error.begin(), relative_error.end());
}

Certificate Certifier::Certify(const Problem& problem, const Tensor& p, const Tensor& z) {
  Certificate certificate = Bound(problem, p, z);
  Relate(&certificate);
  return certificate;
}

Certificate Certifier::Certify(const Problem& problem, double tolerance, const Tensor& p,
                               const Tensor& z) {
  // It is there before it is needed, so that later certificates allocate nothing.
  taken_.Get(device_, DType::kUInt8, {z.columns()});
  Certificate certificate = Bound(problem, p, z);
  if (TakeBetter(problem, tolerance, z, &certificate)) {
    ApplyLayer(problem, z, &certificate.residual);
    ColumnNorms(device_, z, &z_norms_);
  }
  Relate(&certificate);
  return certificate;
}

Certificate Certifier::Bound(const Problem& problem, const Tensor& p, const Tensor& z) {
  const double m = problem.op.m(), u = problem.roundoff;
  Certificate certificate;
  ColumnNorms(device_, z, &z_norms_);
  std::vector<double> p_norms, b_norms;
  ColumnNorms(device_, p, &p_norms);
  ColumnNorms(device_, problem.b, &b_norms);
  ApplyLayer(problem, z, &certificate.residual);

  // w = F(z) + (p - z)/alpha takes the place of p.
  device_.Axpby(-1, z, 1, p);
  device_.Axpby(1, f_.get(), 1 / problem.alpha, p);
  ColumnNorms(device_, p, &certificate.error_bound);
  constant_ = problem.op.RoundingConstant();
  const auto rows = static_cast<double>(z.rows());
  margin_ = 1 + (rows + 16) * std::numeric_limits<double>::epsilon();
  std::vector<double> rounded = z_norms_;
  problem.op.FindRounding(&rounded);
  // Numbers below the least normal one count as zero.
  const double flushed = 8 * LimitsOf(dtype_).least * rows;
  f_error_.clear();
  for (std::size_t l = 0; l < z_norms_.size(); ++l) {
    f_error_.push_back(u * (constant_ * rounded[l] + 4 * (b_norms[l] + m * z_norms_[l])) +
                       flushed * (1 + constant_));
    if (!problem.b_error.empty()) f_error_.back() += problem.b_error[l];
    // The prox is exact to a few units in the last place of p.
    const double prox_error = (8 * u * (p_norms[l] + z_norms_[l]) + flushed) / problem.alpha;
    const double rounding = (f_error_.back() + prox_error) / m + 4 * u * z_norms_[l] + flushed;
    certificate.rounding.push_back(InfiniteIfNan(margin_ * rounding));
    double& bound = certificate.error_bound[l];
    bound = InfiniteIfNan(margin_ * (bound / m + rounding));
  }
  return certificate;
}

void Certifier::Relate(Certificate* certificate) const {
  for (std::size_t l = 0; l < z_norms_.size(); ++l) {
    double& residual = certificate->residual[l];
    double relative_error = 0;
    if (z_norms_[l] > 0) {
      residual /= z_norms_[l];
      relative_error = InfiniteIfNan(certificate->error_bound[l] / z_norms_[l]);
      certificate->rounding[l] = InfiniteIfNan(certificate->rounding[l] / z_norms_[l]);
    } else if (residual != 0) {
      residual = 1;
      relative_error = certificate->rounding[l] = std::numeric_limits<double>::infinity();
    } else {  // z and y are 0, and only rounding is left
      certificate->rounding[l] = 0;
    }
    certificate->relative_error.push_back(relative_error);
  }
}

void Certifier::ApplyLayer(const Problem& problem, const Tensor& z, std::vector<double>* residual) {
  const Tensor& f = f_.Get(device_, dtype_, z.shape());
  const Tensor& y = y_.Get(device_, dtype_, z.shape());
  const Tensor& difference = difference_.Get(device_, dtype_, z.shape());
  problem.op.Multiply(Direction::kForward, multiplier::I - multiplier::W, z, f);
  device_.Axpby(-1, problem.b, 1, f);
  device_.Copy(f, y);
  device_.Axpby(1, z, -1, y);
  problem.prox.Prox(device_, 1, y, y);
  device_.Copy(z, difference);
  device_.Axpby(-1, y, 1, difference);
  ColumnNorms(device_, difference, residual);
}

bool Certifier::TakeBetter(const Problem& problem, double tolerance, const Tensor& z,
                           Certificate* certificate) {
  const std::size_t batch = z_norms_.size();
  bool doubtful = false;
  for (std::size_t l = 0; l < batch; ++l) {
    doubtful = doubtful || !(certificate->error_bound[l] <= tolerance * z_norms_[l]);
  }
  if (!doubtful) return false;
  // W (z - y) takes the place of F(z).
  const Tensor &product = f_.get(), &y = y_.get();
  problem.op.Apply(Direction::kForward, difference_.get(), product);
  const std::vector<double>& differences = certificate->residual;
  std::vector<double> rounded = differences;
  problem.op.FindRounding(&rounded);
  std::vector<double> products, y_norms;
  ColumnNorms(device_, product, &products);
  ColumnNorms(device_, y, &y_norms);
  const double u = problem.roundoff;
  std::vector<std::uint8_t> taken(batch, 0);
  bool any = false;
  for (std::size_t l = 0; l < batch; ++l) {
    double& bound = certificate->error_bound[l];
    if (bound <= tolerance * z_norms_[l]) continue;
    // y may be wrong by as much as z - F(z), of which it is the prox.
    const double rounding =
        (f_error_[l] + 8 * u * z_norms_[l]) / problem.op.m() + 4 * u * y_norms[l];
    const double w = products[l] + u * (constant_ + 4) * rounded[l] + 8 * u * differences[l];
    const double bound_of_y = margin_ * (w / problem.op.m() + rounding);
    if (rounding < certificate->rounding[l]) certificate->rounding[l] = margin_ * rounding;
    if (!(bound_of_y < bound)) continue;
    bound = bound_of_y;
    taken[l] = 1;
    any = true;
  }
  if (any) TakeColumns(device_, taken, taken_.get(), y, z);
  return any;
}

}  // namespace mondeq
