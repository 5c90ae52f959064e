#include "mondeq/core/registry.h"
#include "mondeq/nonlinearities/elementwise.h"
#include "mondeq/nonlinearities/elu.pb.h"
#include "mondeq/nonlinearities/exponential.h"
#include "mondeq/nonlinearities/sigma_prox.h"
#include "mondeq/nonlinearities/sigma_start.h"

namespace mondeq {
namespace {

struct Elu : SmoothSigma<Elu> {
  template <class T>
  MONDEQ_HOST_DEVICE SigmaAt<T> At(T s) const {
    const T negative = s > T{0} ? T{0} : s;
    const Exponential<T> e = ExpOfNegative(negative);
    const T small = GapByItsSeries(negative);
    const T gap = negative > T{-0.5} ? small : negative - e.minus_one;
    return {s > T{0} ? s : e.minus_one, gap, e.value, -e.minus_one, s > T{0} ? T{0} : e.value};
  }
  // sigma on the left, turned around. On the right the prox is the identity for every alpha.
  template <class T>
  struct Start {
    MONDEQ_HOST_DEVICE explicit Start(T alpha) : fold(alpha, 1, 1.66, 0.2) {}
    MONDEQ_HOST_DEVICE T operator()(T p, T, T) const {
      return p > T{0} ? p : -fold(p > T{0} ? T{0} : -p);
    }

    FoldToOne<T> fold;
  };
  template <class T>
  MONDEQ_HOST_DEVICE Start<T> StartFor(T alpha) const {
    return Start<T>(alpha);
  }
  template <class T>
  MONDEQ_HOST_DEVICE T Slope(T z) const {
    return z > T{0} ? T{1} : T{1} + z;
  }

 private:
  // s - (e^s - 1) for -1/2 <= s <= 0, in which little cancels.
  template <class T>
  MONDEQ_HOST_DEVICE static T GapByItsSeries(T s) {
    if constexpr (std::is_same_v<T, float>) {
      return -s * s *
             Polynomial(s, 1. / 2, 1. / 6, 1. / 24, 1. / 120, 1. / 720, 1. / 5040, 1. / 40320);
    } else {
      return -s * s *
             Polynomial(s, 1. / 2, 1. / 6, 1. / 24, 1. / 120, 1. / 720, 1. / 5040, 1. / 40320,
                        1. / 362880, 1. / 3628800, 1. / 39916800, 1. / 479001600, 1. / 6227020800.,
                        1. / 87178291200.);
    }
  }
};

absl::StatusOr<std::unique_ptr<Nonlinearity>> MakeElu(const EluConfig&,
                                                      const Nonlinearity::Context&) {
  return MakeNonlinearity(Elu{});
}

MONDEQ_REGISTER(Nonlinearity, elu, MakeElu);

}  // namespace
}  // namespace mondeq
