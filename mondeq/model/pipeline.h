// A pipeline of linear maps, itself one: y = U_k (... (U_1 x + b_1) ...) + b_k.
#ifndef MONDEQ_MODEL_PIPELINE_H_
#define MONDEQ_MODEL_PIPELINE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "mondeq/core/config_source.h"
#include "mondeq/device/scratch.h"
#include "mondeq/operators/linear_map.h"

namespace mondeq {

class Pipeline final : public LinearMap {
 public:
  struct Place {
    Features input;
    // What the last map must give, and where an image at the input begins in it.
    Features output;
    Index border;
    ParameterStore* store;
    // Parameters are PREFIX.NAME, or PREFIX.I.NAME (I counts from 0) in a pipeline of several maps
    // with parameters.
    std::string prefix;
    Device* device;
    DType dtype;
  };

  // An empty list is the identity. Errors: kInvalidArgument, located; the last output is not what
  // `place` demands.
  static absl::StatusOr<std::unique_ptr<Pipeline>> Create(
      const google::protobuf::RepeatedPtrField<LinearMapConfig>& maps, const ConfigSource& source,
      const Place& place);

  Features input() const override { return input_; }
  Features output() const override { return maps_.empty() ? input_ : maps_.back()->output(); }
  bool ReadPartOf(const Features& image) override {
    return !maps_.empty() && maps_.front()->ReadPartOf(image);
  }
  void Apply(const Tensor& x, const Tensor& y) override;
  void ApplyAdjoint(const Tensor& y, const Tensor& x) override;
  // Uses what the last Apply left between the maps, so x must be that of the last Apply.
  void AccumulateGradient(const Tensor& x, const Tensor& dy) override;

 private:
  Pipeline(Features input, Device* device, DType dtype)
      : input_(input), device_(device), dtype_(dtype) {}

  // The place between map i and map i + 1.
  const Tensor& Between(std::vector<Scratch>* places, std::size_t i, Index batch);

  Features input_;
  Device* device_;
  DType dtype_;
  std::vector<std::unique_ptr<LinearMap>> maps_;
  std::vector<Scratch> values_;
  std::vector<Scratch> adjoints_;
};

}  // namespace mondeq

#endif  // MONDEQ_MODEL_PIPELINE_H_
