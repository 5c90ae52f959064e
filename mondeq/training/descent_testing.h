// A problem for optimisers.
#ifndef MONDEQ_TRAINING_DESCENT_TESTING_H_
#define MONDEQ_TRAINING_DESCENT_TESTING_H_

#include <memory>
#include <vector>

#include "mondeq/core/registry.h"
#include "mondeq/testing/test_device.h"
#include "mondeq/training/optimizer.h"

namespace mondeq {

// One parameter p with gradient p, and its optimiser.
class Descent {
 public:
  Descent(const OptimizerConfig& config, const std::vector<double>& start,
          DType dtype = DType::kFloat64)
      : device_(MakeTestDevice()) {
    store_.Add("p", {static_cast<Index>(start.size())}, 0, 0);
    store_.Allocate(*device_, dtype, 1);
    Set(start, store_.values());
    optimizer_ = *Registry<Optimizer>::Create(config, {}, {&store_, device_.get(), dtype});
  }

  std::vector<double> Values() {
    return DispatchFloat(store_.values().dtype(), [&](auto zero) {
      std::vector<decltype(zero)> values(static_cast<std::size_t>(store_.values().size()));
      device_->CopyToHost(store_.values(), values.data());
      return std::vector<double>(values.begin(), values.end());
    });
  }
  void SetGradient(const std::vector<double>& gradient) { Set(gradient, store_.gradients()); }
  void Minimize(int steps, double learning_rate, Index first_step = 1) {
    for (Index i = first_step; i < first_step + steps; ++i) {
      device_->Copy(store_.values(), store_.gradients());
      optimizer_->Step(i, {learning_rate, {}});
    }
  }
  Optimizer& optimizer() { return *optimizer_; }
  Device& device() { return *device_; }

 private:
  void Set(const std::vector<double>& values, const Tensor& target) {
    DispatchFloat(target.dtype(), [&](auto zero) {
      const std::vector<decltype(zero)> converted(values.begin(), values.end());
      device_->CopyFromHost(converted.data(), target);
    });
  }

  std::unique_ptr<Device> device_;
  ParameterStore store_;
  std::unique_ptr<Optimizer> optimizer_;
};

}  // namespace mondeq

#endif  // MONDEQ_TRAINING_DESCENT_TESTING_H_
