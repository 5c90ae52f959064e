// Monotone operators: W = (1-m) I - A'A + B - B' with A, B unconstrained and m > 0, so that I - W
// is strongly monotone, sym(I - W) >= m I, whatever the parameters are (Winston & Kolter 2020,
// proposition 1).
//
// States are [dim(), batch]; a state of several tiers has them one after the other.
#ifndef MONDEQ_OPERATORS_MONOTONE_OPERATOR_H_
#define MONDEQ_OPERATORS_MONOTONE_OPERATOR_H_

#include <cstddef>
#include <memory>
#include <vector>

#include "mondeq/core/features.h"
#include "mondeq/device/device.h"
#include "mondeq/device/parameters.h"
#include "mondeq/operators/operators.pb.h"

namespace mondeq {

// Which inclusion is solved: the forward one, with W, or its adjoint, with W'.
enum class Direction { kForward, kAdjoint };

// How a matrix of W is applied.
inline Transpose TransposeFor(Direction direction) {
  return direction == Direction::kForward ? Transpose::kNo : Transpose::kYes;
}

// The linear half of a splitting method's iteration: M = identity I + factor K, where K is W, or
// the resolvent V = (I + alpha (I - W))^-1 (or the transposes of both). It carries the bias b along
// as v = M r + c,
//   c = factor b (K = W),  c = factor alpha V b (K = V).
struct Multiplier {
  enum class Kind { kOperator, kResolvent };
  Kind kind = Kind::kOperator;
  double alpha = 1;
  double identity = 0;
  double factor = 1;
};

inline bool operator==(const Multiplier& a, const Multiplier& b) {
  return a.kind == b.kind && a.alpha == b.alpha && a.identity == b.identity && a.factor == b.factor;
}

class MonotoneOperator {
 public:
  using Config = OperatorConfig;
  struct Context {
    // One sample of the network's input x.
    Features input;
    ParameterScope parameters;
    Device* device;
    DType dtype;
  };
  static constexpr char kKind[] = "operator";

  virtual ~MonotoneOperator() = default;

  // The parts of the state, one per tier. Only the first receives U x + b.
  virtual const std::vector<Tier>& tiers() const = 0;
  virtual double m() const = 0;
  Index dim() const;

  // To be called whenever parameter values have changed: what was derived from them is made anew
  // when needed.
  virtual void ParametersChanged() = 0;

  // y = W x, or W' x.
  virtual void Apply(Direction direction, const Tensor& x, const Tensor& y) = 0;
  // y = V x, or V' x, V = (I + alpha (I - W))^-1.
  virtual void ApplyResolvent(Direction direction, double alpha, const Tensor& x,
                              const Tensor& y) = 0;

  // Begins an iteration r <- map(M r) from r = 0 and returns c for the bias b [dim, batch]. The
  // first step may write its values, each before a map sees its place; they stay valid until the
  // next Start.
  virtual const Tensor& Start(Direction direction, const Multiplier& multiplier,
                              const Tensor& b) = 0;
  // One iteration: the map is run on every block of M r, and what it leaves there is the next r.
  virtual void Step(const BlockMap& map) = 0;
  // How many slots the blocks of a tier have in a Step (device.h); those of the first tier come
  // first.
  virtual Index slots(std::size_t tier) const = 0;

  // Adds the gradient of sum_batch u' W z with u and z held constant to the gradients of the
  // parameters: with M = u z' summed over the batch, dA = -A (M + M'), dB = M - M'. u, z [dim,
  // batch].
  virtual void AccumulateGradient(const Tensor& u, const Tensor& z) = 0;

  // L = ||I - W||_2, for the current parameters; accurate to about 1e-3.
  virtual double Lipschitz() = 0;
};

inline Index MonotoneOperator::dim() const {
  Index dim = 0;
  for (const Tier& tier : tiers()) dim += tier.features.dim();
  return dim;
}

}  // namespace mondeq

#endif  // MONDEQ_OPERATORS_MONOTONE_OPERATOR_H_
