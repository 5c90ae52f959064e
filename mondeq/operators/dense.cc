// W = (1-m) I - A'A + B - B' with dense A, B [n, n].
// Parameters: A, B [n, n]; with weight normalisation also gamma, h [1], and A, B enter as gamma
// A/||A||_F and h B/||B||_F. So A'A is scaled by gamma^2, which is never negative, and monotonicity
// cannot be lost in training.
#include <cmath>
#include <vector>

#include "mondeq/core/registry.h"
#include "mondeq/device/for_each.h"
#include "mondeq/device/scratch.h"
#include "mondeq/operators/dense.pb.h"
#include "mondeq/operators/lipschitz.h"
#include "mondeq/operators/monotone_operator.h"
#include "mondeq/operators/prepared.h"
#include "mondeq/operators/weight_normalization.h"

namespace mondeq {
namespace {

// x = factor x + identity I, for an [n, n] matrix.
template <class T>
struct ScaleAndShift {
  T factor, identity;
  Index n;
  T* x;

  MONDEQ_HOST_DEVICE void operator()(Index row, Index begin, Index end) const {
    for (Index j = begin; j < end; ++j) x[row * n + j] *= factor;
    if (row >= begin && row < end) x[row * n + row] += identity;
  }
};

// w += b - b'.
template <class T>
struct AddSkew {
  Index n;
  const T* b;
  T* w;

  MONDEQ_HOST_DEVICE void operator()(Index row, Index begin, Index end) const {
    for (Index j = begin; j < end; ++j) w[row * n + j] += b[row * n + j] - b[j * n + row];
  }
};

// sum = x + x', difference = x - x'.
template <class T>
struct SymmetricParts {
  Index n;
  const T* x;
  T* sum;
  T* difference;

  MONDEQ_HOST_DEVICE void operator()(Index row, Index begin, Index end) const {
    for (Index j = begin; j < end; ++j) {
      const T value = x[row * n + j], transposed = x[j * n + row];
      sum[row * n + j] = value + transposed;
      difference[row * n + j] = value - transposed;
    }
  }
};

class DenseIteration final : public Iteration {
 public:
  DenseIteration(Device* device, DType dtype, Index n)
      : device_(*device), dtype_(dtype), slot_ends_({device->Slots(n)}) {}

  // Begins an iteration whose M is `matrix`, or its transpose, with the bias b.
  void Begin(const Multiplier& multiplier, const Tensor& matrix, Transpose transpose,
             const Tensor& b) {
    matrix_ = matrix;
    transpose_ = transpose;
    r_.Get(device_, dtype_, b.shape());
    const Tensor& c = c_.Get(device_, dtype_, b.shape());
    if (multiplier.is_resolvent()) {
      // c = factor alpha V b = alpha (M - identity I) b, so that only M is needed.
      device_.Copy(b, c);
      device_.MatMul(multiplier.alpha, matrix_, transpose_, b, Transpose::kNo,
                     -multiplier.alpha * multiplier.identity, c);
    } else {
      device_.Axpby(multiplier.factor, b, 0, c);
    }
  }

  const Tensor& c() const override { return c_.get(); }
  void Place(const BlockMap& map) override {
    device_.Fill(0, r_.get());
    device_.Map(r_.get(), map);
  }
  void Step(const BlockMap& map) override {
    device_.MultiplyThenMap(matrix_, transpose_, r_.get(), map);
  }
  const std::vector<Index>& slot_ends() const override { return slot_ends_; }

 private:
  Device& device_;
  DType dtype_;
  std::vector<Index> slot_ends_;
  Tensor matrix_;
  Transpose transpose_ = Transpose::kNo;
  Scratch c_, r_;
};

class Dense final : public MonotoneOperator {
 public:
  Dense(const DenseConfig& config, const Context& context)
      : device_(*context.device),
        dtype_(context.dtype),
        n_(config.units()),
        m_(config.m()),
        layout_({Tier::Of(Features::Flat(n_))}),
        iteration_(&device_, dtype_, n_) {
    const double bound = 1 / std::sqrt(static_cast<double>(n_));
    a_ = WeightNormalization(context.parameters.Add("A", {n_, n_}, 0, bound));
    b_ = WeightNormalization(context.parameters.Add("B", {n_, n_}, 0, bound));
    if (config.weight_normalization()) {
      a_.set_scale(context.parameters.Add("gamma", {1}, 1, 0));
      b_.set_scale(context.parameters.Add("h", {1}, 1, 0));
    }
  }

  const StateLayout& layout() const override { return layout_; }
  double m() const override { return m_; }

  void ParametersChanged() override {
    fresh_ = false;
    prepared_.Clear();
  }

