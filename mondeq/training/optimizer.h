// Optimisers: how parameters follow their gradients. A step is one pass over the flat block of all
// parameters.
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
    // The store is allocated already. Steps change its values and read its gradients.
    ParameterStore* parameters;
    Device* device;
    DType dtype;
  };
  static constexpr char kKind[] = "optimizer";

  // One array [parameters->count()] that a resumed run needs. It is zero at first.
  struct State {
    std::string name;
    Tensor tensor;
  };

  virtual ~Optimizer() = default;

  // Makes step `step`, counted from 1 over the whole run. It depends on parameters, gradients,
  // `state` and its arguments alone. A gradient that is too large for the optimiser's arithmetic
  // makes its parameter NaN, which stops the run; it must not be passed over.
  virtual void Step(Index step, const Rates& rates) = 0;

  // The arrays, in an order that never changes.
  virtual std::vector<State> state() const = 0;
};

}  // namespace mondeq

#endif  // MONDEQ_TRAINING_OPTIMIZER_H_
