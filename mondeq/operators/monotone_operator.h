// Monotone operators: W = (1-m) I - A'A + B - B' with A, B unconstrained and m > 0, so that I - W
// is strongly monotone, sym(I - W) >= m I, whatever the parameters are (Winston & Kolter 2020,
// proposition 1).
//
// States are [dim(), batch].
#ifndef MONDEQ_OPERATORS_MONOTONE_OPERATOR_H_
#define MONDEQ_OPERATORS_MONOTONE_OPERATOR_H_

#include <algorithm>
#include <vector>

#include "mondeq/core/features.h"
#include "mondeq/device/device.h"
#include "mondeq/device/parameters.h"
#include "mondeq/device/part.h"
#include "mondeq/operators/iteration.h"
#include "mondeq/operators/multiplier.h"
#include "mondeq/operators/operators.pb.h"
#include "mondeq/operators/state_layout.h"

namespace mondeq {

class MonotoneOperator {
 public:
  using Config = OperatorConfig;
  struct Context {
    // The features of one sample of the network's input x.
    Features input;
    ParameterScope parameters;
    Device* device;
    DType dtype;
  };
  static constexpr char kKind[] = "operator";

  virtual ~MonotoneOperator() = default;

  // Says where in a state U x + b enters and what the readout sees.
  virtual const StateLayout& layout() const = 0;
  Index dim() const { return layout().dim(); }
  // The strong monotonicity of I - W.
  virtual double m() const = 0;

  // To be called whenever parameter values have changed: what was derived from them is made anew
  // when needed.
  virtual void ParametersChanged() = 0;

  // y = M x for a multiplier of W, as W, or I - W in which m is not lost to rounding. In the
  // adjoint direction W' takes the place of W.
  virtual void Multiply(Direction direction, const Multiplier& multiplier, const Tensor& x,
                        const Tensor& y) = 0;
  // y = W x, or W' x in the adjoint direction.
  void Apply(Direction direction, const Tensor& x, const Tensor& y) {
    Multiply(direction, multiplier::W, x, y);
  }

  // Makes what iterations with this multiplier, in either direction, need of the parameters, unless
  // it is at hand. Iterate does so itself.
  virtual void Prepare(const Multiplier& multiplier) = 0;
  // The same for several who share it out, each with a model of these parameters: makes one part,
  // and returns the arrays of which only the rows of this part are made (part.h). Before anything
  // else is asked of the operator those of the other parts are to be filled in. The bits are those
  // of Prepare. Where it returns none all is made.
  virtual std::vector<Tensor> PreparePart(const Multiplier& multiplier, Part part) {
    static_cast<void>(part);
    Prepare(multiplier);
    return {};
  }
  // Begins an iteration r <- map(M r) for the bias b [dim(), batch], which it does not read later.
  // The operator keeps the iteration and its memory, so that after the first of a shape nothing is
  // allocated: it is valid until the next Iterate, Multiply, Lipschitz or AccumulateGradient.
  virtual Iteration& Iterate(Direction direction, const Multiplier& multiplier,
                             const Tensor& b) = 0;

  // Adds the gradient of sum_batch u' W z with u and z held constant to the gradients of the
  // parameters: with H = u z' summed over the batch, dA = -A (H + H') and dB = H - H'. u and z are
  // [dim(), batch].
  virtual void AccumulateGradient(const Tensor& u, const Tensor& z) = 0;

  // A constant c such that rounding changes a product (I - W) x by at most c u ||x||, to first
  // order in the unit roundoff u: sums of n products err by at most n u times that of their sizes.
  // For the current parameters; c is above L.
  virtual double RoundingConstant() = 0;
  // Whether that is so only with the largest ||x|| of the batch: where two samples share a complex
  // transform the smaller one is rounded like the larger.
  virtual bool rounds_by_batch() const = 0;
  // Replaces the norms of samples by those by which they are rounded.
  void FindRounding(std::vector<double>* norms) const {
    if (!rounds_by_batch()) return;
    norms->assign(norms->size(), *std::max_element(norms->begin(), norms->end()));
  }

  // L = ||I - W||_2, for the current parameters; accurate to about 1e-3.
  virtual double Lipschitz() = 0;
  // Whether W commutes with cyclic shifts of the state, one tier whose memory is a torus, as
  // convolutions do: in the Fourier basis it is then one matrix per frequency.
  virtual bool commutes_with_shifts() const { return false; }
};

}  // namespace mondeq

#endif  // MONDEQ_OPERATORS_MONOTONE_OPERATOR_H_
