// A pipeline of linear maps, itself one: y = U_k (... (U_1 x + b_1) ...) + b_k. It reads what is
// visible of a tier, copying it only where the first map cannot leave out the rest by itself.
#ifndef MONDEQ_MODEL_PIPELINE_H_
#define MONDEQ_MODEL_PIPELINE_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "mondeq/core/config_source.h"
#include "mondeq/device/scratch.h"
#include "mondeq/operators/linear_map.h"
#include "mondeq/operators/state_layout.h"

namespace mondeq {

class Pipeline final : public LinearMap {
 public:
  struct Place {
    // The first map's input, and what lies in memory around it.
    Tier input;
    // What the last map must give (channels = 0: anything), and the row and column of it at which
    // an image at that map's input begins.
    Features output;
    Index origin;
    ParameterStore* store;
    // Parameters are PREFIX.NAME, or PREFIX.I.NAME (I counts from 0) in a pipeline of several maps
    // with parameters.
    std::string prefix;
    Device* device;
    DType dtype;
  };

  // An empty list is the identity. Errors: kInvalidArgument, located, from a map, or when the last
  // output is not what `place` demands.
  static absl::StatusOr<std::unique_ptr<Pipeline>> Create(
      const google::protobuf::RepeatedPtrField<LinearMapConfig>& maps, const ConfigSource& source,
      const Place& place);

  // What the bounds of the maps make together.
  Rounding rounding() const override;
  // The features of all that lies in memory.
  Features input() const override { return input_; }
  Features output() const override { return maps_.empty() ? input_ : maps_.back()->output(); }
  void Apply(const Tensor& x, const Tensor& y) override;
  void ApplyAdjoint(const Tensor& y, const Tensor& x) override;
  // Uses what the last Apply left between the maps, so x must be that of the last Apply.
  void AccumulateGradient(const Tensor& x, const Tensor& dy) override;

 private:
  Pipeline(Features input, Device* device, DType dtype)
      : input_(input), device_(device), dtype_(dtype) {}

  // Returns the one of `places` that is between map i and map i + 1, made for a batch.
  const Tensor& Between(std::vector<Scratch>* places, std::size_t i, Index batch);

  Features input_;
  Device* device_;
  DType dtype_;
  std::vector<std::unique_ptr<LinearMap>> maps_;
  // Gradients need not go further back than this map.
  std::size_t first_parametrized_ = 0;
  // What the last Apply, and the last adjoint pass, left between the maps.
  std::vector<Scratch> values_;
  std::vector<Scratch> adjoints_;
};

}  // namespace mondeq

#endif  // MONDEQ_MODEL_PIPELINE_H_
