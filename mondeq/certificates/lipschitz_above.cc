#include "mondeq/certificates/lipschitz_above.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "mondeq/certificates/columns.h"
#include "mondeq/certificates/norm_above.h"
#include "mondeq/splitting/certificate.h"

namespace mondeq {
namespace {

using Eigen::MatrixXd;
using Eigen::RowVectorXd;

// cos and sin of 2 pi k j / n for j = 0 .. n - 1.
struct Wave {
  Wave(Index k, Index n) : cosine(n), sine(n) {
    constexpr double kPi = 3.14159265358979323846;
    for (Index j = 0; j < n; ++j) {
      const double angle = 2 * kPi * static_cast<double>(k * j % n) / static_cast<double>(n);
      cosine(j) = std::cos(angle);
      sine(j) = std::sin(angle);
    }
  }

  RowVectorXd cosine, sine;
};

// The largest ||K_f||, of K [rows * columns * channels, channels].
double LargestOfFrequencies(const Features& torus, const HostMatrix& k) {
  const Index n = torus.channels;
  const Eigen::Map<const HostMatrix> lines(k.data(), torus.rows, torus.columns * n * n);
  double largest = 0;
  MatrixXd block(2 * n, 2 * n);
  // K is real, so the matrices of f and -f are conjugates.
  for (Index ky = 0; ky <= torus.rows / 2; ++ky) {
    const Wave y(ky, torus.rows);
    const RowVectorXd real = y.cosine * lines, imaginary = -y.sine * lines;
    const Eigen::Map<const HostMatrix> re(real.data(), torus.columns, n * n),
        im(imaginary.data(), torus.columns, n * n);
    for (Index kx = 0; kx < torus.columns; ++kx) {
      const Wave x(kx, torus.columns);
      const RowVectorXd a = x.cosine * re + x.sine * im, b = x.cosine * im - x.sine * re;
      const Eigen::Map<const HostMatrix> re_f(a.data(), n, n), im_f(b.data(), n, n);
      block << re_f, -im_f, im_f, re_f;
      largest = std::max(largest, NormAbove(block, kLipschitzGap));
    }
  }
  return largest;
}

}  // namespace

absl::optional<Index> TellingColumns(const MonotoneOperator& op) {
  if (op.commutes_with_shifts()) return op.layout().tiers().front().memory.channels;
  if (op.dim() > kMostDenseUnits) return absl::nullopt;
  return op.dim();
}

double NormOfColumns(const MonotoneOperator& op, const HostMatrix& columns, double error) {
  const double size = static_cast<double>(op.dim());
  if (!op.commutes_with_shifts()) {
    return InfiniteIfNan(NormAbove(columns, kLipschitzGap) + std::sqrt(size) * error);
  }
  const Features& torus = op.layout().tiers().front().memory;
  // Waves err by a few units roundoff too.
  const double sums = static_cast<double>(torus.rows + torus.columns + 16),
               pixels = static_cast<double>(torus.rows * torus.columns),
               of_sums = sums * std::numeric_limits<double>::epsilon() * std::sqrt(pixels) *
                         columns.norm();
  return InfiniteIfNan(LargestOfFrequencies(torus, columns) + std::sqrt(size) * error + of_sums);
}

absl::optional<double> LipschitzAbove(Model* model) {
  MONDEQ_CHECK(model->dtype() == DType::kFloat64);
  MonotoneOperator& op = model->op();
  const absl::optional<Index> count = TellingColumns(op);
  if (!count.has_value()) return absl::nullopt;
  // By how much rounding may have changed a column; products below the least normal number may
  // count as zero.
  const double size = static_cast<double>(op.dim()),
               rounding = op.RoundingConstant() * model->roundoff() +
                          size * size * LimitsOf(DType::kFloat64).least;
  return NormOfColumns(op, OperatorColumns(*count, model), rounding);
}

}  // namespace mondeq
