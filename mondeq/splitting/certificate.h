// A certified bound on the distance to the true equilibrium. With y = sigma(W z + b) and d = z - y,
//   ||y - z*|| <= ||W d|| / m
// for every sample: d - F(z) is in G(y), so W d = d - F(z) + F(y) is in (F + G)(y), and F + G is
// m-strongly monotone.
#ifndef MONDEQ_SPLITTING_CERTIFICATE_H_
#define MONDEQ_SPLITTING_CERTIFICATE_H_

#include <vector>

#include "mondeq/nonlinearities/nonlinearity.h"
#include "mondeq/operators/monotone_operator.h"

namespace mondeq {

struct Certificate {
  // ||y - sigma(W y + b)|| / ||y|| for every sample (0 / 0 = 0).
  std::vector<double> residual;
  // A bound on ||y - z*|| for every sample, up to rounding.
  std::vector<double> error_bound;
};

// Replaces z by y = sigma(W z + b), the point that can be certified. `sigma` is the prox of the
// forward inclusion; b and z are [dim, batch].
Certificate PolishAndCertify(Device& device, MonotoneOperator& op, const ProxMap& sigma,
                             const Tensor& b, const Tensor& z);

}  // namespace mondeq

#endif  // MONDEQ_SPLITTING_CERTIFICATE_H_
