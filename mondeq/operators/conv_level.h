// One tier of a convolutional operator: its kernels and, per frequency, its diagonal block of W and
// of the resolvent.
//
//   W_ii = (1-m) I - A'A - D'D + B - B',   V_ii = (I + alpha (I - W_ii))^-1
// A and B are circular convolutions. D is one too, of whose result every second pixel in each axis
// is kept; the last tier has no D. D'D mixes the four frequencies that sampling folds into one, so
// W_ii and V_ii are one matrix for each such group or, in the last tier, one per frequency.
#ifndef MONDEQ_OPERATORS_CONV_LEVEL_H_
#define MONDEQ_OPERATORS_CONV_LEVEL_H_

#include <memory>
#include <string>
#include <vector>

#include "mondeq/device/part.h"
#include "mondeq/device/scratch.h"
#include "mondeq/operators/monotone_operator.h"
#include "mondeq/operators/prepared.h"
#include "mondeq/operators/taps.h"
#include "mondeq/operators/weight_normalization.h"

namespace mondeq {

class ConvLevel {
 public:
  // `below` is the next, coarser tier, or null for the last one. Declares A, B, gamma, h and, with
  // a tier below, A_down and gamma_down, each with the suffix (".0", or none); D is gamma_down
  // A_down / ||A_down||_F.
  ConvLevel(const Tier& tier, const Tier* below, double m, Index kernel_size,
            const std::string& suffix, const MonotoneOperator::Context& context);

  Index channels() const { return tier_.memory.channels; }
  Torus& torus() { return *torus_; }
  Index slots() const { return torus_->Slots(channels()); }
  bool has_down() const { return below_ > 0; }

  // W_ii without its part of the identity, -A'A - D'D + B - B', beside which a small m would be
  // lost to rounding.
  Multiplier N() const { return multiplier::W - (1 - m_) * multiplier::I; }

  void ParametersChanged();
  // Makes what Apply needs for this multiplier, unless it is at hand.
  void Prepare(const Multiplier& multiplier) { Matrices(multiplier); }
  // A part of it (monotone_operator.h); adds what others are to make the rest of to `matrices`.
  void PreparePart(const Multiplier& multiplier, Part part, std::vector<Tensor>* matrices);

  Shape SpectrumShape(Index batch) const { return torus_->SpectrumShape(channels(), batch); }

  // y = scale M x + beta y for spectra x and y, where M is the multiplier's with W_ii and V_ii for
  // W and V, or with their transposes in the adjoint direction. x and y may be the same.
  void Apply(Direction direction, double scale, const Multiplier& multiplier, const Tensor& x,
             Index batch, double beta, const Tensor& y);
  // x = F map(F^-1 M x), for a tier without one below.
  void ApplyThenMap(Direction direction, const Multiplier& multiplier, const Tensor& x, Index batch,
                    const BlockMap& map);
  // y = scale A' x + beta y; in the adjoint direction A takes the place of A'. This is the tier's
  // part in W_{i,i-1} = -2 A_i' D_{i-1}.
  void ApplyA(Direction direction, double scale, const Tensor& x, Index batch, double beta,
              const Tensor& y);

  // Makes down() large enough for a batch.
  void ReserveDown(Index batch) { down_.Get(device_, dtype_, half().SpectrumShape(below_, batch)); }
  // down() = D x, a spectrum on the torus of half the size, with the channels of the tier below.
  void ApplyDown(const Tensor& x, Index batch);
  // y += scale D' down().
  void AddUp(double scale, Index batch, const Tensor& y);
  // The torus on which down() lies.
  Torus& half() { return torus_->Half(); }
  const Tensor& down() const { return down_.get(); }
  // The channels of the tier below; 0 in the last tier.
  Index below() const { return below_; }

  // That of the tier alone (monotone_operator.h), and bounds of ||A||_2 and ||D||_2.
  double RoundingConstant();
  double NormOfA();
  double NormOfDown();

  // L = ||I - W||_2 where the tier is the whole operator: the largest ||I - W_f||_2 over the
  // frequencies f.
  double Lipschitz();
  // Adds to the gradients of the parameters those of u' W_ii z, for spectra u and z, and of what
  // the tier's neighbours bring: of -2 coupling' A u, where `coupling` is D z of the tier before as
  // a spectrum of this tier, and of down_gradient' D z, where `down_gradient` is -2 A u of the tier
  // below as a spectrum on the half torus. Both may be null. Overwrites down().
  void AccumulateGradient(const Tensor& u, const Tensor& z, Index batch, const Tensor* coupling,
                          const Tensor* down_gradient);

 private:
  void Refresh();
  const Tensor& MakeScaledTaps(double factor, double identity);
  const Tensor& Matrices(const Multiplier& multiplier, Part part = Part::All());
  void MakeMatrices(const Multiplier& multiplier, Part part, const Tensor& matrices);

  Device& device_;
  DType dtype_;
  Tier tier_;
  Index below_;
  Index k_;
  double m_;
  std::unique_ptr<Torus> torus_;
  WeightNormalization a_, b_, d_;

  bool fresh_ = false;
  // The matrices of A are made only when a tier above couples to this one.
  bool a_matrices_fresh_ = false;
  TapScratch tap_scratch_;
  Scratch a_taps_, b_taps_, d_taps_, n_taps_, scaled_taps_, gradient_taps_, kernel_gradient_,
      kernel_;
  Scratch a_matrices_, d_matrices_, circular_;
  PreparedMatrices matrices_;
  Scratch down_;
};

}  // namespace mondeq

#endif  // MONDEQ_OPERATORS_CONV_LEVEL_H_
