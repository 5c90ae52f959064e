// An acceleration (acceleration.h) of the states of a running solve, on its device.
#ifndef MONDEQ_SPLITTING_ACCELERATOR_H_
#define MONDEQ_SPLITTING_ACCELERATOR_H_

#include <vector>

#include "absl/functional/function_ref.h"
#include "mondeq/device/host_values.h"
#include "mondeq/device/scratch.h"
#include "mondeq/splitting/acceleration.h"
#include "mondeq/splitting/mixer.h"

namespace mondeq {

class Accelerator {
 public:
  Accelerator(Device* device, DType dtype) : device_(*device), dtype_(dtype) {}

  // Begins with another solve, of states [dim, batch]. Memory is 2 acceleration.memory + 3 states,
  // and a few rows more.
  void Begin(const Acceleration& acceleration, const Shape& shape);

  // Takes p = T(x) of the state x that it has left in p last time, or, the first time, the first
  // state, and leaves the next one there. Samples that are frozen stay as they are, and where
  // nothing may be mixed the others are T(x), or that of an earlier state. Returns whether p has
  // been changed. The host waits for the products of states.
  bool Advance(absl::FunctionRef<bool(std::size_t)> frozen, bool may_mix, const Tensor& p);

 private:
  // Sets products_, and the new columns in memory.
  void Compare(const Tensor& p, int place);
  // Makes the next states of T(x) by weights_.
  void Mix(const Tensor& p);

  Device& device_;
  DType dtype_;
  Acceleration acceleration_;
  Mixer mixer_;
  // How many times Advance has been called.
  int calls_ = 0;
  // x_ is the state that p was made of; kept_ and residual_ are T(x) and T(x) - x of the last x
  // that was kept.
  Scratch x_, kept_, residual_;
  // The columns A and G (mixer.h), [memory, dim, batch].
  Scratch secants_, images_;
  // Products of each chunk of rows, [product, chunk, batch] in float64.
  Scratch sums_;
  // Where those of each product end.
  std::vector<Index> ends_;
  // gamma, and a last row of 1 for the samples that keep their state and 0 for others.
  Scratch weights_;
  std::vector<std::vector<double>> products_;
  std::vector<double> gamma_, host_weights_;
  HostValues to_device_;
};

}  // namespace mondeq

#endif  // MONDEQ_SPLITTING_ACCELERATOR_H_
