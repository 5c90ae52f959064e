// W = (1-m) I - A'A with A [rank, n]: W is symmetric, and serves as its own adjoint. By Woodbury's
// identity its multipliers are of the same form,
//   M = s I + A' C,   C = -factor A                                 for W
//                     C = -factor alpha/a (a I + alpha A A')^-1 A   for V, with a = 1 + alpha m
// so that only C [rank, n] is prepared, and no [n, n] matrix is ever made.
#include <cmath>
#include <memory>
#include <vector>

#include "low_rank.pb.h"
#include "mondeq/core/registry.h"
#include "mondeq/device/for_each.h"
#include "mondeq/device/scratch.h"
#include "mondeq/operators/lipschitz.h"
#include "mondeq/operators/monotone_operator.h"
#include "mondeq/operators/prepared.h"

namespace example {
namespace {

using mondeq::Direction;
using mondeq::Index;
using mondeq::Multiplier;
using mondeq::Tensor;
using mondeq::Transpose;

// x += identity I, for an [n, n] matrix.
template <class T>
struct AddIdentity {
  T identity;
  Index n;
  T* x;

  MONDEQ_HOST_DEVICE void operator()(Index i) const { x[i * n + i] += identity; }
};

// r <- map(s r + A' C r).
class LowRankIteration final : public mondeq::Iteration {
 public:
  LowRankIteration(mondeq::Device* device, mondeq::DType dtype, Index n)
      : device_(*device), dtype_(dtype), slot_ends_({device->Slots(n)}) {}

  void Begin(const Multiplier& multiplier, double s, const Tensor& a, const Tensor& c_matrix,
             const Tensor& b) {
    s_ = s;
    a_ = a;
    c_matrix_ = c_matrix;
    low_.Get(device_, dtype_, {a.rows(), b.columns()});
    r_.Get(device_, dtype_, b.shape());
    const Tensor& c = c_.Get(device_, dtype_, b.shape());
    device_.Copy(b, c);
    if (!multiplier.is_resolvent()) return device_.Axpby(multiplier.factor, b, 0, c);
    // c = factor alpha V b = alpha (M - identity I) b.
    Multiply(multiplier.alpha, s_ - multiplier.identity, c);
  }

  const Tensor& c() const override { return c_.get(); }
  void Place(const mondeq::BlockMap& map) override {
    device_.Fill(0, r_.get());
    device_.Map(r_.get(), map);
  }
  void Step(const mondeq::BlockMap& map) override {
    Multiply(1, s_, r_.get());
    device_.Map(r_.get(), map);
  }
  const std::vector<Index>& slot_ends() const override { return slot_ends_; }

 private:
  // x = scale (s x + A' C x).
  void Multiply(double scale, double s, const Tensor& x) {
    device_.MatMul(1, c_matrix_, Transpose::kNo, x, Transpose::kNo, 0, low_.get());
    device_.MatMul(scale, a_, Transpose::kYes, low_.get(), Transpose::kNo, scale * s, x);
  }

  mondeq::Device& device_;
  mondeq::DType dtype_;
  std::vector<Index> slot_ends_;
  double s_ = 0;
  Tensor a_, c_matrix_;
  mondeq::Scratch c_, r_, low_;
};

class LowRank final : public mondeq::MonotoneOperator {
 public:
  LowRank(const LowRankConfig& config, const Context& context)
      : device_(*context.device),
        dtype_(context.dtype),
        n_(config.units()),
        rank_(config.rank()),
        m_(config.m()),
        layout_({mondeq::Tier::Of(mondeq::Features::Flat(n_))}),
        a_(*context.parameters.Add("A", {rank_, n_}, 0, 1 / std::sqrt(static_cast<double>(n_)))),
        iteration_(&device_, dtype_, n_) {}

  const mondeq::StateLayout& layout() const override { return layout_; }
  double m() const override { return m_; }
  void ParametersChanged() override { prepared_.Clear(); }

