// The matrices of a step's solves, which are the same on every rank: each makes a part and gets the
// others' (MonotoneOperator::PreparePart), or makes them all by itself. The bits are the same; what
// is faster depends on the network.
#ifndef MONDEQ_TRAINING_SHARED_PREPARATION_H_
#define MONDEQ_TRAINING_SHARED_PREPARATION_H_

#include <limits>
#include <string>

#include "absl/status/status.h"
#include "absl/types/optional.h"
#include "mondeq/collective/communicator.h"
#include "mondeq/model/model.h"

namespace mondeq {

// Which of two ways takes less time, from trying both in turns.
class FasterOfTwo {
 public:
  // Whether the next time is to be taken the first way.
  bool first() const;
  // What that took.
  void Took(double seconds);
  // Whether it has tried enough.
  bool decided() const { return tries_ >= kTries; }
  // The least that each has taken since the warm-up.
  double first_seconds() const { return least_[0]; }
  double second_seconds() const { return least_[1]; }

 private:
  // Both are warmed up once, for memory that is new to them.
  static constexpr int kWarmUp = 2, kTries = kWarmUp + 6;

  int tries_ = 0;
  double least_[2] = {std::numeric_limits<double>::infinity(),
                      std::numeric_limits<double>::infinity()};
};

class SharedPreparation {
 public:
  // Both must outlive it.
  SharedPreparation(Model* model, Communicator* ranks) : model_(*model), ranks_(*ranks) {}

  // Whether ranks share; absent for what is faster. The same on all ranks.
  void set_shares(absl::optional<bool> shares) { shares_ = shares; }

  // Makes what the solves of a step multiply by. To be called by all ranks, after the weights or
  // alpha may have changed. Errors: those of the messages.
  absl::Status Prepare();
  // How long this rank was at the last Prepare.
  double seconds() const { return seconds_; }
  // Is to be told how long the slowest rank was, the same number on all ranks, where something had
  // to be made.
  void SlowestTook(double seconds);

  // What was found, for users; empty while nothing is decided, it was not left open, or the
  // operator makes no parts.
  std::string Describe() const;

 private:
  absl::Status PrepareTogether(const Multiplier& multiplier);
  bool Shares() const { return shares_.value_or(faster_.first()); }
  bool Tries() const {
    return !shares_.has_value() && !faster_.decided() && makes_parts_.value_or(true);
  }

  Model& model_;
  Communicator& ranks_;
  absl::optional<bool> shares_;
  FasterOfTwo faster_;  // the first way is to share
  // Whether the operator makes parts; absent until it was asked for one.
  absl::optional<bool> makes_parts_;
  double seconds_ = 0;
};

}  // namespace mondeq

#endif  // MONDEQ_TRAINING_SHARED_PREPARATION_H_
