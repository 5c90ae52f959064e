// Schedules: the learning rate, and for some the momentum, over the steps of a run.
#ifndef MONDEQ_TRAINING_SCHEDULE_H_
#define MONDEQ_TRAINING_SCHEDULE_H_

#include <memory>

#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "mondeq/core/config_source.h"
#include "mondeq/core/features.h"
#include "mondeq/training/training.pb.h"

namespace mondeq {

// What an optimiser is told before a step.
struct Rates {
  double learning_rate = 0;
  // Takes the place of Adam's beta1 and of SGD's momentum; where it is absent they keep their own.
  absl::optional<double> momentum;
};

// How far a run has come.
struct TrainingTime {
  // Steps done, over all epochs.
  Index done_steps = 0;
  Index steps_per_epoch = 1;
  Index epochs = 1;

  Index epoch() const { return done_steps / steps_per_epoch; }
  // The epochs done, with the part of the current one that is.
  double epochs_done() const {
    return static_cast<double>(done_steps) / static_cast<double>(steps_per_epoch);
  }
};

class Schedule {
 public:
  using Config = ScheduleConfig;
  struct Context {
    // Where a schedule that has another in it locates errors of that; may be null.
    const ConfigSource* source = nullptr;
  };
  static constexpr char kKind[] = "schedule";

  virtual ~Schedule() = default;

  // Returns the rates of the step that is about to be made.
  virtual Rates At(const TrainingTime& time) const = 0;
};

}  // namespace mondeq

#endif  // MONDEQ_TRAINING_SCHEDULE_H_
