// The linear half of a splitting method's iteration, M = identity I + factor K, where K is W or the
// resolvent V = (I + alpha (I - W))^-1, written as it is on paper:
//   2 * V(alpha) - I,   (1 - alpha) * I + alpha * W
// An iteration computes v = M r + c, where c carries the bias b along:
//   c = factor b (K = W),   c = factor alpha V b (K = V)
// In the adjoint direction W and V are transposed.
#ifndef MONDEQ_OPERATORS_MULTIPLIER_H_
#define MONDEQ_OPERATORS_MULTIPLIER_H_

#include "mondeq/core/status.h"

namespace mondeq {

struct Multiplier {
  enum class Kind { kOperator, kResolvent };

  Kind kind = Kind::kOperator;
  double alpha = 0;  // of the resolvent
  double identity = 0;
  double factor = 0;

  bool is_resolvent() const { return kind == Kind::kResolvent; }
  // The part of the identity where W is written as (1-m) I + N: M = shift(m) I + factor N. What
  // cancels in it cancels in double: for I - W it is m itself, however small.
  double shift(double m) const { return identity + factor - factor * m; }
};

// The terms of which multipliers are made.
namespace multiplier {

constexpr Multiplier I{Multiplier::Kind::kOperator, 0, 1, 0};
constexpr Multiplier W{Multiplier::Kind::kOperator, 0, 0, 1};
constexpr Multiplier V(double alpha) { return {Multiplier::Kind::kResolvent, alpha, 0, 1}; }

}  // namespace multiplier

inline bool operator==(const Multiplier& a, const Multiplier& b) {
  return a.kind == b.kind && a.alpha == b.alpha && a.identity == b.identity && a.factor == b.factor;
}

inline Multiplier operator*(double scale, const Multiplier& a) {
  return {a.kind, a.alpha, scale * a.identity, scale * a.factor};
}

// At most one of the two may have a K: no operator applies W and V at once.
inline Multiplier operator+(const Multiplier& a, const Multiplier& b) {
  MONDEQ_CHECK(a.factor == 0 || b.factor == 0);
  const Multiplier& k = a.factor != 0 ? a : b;
  return {k.kind, k.alpha, a.identity + b.identity, k.factor};
}

inline Multiplier operator-(const Multiplier& a, const Multiplier& b) { return a + -1.0 * b; }

}  // namespace mondeq

#endif  // MONDEQ_OPERATORS_MULTIPLIER_H_
