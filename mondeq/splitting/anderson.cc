#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "mondeq/core/config_difference.h"
#include "mondeq/core/registry.h"
#include "mondeq/core/schema.h"
#include "mondeq/splitting/anderson.pb.h"
#include "mondeq/splitting/peaceman_rachford.pb.h"
#include "mondeq/splitting/splitting_method.h"

namespace mondeq {
namespace {

bool AreSame(const PointwiseStep& a, const PointwiseStep& b) {
  return a.argument == b.argument && a.memory == b.memory && a.next == b.next && a.prox == b.prox;
}

// Whether every iteration is the same function of the p of the one before.
bool StateIsArgument(const SplittingMethod& method) {
  const PointwiseStep step = method.At(0, 1);
  for (int k : {1, 2, 3}) {
    if (!AreSame(method.At(k, 1), step)) return false;
  }
  const bool forgets = step.memory == LinearForm() && step.argument.q == 0;
  return step.prox && step.argument.z == 0 && step.next.v == 0 && step.next.q == 0 &&
         step.next.z == 0 && (forgets || step.remembers_argument());
}

absl::Status CheckAround(const SplittingConfig& around, const SplittingMethod& method) {
  const std::string name = PluginsIn(around).front()->name();
  // A resolved config has the defaults written out.
  SplittingConfig given = around, usual = around;
  for (const google::protobuf::FieldDescriptor* field : PlainFields(around.GetDescriptor())) {
    usual.GetReflection()->ClearField(&usual, field);
  }
  MakeDefaultsExplicit(&given);
  MakeDefaultsExplicit(&usual);
  const absl::optional<ConfigDifference> difference = FirstDifference(usual, given);
  if (difference.has_value()) {
    return absl::InvalidArgumentError(
        absl::StrCat("around: ", difference->path,
                     " is of the whole iteration; write it beside [mondeq.anderson]"));
  }
  if (method.acceleration() != nullptr || around.HasExtension(anderson)) {
    return absl::InvalidArgumentError(
        absl::StrCat("around: ", name, " is accelerated itself, and not once more"));
  }
  if (StateIsArgument(method)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "around: ", name, "'s state is more than the argument of its prox, which is what is mixed; ",
      "expected douglas_rachford, forward_backward without relaxation, peaceman_rachford or "
      "picard"));
}

// All but the mixing (acceleration.h) is the inner method's own.
class Anderson final : public SplittingMethod {
 public:
  Anderson(const AndersonConfig& config, std::unique_ptr<SplittingMethod> inner)
      : SplittingMethod(*inner), inner_(std::move(inner)) {
    mixing_.memory = static_cast<int>(config.memory());
    mixing_.ridge = config.ridge();
  }

  Multiplier multiplier(double alpha) const override { return inner_->multiplier(alpha); }
  PointwiseStep At(int k, double alpha) const override { return inner_->At(k, alpha); }
  double AutomaticAlpha(double m, double l) const override { return inner_->AutomaticAlpha(m, l); }
  double AlphaBound(double m, double l) const override { return inner_->AlphaBound(m, l); }
  bool converges_always() const override { return inner_->converges_always(); }
  bool converges_sublinearly() const override { return inner_->converges_sublinearly(); }
  const Acceleration* acceleration() const override {
    return mixing_.memory > 0 ? &mixing_ : nullptr;
  }

 private:
  std::unique_ptr<SplittingMethod> inner_;
  Acceleration mixing_;
};

absl::StatusOr<std::unique_ptr<SplittingMethod>> MakeAnderson(
    const AndersonConfig& config, const SplittingMethod::Context& context) {
  SplittingConfig around = config.around();
  if (!config.has_around()) around.MutableExtension(peaceman_rachford);
  MONDEQ_ASSIGN_OR_RETURN(std::unique_ptr<SplittingMethod> inner,
                          Registry<SplittingMethod>::Create(around, ConfigSource(), context));
  MONDEQ_RETURN_IF_ERROR(CheckAround(around, *inner));
  return std::make_unique<Anderson>(config, std::move(inner));
}

MONDEQ_REGISTER(SplittingMethod, anderson, MakeAnderson);

}  // namespace
}  // namespace mondeq
