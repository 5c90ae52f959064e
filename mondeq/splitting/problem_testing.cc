#include "mondeq/splitting/problem_testing.h"

#include "mondeq/testing/examples.h"

namespace mondeq {
namespace {

std::vector<OperatorConfig> FindOperators() {
  std::vector<OperatorConfig> taken;
  const auto device = MakeTestDevice();
  for (const OperatorConfig& op : LoadExamples<OperatorExamples>()) {
    ParameterStore store;
    const auto made = Registry<MonotoneOperator>::Create(
        op, ConfigSource(), {kInput, {&store, "operator"}, device.get(), DType::kFloat64});
    if (made.ok()) taken.push_back(op);
  }
  return taken;
}

}  // namespace

const std::vector<OperatorConfig>& Operators() {
  static const auto& operators = *new std::vector<OperatorConfig>(FindOperators());
  return operators;
}

// W becomes (1 - m) I, with L = m.
void Problem::TameFor(const SplittingMethod& method) {
  if (method.converges_always()) return;
  constexpr int kMost = 10;
  const Tensor& values = store_.values();
  int halvings = 0;
  while (!(Alpha(method) < method.AlphaBound(op_->m(), op_->Lipschitz()))) {
    ASSERT_LT(halvings++, kMost) << "theory promises nothing for any parameters";
    Assign(*device_, 0.5 * ToMatrix(*device_, values), values);
    op_->ParametersChanged();
  }
}

StoppingRule Rule(DType dtype, double tolerance, int max_iterations) {
  SplittingConfig config;
  config.set_tolerance(tolerance);
  config.set_max_iterations(max_iterations);
  return MakeStoppingRule(config, dtype);
}

// In float32 rounding remains, which a slow method multiplies by 1 / (1 - rate), up to 2000. Where
// the error falls as 1/k it takes 10,000 iterations to 1e-2 where prox^alpha(p) is much smaller
// than p.
Tight TightRuleFor(const SplittingMethod& method, DType dtype) {
  if (method.converges_sublinearly()) return {Rule(dtype, 1e-2, 200000), 4e-2};
  if (dtype == DType::kFloat32) {
    // Where states are mixed it takes long to tell that nothing falls any more.
    return {Rule(dtype, method.acceleration() != nullptr ? 1e-5 : 1e-6, 200000), 4e-3};
  }
  return {Rule(dtype, 1e-12, 200000), 1e-9};
}

}  // namespace mondeq
