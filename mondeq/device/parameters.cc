#include "mondeq/device/parameters.h"

#include <vector>

#include "mondeq/core/random.h"

namespace mondeq {

Parameter* ParameterStore::Add(std::string name, Shape shape, double center, double spread) {
  MONDEQ_CHECK(Find(name) == nullptr);
  Parameter parameter;
  parameter.name = std::move(name);
  parameter.shape = shape;
  parameter.center = center;
  parameter.spread = spread;
  parameters_.push_back(std::move(parameter));
  return &parameters_.back();
}

Parameter* ParameterStore::Find(const std::string& name) {
  for (Parameter& parameter : parameters_) {
    if (parameter.name == name) return &parameter;
  }
  return nullptr;
}

Index ParameterStore::count() const {
  Index count = 0;
  for (const Parameter& parameter : parameters_) count += parameter.shape.size();
  return count;
}

void ParameterStore::Allocate(Device& device, DType dtype, std::uint64_t seed) {
  values_ = device.Allocate(dtype, {count()});
  gradients_ = device.Allocate(dtype, {count()});
  SetViews(device);
  std::uint64_t stream = 0;
  for (Parameter& parameter : parameters_) {
    Random random(seed, stream++);
    DispatchFloat(dtype, [&](auto zero) {
      std::vector<decltype(zero)> initial(static_cast<std::size_t>(parameter.shape.size()));
      for (auto& v : initial) {
        v = static_cast<decltype(zero)>(parameter.center +
                                        random.Uniform(-1, 1) * parameter.spread);
      }
      device.CopyFromHost(initial.data(), parameter.value);
    });
  }
}

void ParameterStore::AllocateBeside(const ParameterStore& other, Device& device, DType dtype) {
  MONDEQ_CHECK(other.count() == count() && other.values_.dtype() == dtype);
  values_ = other.values_;
  gradients_ = device.Allocate(dtype, {count()});
  SetViews(device);
}

void ParameterStore::SetViews(Device& device) {
  device.Fill(0, gradients_);
  Index offset = 0;
  for (Parameter& parameter : parameters_) {
    parameter.value = values_.View(parameter.shape, offset);
    parameter.gradient = gradients_.View(parameter.shape, offset);
    offset += parameter.shape.size();
  }
}

}  // namespace mondeq
