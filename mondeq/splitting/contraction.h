// The factors by which maps of F(z) = (I - W) z - b contract, F m-strongly monotone and
// L-Lipschitz. With a = F(x) - F(y) for two states x and y, t = <a, x - y> / ||x - y||^2 >= m and
// s = ||a|| / ||x - y|| <= L:
//   the forward step I - alpha F:
//     ||x - y - alpha a||^2 / ||x - y||^2 = 1 - 2 alpha t + alpha^2 s^2,
//     which is largest at t = m, s = L;
//   the reflection R = 2 (I + alpha F)^-1 - I, which makes x - alpha F(x) of x + alpha F(x):
//     ||x - y - alpha a||^2 / ||x - y + alpha a||^2
//         = 1 - 4 alpha t / (1 + 2 alpha t + alpha^2 s^2),
//     which rises with s and falls with t: 1 - 4 alpha m / (1 + 2 alpha m + alpha^2 L^2) at most
//     (Giselsson 2017, where it is shown that no smaller factor holds for all such F). With
//     (1 + alpha L)^2 in place of the divisor it is the one of Lions and Mercier (1979).
// The prox and its reflection do not expand.
#ifndef MONDEQ_SPLITTING_CONTRACTION_H_
#define MONDEQ_SPLITTING_CONTRACTION_H_

#include <algorithm>
#include <cmath>

namespace mondeq {

inline double ForwardStepFactor(double alpha, double m, double l) {
  return std::sqrt(1 - 2 * alpha * m + alpha * alpha * l * l);
}

inline double ReflectionFactor(double alpha, double m, double l) {
  return std::sqrt(1 - 4 * alpha * m / (1 + 2 * alpha * m + alpha * alpha * l * l));
}

// The automatic step of methods that are made of two reflections. 1/L makes the factor above least,
// the longer 1/sqrt(m L) that of symmetric F, max |1 - alpha s| / (1 + alpha s) over m <= s <= L.
// Trained networks are near the second, with more than m: where they are active A'A adds to it. How
// much is not known; 0.2, and 1.4, are a fit to trained networks (docs/solvers.md).
inline double ReflectionAlpha(double m, double l) {
  // In this order a NaN stays one.
  return std::max(1.4 / std::sqrt((m + 0.2) * l), 1 / l);
}

// That of the mean (1 - rho) I + rho K, where K has the factor `factor` and 0 <= rho <= 1.
inline double RelaxedFactor(double rho, double factor) { return 1 - rho + rho * factor; }

}  // namespace mondeq

#endif  // MONDEQ_SPLITTING_CONTRACTION_H_
