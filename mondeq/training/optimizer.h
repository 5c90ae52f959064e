// Optimisers: how parameters follow their gradients. One pass over the flat block of all
// parameters a step.
#ifndef MONDEQ_TRAINING_OPTIMIZER_H_
#define MONDEQ_TRAINING_OPTIMIZER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "mondeq/device/device.h"
#include "mondeq/device/parameters.h"
#include "mondeq/training/schedule.h"
#include "mondeq/training/training.pb.h"

namespace mondeq {

class Optimizer {
 public:
  using Config = OptimizerConfig;
  struct Context {
    // Allocated already; the values are changed and the gradients read.
    ParameterStore* parameters;
    Device* device;
    DType dtype;
  };
  static constexpr char kKind[] = "optimizer";

  // One array [parameters->count()] that a resumed run needs; zero at first.
  struct State {
    std::string name;
    Tensor tensor;
  };

  virtual ~Optimizer() = default;

  // Makes step `step`, counted from 1 over the whole run. Other than `state`, a step depends on
  // its arguments alone.
  virtual void Step(Index step, const Rates& rates) = 0;

  // In a fixed order.
  virtual std::vector<State> state() const = 0;
};

}  // namespace mondeq

#endif  // MONDEQ_TRAINING_OPTIMIZER_H_
