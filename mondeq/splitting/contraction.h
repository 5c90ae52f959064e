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

#include <cmath>

namespace mondeq {

inline double ForwardStepFactor(double alpha, double m, double l) {
  return std::sqrt(1 - 2 * alpha * m + alpha * alpha * l * l);
}

inline double ReflectionFactor(double alpha, double m, double l) {
  return std::sqrt(1 - 4 * alpha * m / (1 + 2 * alpha * m + alpha * alpha * l * l));
}

// That of the mean (1 - rho) I + rho K, where K has the factor `factor` and 0 <= rho <= 1.
inline double RelaxedFactor(double rho, double factor) { return 1 - rho + rho * factor; }

}  // namespace mondeq

#endif  // MONDEQ_SPLITTING_CONTRACTION_H_
