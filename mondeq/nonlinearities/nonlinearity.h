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
  };
  static constexpr char kKind[] = "nonlinearity";

  // j = the slope of sigma where its output is z: an element of the Clarke Jacobian, 0 <= j <= 1.
  virtual void Slope(Device& device, const Tensor& z, const Tensor& j) const = 0;
};

// The prox of the backward inclusion u = J (W' u + g): v |-> j v / (j + alpha (1 - j)), 0 where j =
// 0 (Winston & Kolter 2020, theorem 2, with the correct resolvent of D = J^-1 - I). j [dim, batch].
class LinearizedProx final : public ElementwiseProx<ProxMap> {
 public:
  explicit LinearizedProx(Tensor j) : j_(std::move(j)) {}

  void Prox(Device& device, double alpha, const Tensor& u, const Tensor& z) const override {
    RunProx(device, Functor(), alpha, u, z, j_);
  }
  void Step(const PointwiseStep& step, const StepArrays& arrays,
            const Block& block) const override {
    RunStep(Functor(), step, arrays, block, j_);
  }

 private:
  struct Functor {
    template <class T>
    MONDEQ_HOST_DEVICE T operator()(T v, T alpha, T slope) const {
      return slope > T{0} ? slope * v / (slope + alpha * (T{1} - slope)) : T{0};
    }
  };

  Tensor j_;
};

template <class Sigma>
class ElementwiseNonlinearity final : public ElementwiseProx<Nonlinearity> {
 public:
  explicit ElementwiseNonlinearity(Sigma sigma) : map_{sigma} {}

  void Prox(Device& device, double alpha, const Tensor& u, const Tensor& z) const override {
    this->RunProx(device, map_, alpha, u, z);
  }
  void Step(const PointwiseStep& step, const StepArrays& arrays,
            const Block& block) const override {
    this->RunStep(map_, step, arrays, block);
  }
  void Slope(Device& device, const Tensor& z, const Tensor& j) const override {
    DispatchFloat(z.dtype(), [&](auto zero) {
      using T = decltype(zero);
      ForEach(device, z.size(), SlopeFunctor<T>{map_.sigma, z.data<T>(), j.data<T>()});
    });
  }

 private:
  struct Functor {
    Sigma sigma;

    template <class T>
    MONDEQ_HOST_DEVICE T operator()(T u, T alpha) const {
      return sigma.Prox(u, alpha);
    }
  };

  template <class T>
  struct SlopeFunctor {
    Sigma sigma;
    const T* z;
    T* j;

    MONDEQ_HOST_DEVICE void operator()(Index i) const { j[i] = sigma.Slope(z[i]); }
  };

  Functor map_;
};

template <class Sigma>
absl::StatusOr<std::unique_ptr<Nonlinearity>> MakeNonlinearity(Sigma sigma) {
  return std::make_unique<ElementwiseNonlinearity<Sigma>>(sigma);
}

}  // namespace mondeq

#endif  // MONDEQ_NONLINEARITIES_NONLINEARITY_H_
