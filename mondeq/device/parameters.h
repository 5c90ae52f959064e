// The trainable parameters of a model: named arrays in one flat block of values and one of
// gradients, so that an optimiser is one pass over one array. Modules declare theirs while the
// model is built; then Allocate makes them.
#ifndef MONDEQ_DEVICE_PARAMETERS_H_
#define MONDEQ_DEVICE_PARAMETERS_H_

#include <cstdint>
#include <deque>
#include <string>

#include "mondeq/device/device.h"

namespace mondeq {

struct Parameter {
  std::string name;  // "operator.A"
  Shape shape;
  // Initial values are uniform in center - spread .. center + spread.
  double center = 0;
  double spread = 0;
  Tensor value;
  Tensor gradient;
};

class ParameterStore {
 public:
  // The pointer stays valid as long as the store. `name` must be new.
  Parameter* Add(std::string name, Shape shape, double center, double spread);

  // Gives all declared parameters their memory, initial values (the same for every device and type:
  // a function of the seed and the order of declaration) and zero gradients.
  void Allocate(Device& device, DType dtype, std::uint64_t seed);
  // The same with the values of `other`, which has the same parameters in that type, in its memory:
  // both see what either writes. Gradients are the store's own.
  void AllocateBeside(const ParameterStore& other, Device& device, DType dtype);

  const std::deque<Parameter>& parameters() const { return parameters_; }
  // The store's own parameter of that name, or null if there is none.
  Parameter* Find(const std::string& name);
  Index count() const;  // of scalars

  // All values, all gradients, in the order of declaration. [count]
  const Tensor& values() const { return values_; }
  const Tensor& gradients() const { return gradients_; }

 private:
  // Makes the parameters views of the two blocks, with zero gradients.
  void SetViews(Device& device);

  std::deque<Parameter> parameters_;
  Tensor values_;
  Tensor gradients_;
};

// A module declares its parameters through one of these, which puts its prefix before their names:
// PREFIX.NAME.
class ParameterScope {
 public:
  ParameterScope(ParameterStore* store, std::string prefix)
      : store_(store), prefix_(std::move(prefix)) {}

  Parameter* Add(const std::string& name, Shape shape, double center, double spread) const {
    return store_->Add(prefix_ + "." + name, shape, center, spread);
  }

 private:
  ParameterStore* store_;
  std::string prefix_;
};

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_PARAMETERS_H_
