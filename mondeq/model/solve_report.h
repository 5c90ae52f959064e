// What a user is told of solves that fell short of what was asked for.
#ifndef MONDEQ_MODEL_SOLVE_REPORT_H_
#define MONDEQ_MODEL_SOLVE_REPORT_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "mondeq/model/model.h"

namespace mondeq {

// "alpha 0.5 is not below 0.02, and from there on forward_backward need not converge", if that is
// so of the model's alpha and weights, or "picard is a baseline without a guarantee ...".
absl::optional<std::string> NoGuarantee(Model* model);

// "the forward solve reached max_iterations after 300 iterations: relative error 0.2, tolerance
// 0.01", and why where that is known; absent if the solve has converged.
absl::optional<std::string> Shortfall(absl::string_view direction, const SolveStats& stats,
                                      Model* model);

// "U x + b of sample 3 is beyond float32; scale x ...", where the last Forward ended in NaN or
// infinity because of a sample that is too large for the model's type, and not because it diverged;
// or "the logits of sample 3 are ...", where only they are too large. Samples are counted from
// `first`. Absent if there is none.
absl::optional<std::string> Overflow(Model* model, Index first = 0);

// Checks z* and the logits of the last Forward, whose samples are counted from `first`. Errors:
// kOutOfRange.
absl::Status CheckAnswers(Model* model, Index first);

// Adds up what certificates say of many samples.
class CertificateTally {
 public:
  // The certified relative errors of samples of solves by this rule.
  void Add(const std::vector<double>& relative_errors, const StoppingRule& rule);

  // The largest certified relative error.
  double worst() const { return worst_; }
  // The share of the samples whose certified relative error is within the tolerance.
  double certified_share() const {
    return static_cast<double>(certified_) / static_cast<double>(samples_);
  }
  // "7 of 400 samples are certified only to a relative error of 0.4, the tolerance is 0.01", if
  // some sample's is above the tolerance where that is the criterion, and else above ten times
  // that: a solve that has converged may leave 1 + L/m times it (stopping.h), but hardly ever does.
  absl::optional<std::string> Shortfall() const;

 private:
  double worst_ = 0;
  double tolerance_ = 0;
  Index samples_ = 0, certified_ = 0;
  Index doubtful_ = 0;
};

}  // namespace mondeq

#endif  // MONDEQ_MODEL_SOLVE_REPORT_H_
