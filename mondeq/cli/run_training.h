// The run of a training: what there is before it is flags and files, see train.cc.
#ifndef MONDEQ_CLI_RUN_TRAINING_H_
#define MONDEQ_CLI_RUN_TRAINING_H_

#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "mondeq/cli/from_flags.h"
#include "mondeq/cli/output.h"
#include "mondeq/collective/communicator.h"
#include "mondeq/report/log_file.h"
#include "mondeq/training/experiment.pb.h"
#include "mondeq/training/training_data.h"

namespace mondeq {

// Where a training says what. `said` are lines, which the log has too; `shown` is the user's
// alone.
struct Streams {
  std::ostream &shown, &said, &err;
  LogFile& log;
  bool terminal;
  // Where there are several, rank 0 alone says anything and has a folder that it writes to.
  Communicator& ranks;

  bool speaks() const { return ranks.rank() == 0; }
};

// The text of experiment.textproto.
std::string ResolvedText(const Experiment& experiment);

// Trains as the flags say; the data and the model are ready. Without a directory nothing is
// written. `commit` is that of the program. Errors: those of Trainer, with what is left of the run.
absl::Status RunTraining(const Setup& setup, const RunDirectory* directory, bool resumes,
                         const std::string& commit, TrainingData* data, const Streams& streams);

}  // namespace mondeq

#endif  // MONDEQ_CLI_RUN_TRAINING_H_
