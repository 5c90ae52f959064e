// Nonlinearities: sigma = prox^1_f of a convex f, elementwise.
//
// A plugin is a struct with two member templates, for T = float and double,
//   template <class T> MONDEQ_HOST_DEVICE T Prox(T u, T alpha) const;
//   template <class T> MONDEQ_HOST_DEVICE T Slope(T z) const;
// where Prox is prox^alpha_f(u), exactly, for every alpha > 0, and Slope is sigma' as a function of
// the OUTPUT z = sigma(.); a config message; and a factory that returns
// MakeNonlinearity(Struct{...}). Mind that prox^alpha_f is not sigma when alpha != 1 unless f is an
// indicator: SigmaProx (sigma_prox.h) computes it from sigma and its derivative.
#ifndef MONDEQ_NONLINEARITIES_NONLINEARITY_H_
#define MONDEQ_NONLINEARITIES_NONLINEARITY_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "mondeq/core/config_source.h"
#include "mondeq/core/features.h"
#include "mondeq/nonlinearities/elementwise.h"
#include "mondeq/nonlinearities/nonlinearity.pb.h"
#include "mondeq/nonlinearities/prox_map.h"

namespace mondeq {

class Nonlinearity : public ProxMap {
 public:
  using Config = NonlinearityConfig;
  struct Context {
    // The state's tiers; empty where a nonlinearity is used by itself.
    std::vector<Tier> tiers;
    // For nonlinearities that hold another.
    const ConfigSource* source = nullptr;
    // Where the state is; null where there are no tiers.
    Device* device = nullptr;
  };
  static constexpr char kKind[] = "nonlinearity";

  // j = the slope of sigma where its output is z: an element of the Clarke Jacobian, 0 <= j <= 1.
  virtual void Slope(Device& device, const Tensor& z, const Tensor& j) const = 0;

  // Prox and Step of the adjoint inclusion u = J (W' u + g): v |-> j v / (j + alpha (1 - j)), 0
  // where j = 0 (Winston & Kolter 2020, theorem 2, with the correct resolvent of D = J^-1 - I). j
  // is the slope where sigma's output is z_star [dim, batch].
  virtual void ProxAt(const Tensor& z_star, Device& device, double alpha, const Tensor& u,
                      const Tensor& z) const = 0;
  virtual void StepAt(const Tensor& z_star, const PointwiseStep& step, const StepArrays& arrays,
                      const Block& block) const = 0;
};

// The prox of the adjoint inclusion at z*: a view of a nonlinearity.
class LinearizedProx final : public ProxMap {
 public:
  // `sigma` must outlive it. z_star [dim, batch].
  LinearizedProx(const Nonlinearity* sigma, Tensor z_star)
      : sigma_(*sigma), z_star_(std::move(z_star)) {}

  void Prox(Device& device, double alpha, const Tensor& u, const Tensor& z) const override {
    sigma_.ProxAt(z_star_, device, alpha, u, z);
  }
  void Step(const PointwiseStep& step, const StepArrays& arrays,
            const Block& block) const override {
    sigma_.StepAt(z_star_, step, arrays, block);
  }
  Tensor operand() const override { return z_star_; }

 private:
  const Nonlinearity& sigma_;
  Tensor z_star_;
};

// The functors of a Sigma.
template <class Sigma>
struct ProxOf {
  Sigma sigma;

  template <class T>
  MONDEQ_HOST_DEVICE T operator()(T u, T alpha) const {
    return sigma.Prox(u, alpha);
  }
};

template <class Sigma>
struct LinearizedProxOf {
  Sigma sigma;

  template <class T>
  MONDEQ_HOST_DEVICE T operator()(T v, T alpha, T z_star) const {
    const T j = sigma.Slope(z_star);
    // The formula's value; where all slopes are 0 or 1 the compiler then leaves the division out.
    if (j == T{1}) return v;
    // v * 0: a NaN must not hide here.
    return j > T{0} ? j * v / (j + alpha * (T{1} - j)) : v * T{0};
  }
};

template <class T, class Sigma>
struct SlopeOf {
  Sigma sigma;
  const T* z;
  T* j;

  MONDEQ_HOST_DEVICE void operator()(Index i) const { j[i] = sigma.Slope(z[i]); }
};

template <class Sigma>
class ElementwiseNonlinearity final : public ElementwiseProx<Nonlinearity> {
 public:
  explicit ElementwiseNonlinearity(Sigma sigma) : sigma_(sigma) {}

  void Prox(Device& device, double alpha, const Tensor& u, const Tensor& z) const override {
    this->RunProx(device, ProxOf<Sigma>{sigma_}, alpha, u, z);
  }
  void Step(const PointwiseStep& step, const StepArrays& arrays,
            const Block& block) const override {
    this->RunStep(ProxOf<Sigma>{sigma_}, step, arrays, block);
  }
  void ProxAt(const Tensor& z_star, Device& device, double alpha, const Tensor& u,
              const Tensor& z) const override {
    this->RunProx(device, LinearizedProxOf<Sigma>{sigma_}, alpha, u, z, z_star);
  }
  void StepAt(const Tensor& z_star, const PointwiseStep& step, const StepArrays& arrays,
              const Block& block) const override {
    this->RunStep(LinearizedProxOf<Sigma>{sigma_}, step, arrays, block, z_star);
  }
  void Slope(Device& device, const Tensor& z, const Tensor& j) const override {
    DispatchFloat(z.dtype(), [&](auto zero) {
      using T = decltype(zero);
      ForEach(device, z.size(), SlopeOf<T, Sigma>{sigma_, z.data<T>(), j.data<T>()});
    });
  }

 private:
  Sigma sigma_;
};

template <class Sigma>
absl::StatusOr<std::unique_ptr<Nonlinearity>> MakeNonlinearity(Sigma sigma) {
  return std::make_unique<ElementwiseNonlinearity<Sigma>>(sigma);
}

}  // namespace mondeq

#endif  // MONDEQ_NONLINEARITIES_NONLINEARITY_H_