  void Multiply(Direction, const Multiplier& multiplier, const Tensor& x,
                const Tensor& y) override {
    const Tensor& low = TimesA(x);
    device_.Copy(x, y);
    device_.MatMul(-multiplier.factor, a_.value, Transpose::kYes, low, Transpose::kNo,
                   multiplier.shift(m_), y);
  }

  void Prepare(const Multiplier& multiplier) override { Matrix(multiplier); }

  mondeq::Iteration& Iterate(Direction, const Multiplier& multiplier, const Tensor& b) override {
    const double s = multiplier.is_resolvent()
                         ? multiplier.identity + multiplier.factor / (1 + multiplier.alpha * m_)
                         : multiplier.shift(m_);
    iteration_.Begin(multiplier, s, a_.value, Matrix(multiplier), b);
    return iteration_;
  }

  // dA = -A (H + H') with H = u z'.
  void AccumulateGradient(const Tensor& u, const Tensor& z) override {
    device_.MatMul(-1, TimesA(u), Transpose::kNo, z, Transpose::kYes, 1, a_.gradient);
    device_.MatMul(-1, TimesA(z), Transpose::kNo, u, Transpose::kYes, 1, a_.gradient);
  }

  bool rounds_by_batch() const override { return false; }
  // Two products one after the other, of which ||A||_F bounds the sizes.
  double RoundingConstant() override {
    const auto roundings =
        static_cast<double>(device_.longest_sum(n_) + device_.longest_sum(rank_) + 4);
    return roundings * device_.Dot(a_.value, a_.value) + 4 * (1 + m_);
  }
  double Lipschitz() override { return mondeq::EstimateLipschitz(*this, device_, dtype_); }

 private:
  // A x, until the next call.
  const Tensor& TimesA(const Tensor& x) {
    const Tensor& low = low_.Get(device_, dtype_, {rank_, x.columns()});
    device_.MatMul(1, a_.value, Transpose::kNo, x, Transpose::kNo, 0, low);
    return low;
  }

  // Returns C of the multiplier, [rank, n], and makes it unless it is at hand.
  const Tensor& Matrix(const Multiplier& multiplier) {
    return prepared_.Get(multiplier, device_, dtype_, {rank_, n_}, [&](const Tensor& c_matrix) {
      if (!multiplier.is_resolvent())
        return device_.Axpby(-multiplier.factor, a_.value, 0, c_matrix);
      const double alpha = multiplier.alpha, a = 1 + alpha * m_;
      const Tensor& gram = gram_.Get(device_, dtype_, {rank_, rank_});
      const Tensor& inverse = inverse_.Get(device_, dtype_, {rank_, rank_});
      device_.MatMul(alpha, a_.value, Transpose::kNo, a_.value, Transpose::kYes, 0, gram);
      mondeq::DispatchFloat(dtype_, [&](auto zero) {
        using T = decltype(zero);
        ForEach(device_, rank_, AddIdentity<T>{static_cast<T>(a), rank_, gram.data<T>()});
      });
      device_.Inverse(gram, inverse);
      device_.MatMul(-multiplier.factor * alpha / a, inverse, Transpose::kNo, a_.value,
                     Transpose::kNo, 0, c_matrix);
    });
  }

  mondeq::Device& device_;
  mondeq::DType dtype_;
  Index n_, rank_;
  double m_;
  mondeq::StateLayout layout_;
  mondeq::Parameter& a_;
  mondeq::Scratch low_, gram_, inverse_;
  mondeq::PreparedMatrices prepared_;
  LowRankIteration iteration_;
};

absl::StatusOr<std::unique_ptr<mondeq::MonotoneOperator>> MakeLowRank(
    const LowRankConfig& config, const mondeq::MonotoneOperator::Context& context) {
  return std::make_unique<LowRank>(config, context);
}

MONDEQ_REGISTER(mondeq::MonotoneOperator, low_rank, MakeLowRank);

}  // namespace
}  // namespace example
