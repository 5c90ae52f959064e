#include "mondeq/training/shared_preparation.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_format.h"
#include "mondeq/collective/collective.h"
#include "mondeq/core/status.h"
#include "mondeq/core/stopwatch.h"

namespace mondeq {

bool FasterOfTwo::first() const { return decided() ? least_[0] <= least_[1] : tries_ % 2 == 0; }

void FasterOfTwo::Took(double seconds) {
  if (decided()) return;
  if (tries_ >= kWarmUp) {
    double& least = least_[tries_ % 2];
    least = std::min(least, seconds);
  }
  ++tries_;
}

absl::Status SharedPreparation::PrepareTogether(const Multiplier& multiplier) {
  const Part part{ranks_.rank(), ranks_.size()};
  const std::vector<Tensor> made = model_.op().PreparePart(multiplier, part);
  makes_parts_ = !made.empty();
  for (const Tensor& matrices : made) {
    // Devices that make parts have their memory here.
    MONDEQ_CHECK(model_.device().shares_host_memory());
    const Index rows = matrices.shape()[0];
    std::vector<absl::Span<char>> parts;
    for (Part of{0, part.count}; of.index < of.count; ++of.index) {
      const Tensor memory = matrices.Rows(of.Begin(rows), of.End(rows));
      parts.emplace_back(static_cast<char*>(memory.raw()), memory.bytes());
    }
    MONDEQ_RETURN_IF_ERROR(AllGather(ranks_, parts));
  }
  return absl::OkStatus();
}

absl::Status SharedPreparation::Prepare() {
  // Who comes late is not to count while both ways are tried.
  if (Tries()) MONDEQ_RETURN_IF_ERROR(Barrier(ranks_));
  const Stopwatch watch;
  for (const Multiplier& multiplier : model_.solve_multipliers()) {
    if (Shares()) {
      MONDEQ_RETURN_IF_ERROR(PrepareTogether(multiplier));
    } else {
      model_.op().Prepare(multiplier);
    }
  }
  seconds_ = watch.seconds();
  return absl::OkStatus();
}

void SharedPreparation::SlowestTook(double seconds) {
  // The first try shares, so it is known then whether there are parts.
  if (Tries()) faster_.Took(seconds);
}

std::string SharedPreparation::Describe() const {
  if (!faster_.decided()) return "";
  return absl::StrFormat("matrices of the solves: %s, %.3g ms a step; %.3g ms the other way",
                         faster_.first() ? "each rank makes a part" : "each rank makes all of them",
                         1e3 * std::min(faster_.first_seconds(), faster_.second_seconds()),
                         1e3 * std::max(faster_.first_seconds(), faster_.second_seconds()));
}

}  // namespace mondeq
