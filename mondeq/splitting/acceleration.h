// Acceleration of a splitting method: its next state is mixed of its last ones.
//
// The method is a fixed-point iteration x <- T(x) of a state that is the argument p of its prox.
// With the residual f = T(x) - x, and of the last `memory` pairs of neighbouring states, the newest
// last, the differences S of x, Y of f and G = S + Y of T(x), the next state is
//   T(x) - G gamma
// with, for each sample by itself,
//   kResiduals  the gamma that makes ||f - Y gamma|| least, (Y'Y + ridge diag Y'Y) gamma = Y'f:
//               Anderson acceleration (type II; Walker and Ni 2011)
//   kStates     (S'G - upper S'S) gamma = S'f, where "upper" leaves the upper triangle with the
//               diagonal: Broyden's good method from the Jacobian -I of f, which the pairs correct
//               one after the other (the compact form of Byrd, Nocedal and Schnabel 1994)
//
// Safeguarded, a mixed state is kept only if its residual is within what plain iterations would
// have been sure to reach. Let c be a Lipschitz constant of T, and c' <= c the largest quotient
// ||T(x) - T(y)|| / ||x - y|| of neighbours so far. E begins as ||f|| and is multiplied by c' in
// every iteration, and a mixed x with ||T(x) - x|| > E is dropped: T of the last state that was
// kept, which is within E, takes its place, and the memory begins anew. So after n iterations, s of
// which ended in such a restart,
//   ||f_n|| <= c^(n-s) ||f_0||,
// which is what c promises of the method alone after n - s: a restart costs one iteration, and what
// converges because T contracts still does. The i-th restart of a sample is followed by 2^(i-1)
// plain iterations before it is mixed again, so that s <= 1 + log2(n).
// It is a bound that is kept, not a path: the method alone may be ahead of what c promises, and
// mixed states behind it.
#ifndef MONDEQ_SPLITTING_ACCELERATION_H_
#define MONDEQ_SPLITTING_ACCELERATION_H_

namespace mondeq {

struct Acceleration {
  static constexpr int kMostMemory = 16;

  enum Secants { kResiduals, kStates };

  Secants secants = kResiduals;
  int memory = 5;  // 1 .. kMostMemory
  double ridge = 0;
  bool safeguarded = true;
};

}  // namespace mondeq

#endif  // MONDEQ_SPLITTING_ACCELERATION_H_