  void Multiply(Direction direction, const Multiplier& multiplier, const Tensor& x,
                const Tensor& y) override {
    Refresh();
    device_.Copy(x, y);
    device_.MatMul(multiplier.factor, n_matrix_.get(), TransposeFor(direction), x, Transpose::kNo,
                   multiplier.shift(m_), y);
  }

  void Prepare(const Multiplier& multiplier) override { Matrix(multiplier); }

  Iteration& Iterate(Direction direction, const Multiplier& multiplier, const Tensor& b) override {
    iteration_.Begin(multiplier, Matrix(multiplier), TransposeFor(direction), b);
    return iteration_;
  }

  void AccumulateGradient(const Tensor& u, const Tensor& z) override {
    Refresh();
    const Tensor& gram = gram_.Get(device_, dtype_, {n_, n_});
    const Tensor& sum = sum_.Get(device_, dtype_, {n_, n_});
    const Tensor& work = work_.Get(device_, dtype_, {n_, n_});
    device_.MatMul(1, u, Transpose::kNo, z, Transpose::kYes, 0, gram);
    DispatchFloat(dtype_, [&](auto zero) {
      using T = decltype(zero);
      ForEachRow(device_, n_, n_,
                 SymmetricParts<T>{n_, gram.data<T>(), sum.data<T>(), work.data<T>()});
    });
    b_.AccumulateGradient(device_, work);
    device_.MatMul(-1, a_.value(), Transpose::kNo, sum, Transpose::kNo, 0, work);
    a_.AccumulateGradient(device_, work);
  }

  bool rounds_by_batch() const override { return false; }
  // ||N||_F <= ||A||_F^2 + 2 ||B||_F, as N is computed and as it multiplies.
  double RoundingConstant() override {
    Refresh();
    const double a = a_.EffectiveNorm(device_), b = b_.EffectiveNorm(device_);
    return 2 * (static_cast<double>(device_.longest_sum(n_)) + 4) * (a * a + 2 * b) + 4 * (1 + m_);
  }

  double Lipschitz() override { return EstimateLipschitz(*this, device_, dtype_); }

 private:
  // Makes N = -A'A + B - B' from the parameters: W without its part of the identity, beside which
  // a small m would be lost to rounding.
  void Refresh() {
    if (fresh_) return;
    a_.Refresh(device_);
    b_.Refresh(device_);
    const Tensor& matrix = n_matrix_.Get(device_, dtype_, {n_, n_});
    device_.MatMul(-1, a_.value(), Transpose::kYes, a_.value(), Transpose::kNo, 0, matrix);
    DispatchFloat(dtype_, [&](auto zero) {
      using T = decltype(zero);
      ForEachRow(device_, n_, n_, AddSkew<T>{n_, b_.value().data<T>(), matrix.data<T>()});
    });
    fresh_ = true;
  }

  void ScaleAndShiftMatrix(double factor, double identity, const Tensor& x) {
    DispatchFloat(dtype_, [&](auto zero) {
      using T = decltype(zero);
      ForEachRow(
          device_, n_, n_,
          ScaleAndShift<T>{static_cast<T>(factor), static_cast<T>(identity), n_, x.data<T>()});
    });
  }

  // Returns M of the multiplier, [n, n], and makes it unless it is at hand.
  const Tensor& Matrix(const Multiplier& multiplier) {
    Refresh();
    return prepared_.Get(multiplier, device_, dtype_, {n_, n_}, [&](const Tensor& matrix) {
      if (multiplier.is_resolvent()) {
        const Tensor& to_invert = work_.Get(device_, dtype_, {n_, n_});
        device_.Copy(n_matrix_.get(), to_invert);
        ScaleAndShiftMatrix(-multiplier.alpha, 1 + multiplier.alpha * m_, to_invert);
        device_.Inverse(to_invert, matrix);
        ScaleAndShiftMatrix(multiplier.factor, multiplier.identity, matrix);
      } else {
        device_.Copy(n_matrix_.get(), matrix);
        ScaleAndShiftMatrix(multiplier.factor, multiplier.shift(m_), matrix);
      }
    });
  }

  Device& device_;
  DType dtype_;
  Index n_;
  double m_;
  StateLayout layout_;
  WeightNormalization a_, b_;

  bool fresh_ = false;
  Scratch n_matrix_, work_, gram_, sum_;
  PreparedMatrices prepared_;
  DenseIteration iteration_;
};

absl::StatusOr<std::unique_ptr<MonotoneOperator>> MakeDense(
    const DenseConfig& config, const MonotoneOperator::Context& context) {
  return std::make_unique<Dense>(config, context);
}

MONDEQ_REGISTER(MonotoneOperator, dense, MakeDense);

}  // namespace
}  // namespace mondeq
