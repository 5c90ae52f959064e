#include "mondeq/core/registry.h"
#include "mondeq/device/for_each.h"
#include "mondeq/training/optimizer.h"
#include "mondeq/training/sgd.pb.h"

namespace mondeq {
namespace {

// v+ = momentum v + g,  p+ = p - rate v+, or p - rate (g + momentum v+) with Nesterov's look-ahead.
template <class T>
struct SgdStep {
  T momentum, weight_decay, rate;
  bool nesterov;
  const T* gradient;
  T* value;
  T* velocity;

  MONDEQ_HOST_DEVICE void operator()(Index i) const {
    const T g = gradient[i] + weight_decay * value[i];
    const T v = momentum * velocity[i] + g;
    velocity[i] = v;
    value[i] -= rate * (nesterov ? g + momentum * v : v);
  }
};

class Sgd final : public Optimizer {
 public:
  Sgd(const SgdConfig& config, const Context& context)
      : config_(config),
        parameters_(*context.parameters),
        device_(*context.device),
        dtype_(context.dtype),
        velocity_(device_.Allocate(dtype_, {parameters_.count()})) {
    device_.Fill(0, velocity_);
  }

  void Step(Index, const Rates& rates) override {
    const double momentum = rates.momentum.value_or(config_.momentum());
    DispatchFloat(dtype_, [&](auto zero) {
      using T = decltype(zero);
      ForEach(device_, parameters_.count(),
              SgdStep<T>{static_cast<T>(momentum), static_cast<T>(config_.weight_decay()),
                         static_cast<T>(rates.learning_rate), config_.nesterov(),
                         parameters_.gradients().data<T>(), parameters_.values().data<T>(),
                         velocity_.data<T>()});
    });
  }

  std::vector<State> state() const override { return {{"velocity", velocity_}}; }

 private:
  SgdConfig config_;
  ParameterStore& parameters_;
  Device& device_;
  DType dtype_;
  Tensor velocity_;
};

absl::StatusOr<std::unique_ptr<Optimizer>> MakeSgd(const SgdConfig& config,
                                                   const Optimizer::Context& context) {
  return std::make_unique<Sgd>(config, context);
}

MONDEQ_REGISTER(Optimizer, sgd, MakeSgd);

}  // namespace
}  // namespace mondeq
