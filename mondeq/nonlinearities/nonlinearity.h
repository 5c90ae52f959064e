// Nonlinearities: sigma = prox^1_f of a convex f, elementwise, and its proximal maps
//   z = prox^alpha_f(p) = argmin_y 1/2 (y - p)^2 + alpha f(y),
// alone or fused with the pointwise half of a splitting step (pointwise_step.h). Plugins are made
// from a functor by elementwise.h.
#ifndef MONDEQ_NONLINEARITIES_NONLINEARITY_H_
#define MONDEQ_NONLINEARITIES_NONLINEARITY_H_

#include <utility>

#include "mondeq/core/config_source.h"
#include "mondeq/device/device.h"
#include "mondeq/nonlinearities/nonlinearity.pb.h"
#include "mondeq/nonlinearities/pointwise_step.h"

namespace mondeq {

class Nonlinearity {
 public:
  using Config = NonlinearityConfig;
  struct Context {
    // For every row of the state, on the device, a byte that is 0 on the borders of images and
    // outside of what is visible of them (StateLayout::MakeInteriorMask); empty if none would be 0.
    Tensor interior;
    // Where the config was read, for nonlinearities that hold another; may be null.
    const ConfigSource* source = nullptr;
  };
  static constexpr char kKind[] = "nonlinearity";

  virtual ~Nonlinearity() = default;

  // From now on f is the indicator of {0} on the rows where `interior` is 0, so that z = 0 there.
  void HoldAtZeroOutside(Tensor interior) { interior_ = std::move(interior); }
  bool zero_outside() const { return !interior_.empty(); }

 protected:
  // Empty where sigma is the same on all rows.
  const Tensor& interior() const { return interior_; }

 private:
  friend class ProxMap;

  // What ProxMap::Prox and ProxMap::Step do, linearised at z_star unless that is empty.
  virtual void Prox(Device& device, double alpha, const Tensor& p, const Tensor& z_star,
                    const Tensor& z) const = 0;
  virtual void Step(const PointwiseStep& step, double alpha, const StepArrays& arrays,
                    const Tensor& z_star, const Block& block) const = 0;
  // Whether Step takes blocks with a slab, as RunStep (block_step.h) does.
  virtual bool steps_on_slabs() const { return false; }

  Tensor interior_;
};

// What a solve sees of a nonlinearity: the prox of the forward inclusion or of the adjoint one.
class ProxMap {
 public:
  // prox^alpha_f, of the forward inclusion. `sigma` must outlive the map.
  explicit ProxMap(const Nonlinearity* sigma) : sigma_(*sigma) {}
  // The prox of the adjoint inclusion u = J (W' u + dl/dz*): p |-> j p / (j + alpha (1 - j)), 0
  // where j = 0 (Winston & Kolter 2020, theorem 2, with the correct resolvent of D = J^-1 - I). j,
  // an element of the Clarke Jacobian of sigma, 0 <= j <= 1, is the slope where sigma's output is
  // z_star [dim, batch]. With alpha = 1 it is p |-> j p.
  ProxMap(const Nonlinearity* sigma, Tensor z_star) : sigma_(*sigma), z_star_(std::move(z_star)) {}

  // z = prox^alpha(p), [dim, batch]. p and z may be the same.
  void Prox(Device& device, double alpha, const Tensor& p, const Tensor& z) const {
    sigma_.Prox(device, alpha, p, z_star_, z);
  }
  // Runs a step on a block that holds M r, and leaves r+ in it.
  void Step(const PointwiseStep& step, double alpha, const StepArrays& arrays,
            const Block& block) const {
    sigma_.Step(step, alpha, arrays, z_star_, block);
  }

  bool runs_on_slabs() const { return sigma_.steps_on_slabs(); }

  // Empty for the forward inclusion.
  const Tensor& z_star() const { return z_star_; }
  // The same map of other samples, linearised there.
  ProxMap At(Tensor z_star) const { return ProxMap(&sigma_, std::move(z_star)); }

 private:
  const Nonlinearity& sigma_;
  Tensor z_star_;
};

}  // namespace mondeq

#endif  // MONDEQ_NONLINEARITIES_NONLINEARITY_H_
