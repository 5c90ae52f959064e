// A problem for optimisers.
#ifndef MONDEQ_TRAINING_DESCENT_TESTING_H_
#define MONDEQ_TRAINING_DESCENT_TESTING_H_

#include <memory>
#include <vector>

#include "mondeq/core/registry.h"
#include "mondeq/testing/test_device.h"
#include "mondeq/training/optimizer.h"

namespace mondeq {

// One parameter p with gradient p - target; its optimiser.
class Descent {
 public:
  Descent(const OptimizerConfig& config, const std::vector<double>& start)
      : device_(MakeTestDevice()), target_(start.size(), 0) {
    store_.Add("p", {static_cast<Index>(start.size())}, 0, 0);
    store_.Allocate(*device_, DType::kFloat64, 1);
    device_->CopyFromHost(start.data(), store_.values());
    optimizer_ =
        *Registry<Optimizer>::Create(config, {}, {&store_, device_.get(), DType::kFloat64});
  }

  std::vector<double> Values() {
    std::vector<double> values(target_.size());
    device_->CopyToHost(store_.values(), values.data());
    return values;
  }
  void SetGradient(const std::vector<double>& gradient) {
    device_->CopyFromHost(gradient.data(), store_.gradients());
  }
  void Minimize(int steps, double learning_rate, Index first_step = 1) {
    for (Index i = first_step; i < first_step + steps; ++i) {
      SetGradient(Values());
      optimizer_->Step(i, {learning_rate, {}});
    }
  }
  Optimizer& optimizer() { return *optimizer_; }
  Device& device() { return *device_; }

 private:
  std::unique_ptr<Device> device_;
  ParameterStore store_;
  std::unique_ptr<Optimizer> optimizer_;
  std::vector<double> target_;
};

}  // namespace mondeq

#endif  // MONDEQ_TRAINING_DESCENT_TESTING_H_
