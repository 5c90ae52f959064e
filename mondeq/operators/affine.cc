// y = U x + b with a dense U. Parameters: weight, U [n, d], and bias, b [n], unless the config
// leaves it out.
#include <cmath>

#include "mondeq/core/registry.h"
#include "mondeq/device/norm.h"
#include "mondeq/operators/affine.pb.h"
#include "mondeq/operators/linear_map.h"

namespace mondeq {
namespace {

class Affine final : public LinearMap {
 public:
  Affine(Index units, bool bias, const Context& context)
      : device_(context.device), input_(context.input), output_(Features::Flat(units)) {
    const Index inputs = input_.dim();
    const double bound = 1 / std::sqrt(static_cast<double>(inputs));
    weight_ = context.parameters.Add("weight", {units, inputs}, 0, bound);
    if (bias) bias_ = context.parameters.Add("bias", {units}, 0, bound);
  }

  Features input() const override { return input_; }
  Features output() const override { return output_; }

  Rounding rounding() const override {
    const double norm = Norm(*device_, weight_->value),
                 terms = 2 + static_cast<double>(device_->longest_sum(input_.dim()));
    return {norm, terms * norm, bias_ == nullptr ? 0 : terms * Norm(*device_, bias_->value)};
  }

  void Apply(const Tensor& x, const Tensor& y) override {
    device_->MatMul(1, weight_->value, Transpose::kNo, x, Transpose::kNo, 0, y);
    if (bias_ != nullptr) device_->AddToRows(bias_->value, y);
  }

  void ApplyAdjoint(const Tensor& y, const Tensor& x) override {
    device_->MatMul(1, weight_->value, Transpose::kYes, y, Transpose::kNo, 0, x);
  }

  void AccumulateGradient(const Tensor& x, const Tensor& dy) override {
    device_->MatMul(1, dy, Transpose::kNo, x, Transpose::kYes, 1, weight_->gradient);
    if (bias_ != nullptr) device_->SumRows(dy, 1, bias_->gradient);
  }

 private:
  Device* device_;
  Features input_, output_;
  Parameter* weight_ = nullptr;
  Parameter* bias_ = nullptr;
};

absl::StatusOr<std::unique_ptr<LinearMap>> MakeAffine(const AffineConfig& config,
                                                      const LinearMap::Context& context) {
  const Index units = config.has_units() ? config.units() : context.output.channels;
  if (units == 0) {
    return absl::InvalidArgumentError(
        "units: must be given here, where nothing else determines the outputs");
  }
  if (context.input.is_image() && context.input.channels > 1) {
    return absl::InvalidArgumentError(absl::StrCat("expected flat features, found an image ",
                                                   context.input.ToString(),
                                                   "; put { [mondeq.flatten] {} } before it"));
  }
  return std::make_unique<Affine>(units, config.bias(), context);
}

MONDEQ_REGISTER(LinearMap, affine, MakeAffine);

}  // namespace
}  // namespace mondeq
