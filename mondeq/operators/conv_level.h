// One tier of a convolutional operator: its kernels and, per frequency, its diagonal block of W and
// of the resolvent.
//
//   W_ii = (1-m) I - A'A - D'D + B - B',   V_ii = (I + alpha (I - W_ii))^-1 = (P + alpha D'D)^-1
// with circular A, B and D: convolution, then every second pixel in each axis (none in the last
// tier). With Q = P^-1, circular like P, and by Woodbury
//   V_ii = Q - alpha Q D' N^-1 D Q,   N = I + alpha D Q D',
// where N is one small matrix for each four frequencies that sampling folds into one.
#ifndef MONDEQ_OPERATORS_CONV_LEVEL_H_
#define MONDEQ_OPERATORS_CONV_LEVEL_H_

#include <memory>
#include <string>

#include "mondeq/device/scratch.h"
#include "mondeq/operators/monotone_operator.h"
#include "mondeq/operators/prepared.h"
#include "mondeq/operators/weight_normalization.h"

namespace mondeq {

class ConvLevel {
 public:
  // `below` is the next tier, or null for the last one. Declares A, B, gamma, h and, with a tier
  // below, A_down and gamma_down, each with the suffix (".0", or none).
  ConvLevel(const Tier& tier, const Tier* below, double m, Index kernel_size,
            const std::string& suffix, const MonotoneOperator::Context& context);

  Index channels() const { return tier_.features.channels; }
  Torus& torus() { return *torus_; }
  bool has_down() const { return below_ > 0; }

  void ParametersChanged();

  Shape SpectrumShape(Index batch) const { return torus_->SpectrumShape(channels(), batch); }

  // Spectra: y = W_ii x, or W_ii' x; x and y differ. Leaves D x in down().
  void ApplyOperator(Direction direction, const Tensor& x, Index batch, const Tensor& y);
  // y = V_ii x, or V_ii' x; x and y differ.
  void ApplyResolvent(Direction direction, double alpha, const Tensor& x, Index batch,
                      const Tensor& y);
  // y += factor A' x, or A x for the adjoint direction: how the tier takes part in W_{i,i-1} = -2
  // A' D.
  void AddA(Direction direction, double factor, const Tensor& x, Index batch, const Tensor& y);

  // Makes down() large enough for a batch.
  void ReserveDown(Index batch) { down_.Get(device_, dtype_, half_->SpectrumShape(below_, batch)); }
  // down() = D x, a spectrum on the torus of half the size, with the channels of the tier below.
  void ApplyDown(const Tensor& x, Index batch);
  // y += factor D' down().
  void AddUp(double factor, Index batch, const Tensor& y);
  Torus& half() { return *half_; }
  const Tensor& down() const { return down_.get(); }
  Index below() const { return below_; }

  // For a tier that is the whole operator: the largest ||I - W_f||.
  double Lipschitz();
  // M = identity I + factor V_ii (or W_ii) as one matrix per frequency, for such a tier.
  const Tensor& Matrices(const Multiplier& multiplier);

  // Adds gradients of u' W_ii z, and of what the tier's neighbours bring: -2 coupling' A u
  // (spectrum `coupling` of this tier, may be null) and down_gradient' D z (on the half torus, may
  // be null; overwritten).
  void AccumulateGradient(const Tensor& u, const Tensor& z, Index batch, const Tensor* coupling,
                          const Tensor* down_gradient);

 private:
  void Refresh();
  const Tensor& MakeScaledTaps(double factor, double identity);
  // The circular part of W_ii, and Q, Q D', D Q, N^-1 for an alpha.
  const Tensor& Circular();
  const Tensor& Q(double alpha);
  const Tensor& QDownAdjoint(double alpha);
  const Tensor& DownQ(double alpha);
  const Tensor& InverseN(double alpha);

  Device& device_;
  DType dtype_;
  Tier tier_;
  Index below_;
  Index k_;
  double m_;
  std::unique_ptr<Torus> torus_, half_;
  WeightNormalization a_, b_, d_;

  bool fresh_ = false;
  // Those of A are made when a tier above couples to this one.
  bool a_matrices_fresh_ = false;
  Scratch a_taps_, b_taps_, d_taps_, w_, scaled_taps_, gradient_taps_, kernel_gradient_, kernel_;
  Scratch a_matrices_, d_matrices_;
  PreparedMatrices matrices_, q_, q_down_adjoint_, down_q_, inverse_n_;
  Scratch down_, inner_;
};

}  // namespace mondeq

#endif  // MONDEQ_OPERATORS_CONV_LEVEL_H_
