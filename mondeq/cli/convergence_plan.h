// What the flags of `mondeq convergence` ask for.
#ifndef MONDEQ_CLI_CONVERGENCE_PLAN_H_
#define MONDEQ_CLI_CONVERGENCE_PLAN_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "mondeq/device/tensor.h"
#include "mondeq/splitting/splitting.pb.h"

namespace mondeq {

struct PlannedMethod {
  std::string name;  // as the user wrote it
  SplittingConfig slot;
  // Whether there is a step to choose, and whether the slot says what alpha is.
  bool takes_alpha = true;
  bool has_alpha = false;
};

struct ConvergencePlan {
  DType dtype = DType::kFloat32;
  std::vector<PlannedMethod> methods;
  // Steps; one that is absent is left to the method.
  std::vector<absl::optional<double>> alphas;
  // Those of a method: one without a choice is measured once.
  std::vector<absl::optional<double>> AlphasOf(const PlannedMethod& method) const {
    if (method.takes_alpha) return alphas;
    return {absl::nullopt};
  }
  int iterations = 0;
  // As many as there are where there are fewer.
  std::int64_t most_samples = 0;
};

// Errors: kInvalidArgument, also for what would be measured twice, and for alphas of a method that
// names its own.
absl::StatusOr<ConvergencePlan> PlanFromFlags();

}  // namespace mondeq

#endif  // MONDEQ_CLI_CONVERGENCE_PLAN_H_
