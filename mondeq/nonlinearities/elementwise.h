// Makes a nonlinearity out of a functor. A plugin is a struct with two member templates, for T =
// float and double,
//   template <class T> MONDEQ_HOST_DEVICE T Prox(T p, T alpha) const;
//   template <class T> MONDEQ_HOST_DEVICE T Slope(T z) const;
// where Prox is prox^alpha_f(p), exactly, for every alpha > 0, and Slope is sigma' as a function of
// the OUTPUT z = sigma(.), an element of the Clarke Jacobian; a config message; and a factory that
// returns MakeNonlinearity(Struct{...}). Mind that prox^alpha_f is not sigma when alpha != 1 unless
// f is an indicator: a struct that is a SmoothSigma (sigma_prox.h) gets it from sigma and its
// derivatives.
#ifndef MONDEQ_NONLINEARITIES_ELEMENTWISE_H_
#define MONDEQ_NONLINEARITIES_ELEMENTWISE_H_

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "mondeq/nonlinearities/block_step.h"
#include "mondeq/nonlinearities/nonlinearity.h"
#include "mondeq/nonlinearities/sigma_prox.h"

namespace mondeq {

// The prox of the forward inclusion as a functor.
template <class Sigma>
struct ProxOf {
  static constexpr bool kTakesLanes = std::is_base_of_v<SmoothSigma<Sigma>, Sigma>;

  Sigma sigma;

  template <class T>
  MONDEQ_HOST_DEVICE T operator()(T p, T alpha) const {
    return sigma.Prox(p, alpha);
  }
  template <class T, class Count>
  MONDEQ_HOST_DEVICE void Lanes(const T* p, T alpha, Count count, T* z) const {
    sigma.Prox(p, alpha, count, z);
  }
};

// The prox of the adjoint inclusion as a functor, whose operand is z*.
template <class Sigma>
struct LinearizedProxOf {
  Sigma sigma;

  template <class T>
  MONDEQ_HOST_DEVICE T operator()(T p, T alpha, T z_star) const {
    const T j = sigma.Slope(z_star);
    // This is the formula's value. Where all slopes are 0 or 1 the compiler then leaves the
    // division out.
    if (j == T{1}) return p;
    // p * 0 keeps a NaN, which must not hide here.
    return j > T{0} ? j * p / (j + alpha * (T{1} - j)) : p * T{0};
  }
};

// z = prox(p) on a state, over whose rows and columns it runs.
template <class T, class P>
struct ProxRow {
  P prox;
  T alpha;
  Index batch;
  const T *operand, *p;
  const std::uint8_t* mask;
  T* z;

  MONDEQ_HOST_DEVICE void operator()(Index row, Index begin, Index end) const {
    const bool inside = mask == nullptr || mask[row] != 0;
    if constexpr (kTakesLanes<P>) {
      if (inside && end > begin + 1) return Lanes(row * batch + begin, row * batch + end);
    }
    for (Index i = row * batch + begin; i < row * batch + end; ++i) {
      z[i] = inside ? ApplyProx(prox, p[i], alpha, operand, i) : ZeroProx()(p[i], alpha);
    }
  }

 private:
  // On elements i .. last - 1. p and z may be the same.
  MONDEQ_HOST_DEVICE void Lanes(Index i, Index last) const {
    constexpr std::integral_constant<Index, kMostLanes> kMost;
    for (; last - i >= kMost; i += kMost) SomeLanes(i, kMost);
    if (i < last) SomeLanes(i, last - i);
  }
  template <class Count>
  MONDEQ_HOST_DEVICE void SomeLanes(Index first, Count count) const {
    T some[LanesOf<Count>()];
    prox.Lanes(p + first, alpha, count, some);
    for (Index l = 0; l < count; ++l) z[first + l] = some[l];
  }
};

template <class Sigma>
class ElementwiseNonlinearity final : public Nonlinearity {
 public:
  explicit ElementwiseNonlinearity(Sigma sigma) : sigma_(sigma) {}

 private:
  void Prox(Device& device, double alpha, const Tensor& p, const Tensor& z_star,
            const Tensor& z) const override {
    const Tensor& mask = interior();
    WithFunctor(z_star, [&](const auto& prox) {
      DispatchFloat(p.dtype(), [&](auto zero) {
        using T = decltype(zero);
        using P = std::decay_t<decltype(prox)>;
        ForEachRow(device, p.rows(), p.columns(),
                   ProxRow<T, P>{prox, static_cast<T>(alpha), p.columns(),
                                 z_star.empty() ? nullptr : z_star.data<T>(), p.data<T>(),
                                 mask.empty() ? nullptr : mask.data<std::uint8_t>(), z.data<T>()});
      });
    });
  }

  void Step(const PointwiseStep& step, double alpha, const StepArrays& arrays, const Tensor& z_star,
            const Block& block) const override {
    WithFunctor(z_star, [&](const auto& prox) {
      RunStep(prox, step, alpha, arrays, z_star, interior(), block);
    });
  }

  bool steps_on_slabs() const override { return true; }

  // Calls f with the prox as a functor, the linearised one where there is a z*.
  template <class F>
  void WithFunctor(const Tensor& z_star, F&& f) const {
    z_star.empty() ? f(ProxOf<Sigma>{sigma_}) : f(LinearizedProxOf<Sigma>{sigma_});
  }

  Sigma sigma_;
};

template <class Sigma>
absl::StatusOr<std::unique_ptr<Nonlinearity>> MakeNonlinearity(Sigma sigma) {
  return std::make_unique<ElementwiseNonlinearity<Sigma>>(sigma);
}

}  // namespace mondeq

#endif  // MONDEQ_NONLINEARITIES_ELEMENTWISE_H_
