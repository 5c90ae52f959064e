#include <cmath>

#include "mondeq/core/registry.h"
#include "mondeq/device/for_each.h"
#include "mondeq/training/adam.pb.h"
#include "mondeq/training/optimizer.h"

namespace mondeq {
namespace {

// m+ = beta1 m + (1 - beta1) g,  v+ = beta2 v + (1 - beta2) g^2,
// p+ = (1 - decay) p - rate m+ / (sqrt(v+) scale + epsilon)
// where rate and scale hold the bias corrections 1 - beta^step. Where v+ is infinite, because the
// square of a gradient above 1e19 is beyond float32, p+ is NaN: the step would be 0, and so would
// all that follow, for v never comes back.
template <class T>
struct AdamStep {
  T beta1, beta2, epsilon, weight_decay, decay, rate, scale;
  const T* gradient;
  T* value;
  T* m;
  T* v;

  MONDEQ_HOST_DEVICE void operator()(Index i) const {
    using std::sqrt;
    const T g = gradient[i] + weight_decay * value[i];
    m[i] = beta1 * m[i] + (T{1} - beta1) * g;
    v[i] = beta2 * v[i] + (T{1} - beta2) * g * g;
    value[i] -= decay * value[i] + rate * m[i] / (sqrt(v[i]) * scale + epsilon) + T{0} * v[i];
  }
};

class Adam final : public Optimizer {
 public:
  Adam(const AdamConfig& config, const Context& context)
      : config_(config),
        parameters_(*context.parameters),
        device_(*context.device),
        dtype_(context.dtype),
        m_(device_.Allocate(dtype_, {parameters_.count()})),
        v_(device_.Allocate(dtype_, {parameters_.count()})) {
    device_.Fill(0, m_);
    device_.Fill(0, v_);
  }

  void Step(Index step, const Rates& rates) override {
    const double beta1 = rates.momentum.value_or(config_.beta1()), beta2 = config_.beta2();
    const auto n = static_cast<double>(step);
    const double rate = rates.learning_rate / (1 - std::pow(beta1, n));
    // Weight decay goes through the gradient or, decoupled from it, straight to the parameter.
    const bool decoupled = config_.decoupled_weight_decay();
    const double coupled_decay = decoupled ? 0 : config_.weight_decay();
    const double decay = decoupled ? rates.learning_rate * config_.weight_decay() : 0;
    const double scale = 1 / std::sqrt(1 - std::pow(beta2, n));
    DispatchFloat(dtype_, [&](auto zero) {
      using T = decltype(zero);
      ForEach(device_, parameters_.count(),
              AdamStep<T>{static_cast<T>(beta1), static_cast<T>(beta2),
                          static_cast<T>(config_.epsilon()), static_cast<T>(coupled_decay),
                          static_cast<T>(decay), static_cast<T>(rate), static_cast<T>(scale),
                          parameters_.gradients().data<T>(), parameters_.values().data<T>(),
                          m_.data<T>(), v_.data<T>()});
    });
  }

  std::vector<State> state() const override { return {{"m", m_}, {"v", v_}}; }

 private:
  AdamConfig config_;
  ParameterStore& parameters_;
  Device& device_;
  DType dtype_;
  Tensor m_, v_;
};

absl::StatusOr<std::unique_ptr<Optimizer>> MakeAdam(const AdamConfig& config,
                                                    const Optimizer::Context& context) {
  return std::make_unique<Adam>(config, context);
}

MONDEQ_REGISTER(Optimizer, adam, MakeAdam);

}  // namespace
}  // namespace mondeq
