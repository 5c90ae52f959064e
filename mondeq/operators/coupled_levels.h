// The tiers of a multi-tier convolution and what couples them, on the spectra of one batch.
//
// W is lower block-bidiagonal,
//   W_ii = (1-m) I - A_i'A_i - D_i'D_i + B_i - B_i',   W_{i+1,i} = -2 A_{i+1}' D_i,
// so V is applied by block substitution down the tiers, and V' up the tiers. D_i samples tier i to
// about half the size; what it gives is cropped to the samples of the image and padded by zeros to
// tier i + 1.
#ifndef MONDEQ_OPERATORS_COUPLED_LEVELS_H_
#define MONDEQ_OPERATORS_COUPLED_LEVELS_H_

#include <cstddef>
#include <memory>
#include <vector>

#include "mondeq/device/scratch.h"
#include "mondeq/operators/conv_level.h"
#include "mondeq/operators/monotone_operator.h"

namespace mondeq {

class CoupledLevels {
 public:
  // Declares the parameters of tier i = 0, 1, ... with the suffix ".i" (conv_level.h).
  CoupledLevels(const std::vector<Tier>& tiers, double m, Index kernel_size,
                const MonotoneOperator::Context& context);

  void ParametersChanged();
  void Prepare(const Multiplier& multiplier);
  std::vector<Tensor> PreparePart(const Multiplier& multiplier, Part part);

  // Everything below works on r, the spectra of all tiers of a state [dim, batch].

  // r = the spectra of x.
  void Transform(const Tensor& x);
  // y = the state whose spectra are r.
  void Invert(const Tensor& y);
  void Zero();
  // r = factor r.
  void Scale(double factor);
  // r = M r.
  void Multiply(Direction direction, const Multiplier& multiplier);
  // r = the spectra of the map of the state.
  void Map(const BlockMap& map);
  // Where the slots of each tier's blocks end (iteration.h).
  const std::vector<Index>& slot_ends() const { return slot_ends_; }

  // monotone_operator.h
  double RoundingConstant();

  // Adds the gradient of u' W z to the gradients of the parameters; u and z are states. Leaves r
  // undefined.
  void AccumulateGradient(const Tensor& u, const Tensor& z);

 private:
  // The memory of one tier: the spectra of r, of K r (multiplier.h) and of what the tier and the
  // one above hand each other. Where samples do not fit the tier below their pixels are needed on
  // the way: half_pixels on the half torus of the tier that is sampled, pixels on the torus of the
  // tier below.
  struct Spectra {
    Scratch r, kr, coupling, pixels, half_pixels;
  };

  const Tensor& R(std::size_t i) { return spectra_[i].r.get(); }
  const Tensor& Kr(std::size_t i) { return spectra_[i].kr.get(); }
  const Tensor& Coupling(std::size_t i) {
    return SamplesFit(i - 1) ? levels_[i - 1]->down() : spectra_[i].coupling.get();
  }

  // The multiplier that a tier needs for one of all of them.
  static Multiplier OfTier(const Multiplier& multiplier, const ConvLevel& level) {
    return multiplier.is_resolvent() ? multiplier::V(multiplier.alpha) : level.N();
  }
  void Reserve(Index batch);
  void MultiplyByOperator(Direction direction, const Multiplier& multiplier);
  void MultiplyByResolvent(Direction direction, const Multiplier& multiplier);

  // Kr(i) += factor times what tier i gets from the one before it in the substitution.
  void AddCoupling(std::size_t i, double factor, Direction direction);
  // Coupling(i + 1) = the spectrum of D x, cropped to the samples of the image and padded with
  // zeros to tier i + 1. x is a spectrum of tier i.
  void PadDown(std::size_t i, const Tensor& x);
  // level(i).down() = the spectrum of factor A x, cropped in the same way. x is a spectrum of tier
  // i + 1.
  void CropUp(std::size_t i, double factor, const Tensor& x);
  // Whether the samples of tier i lie on a torus of the size of that of tier i + 1, so that one
  // spectrum serves both.
  bool SamplesFit(std::size_t i) const;
  // The samples of what is visible of tier i, with the channels of the tier below.
  Features Samples(std::size_t i) const;
  // Carries samples from level(i).down() to Coupling(i + 1), or back, with zeros around them.
  void CarrySamples(std::size_t i, bool pad);

  // Calls f(i, the rows of x that are tier i) for every tier.
  template <class F>
  void ForEveryTier(const Tensor& x, F&& f);

  Device& device_;
  DType dtype_;
  double m_;
  std::vector<Tier> tiers_;
  std::vector<std::unique_ptr<ConvLevel>> levels_;
  std::vector<Spectra> spectra_;
  std::vector<Index> slot_ends_;
  Index batch_ = 0;
  Scratch down_gradient_;
};

}  // namespace mondeq

#endif  // MONDEQ_OPERATORS_COUPLED_LEVELS_H_
