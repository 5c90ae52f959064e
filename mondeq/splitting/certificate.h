// Certified bounds of the distance to the true equilibrium, whatever found z. F(z) = (I - W) z - b,
// G = df, and F + G is m-strongly monotone: ||z - z*|| <= ||w|| / m for every w in (F + G)(z). With
// z = prox^alpha(p) and y = sigma(W z + b),
//   w = F(z) + (p - z)/alpha  for z
//   w = W (z - y)             for y, since z - y - F(z) is in G(y)
// Both are computed in floating point, and so is F: what rounding may have added to w is bounded
// beforehand and counted.
#ifndef MONDEQ_SPLITTING_CERTIFICATE_H_
#define MONDEQ_SPLITTING_CERTIFICATE_H_

#include <cmath>
#include <limits>
#include <vector>

#include "mondeq/device/scratch.h"
#include "mondeq/nonlinearities/nonlinearity.h"
#include "mondeq/operators/monotone_operator.h"

namespace mondeq {

// Nothing is known of what infinities that met left as a NaN.
inline double InfiniteIfNan(double bound) {
  return std::isnan(bound) ? std::numeric_limits<double>::infinity() : bound;
}

// What is known of the answer for every sample.
struct Certificate {
  // ||z - sigma(W z + b)|| / ||z||; where z is 0 it is 1, or 0 if sigma(W z + b) is 0 as well.
  std::vector<double> residual;
  // A bound of ||z - z*||, and the same relative to ||z||: where z is 0 it is infinite, or 0 if
  // sigma(W z + b) is 0 as well.
  std::vector<double> error_bound;
  std::vector<double> relative_error;
  // What of the relative error is rounding, and stays however near z comes to z*.
  std::vector<double> rounding;

  // The largest of the relative errors.
  double worst() const;
};

// Certifies again and again: it keeps its memory, three states, between calls.
class Certifier {
 public:
  Certifier(Device* device, DType dtype) : device_(*device), dtype_(dtype) {}

  struct Problem {
    MonotoneOperator& op;
    // The prox of the forward inclusion.
    const ProxMap& prox;
    // [dim, batch], and by how much rounding may have changed each of its columns. It may be empty.
    const Tensor& b;
    const std::vector<double>& b_error;
    double alpha;
    // The unit roundoff of the products.
    double roundoff;
  };

  // Certifies z = prox^alpha(p) as it is, by one product. Leaves p undefined. Ends an iteration of
  // the operator.
  Certificate Certify(const Problem& problem, const Tensor& p, const Tensor& z);
  // The same, and replaces samples whose bound is above `tolerance` times ||z|| and larger than
  // that of y by y.
  Certificate Certify(const Problem& problem, double tolerance, const Tensor& p, const Tensor& z);

 private:
  // F(z), y = sigma(W z + b), z - y and its norms.
  void ApplyLayer(const Problem& problem, const Tensor& z, std::vector<double>* residual);
  // Bounds the error of z, by an ApplyLayer.
  Certificate Bound(const Problem& problem, const Tensor& p, const Tensor& z);
  // Replaces z by y where it has the smaller bound, and returns whether there was such a sample.
  // Follows a Bound.
  bool TakeBetter(const Problem& problem, double tolerance, const Tensor& z,
                  Certificate* certificate);
  // Makes the certificate relative to z.
  void Relate(Certificate* certificate) const;

  Device& device_;
  DType dtype_;
  Scratch f_, y_, difference_, taken_;
  // Norms of z, and by how much F(z) may be wrong.
  std::vector<double> z_norms_, f_error_;
  // The operator's RoundingConstant.
  double constant_ = 0;
  // By what bounds are multiplied, as they are computed in float64 themselves.
  double margin_ = 1;
};

}  // namespace mondeq

#endif  // MONDEQ_SPLITTING_CERTIFICATE_H_
