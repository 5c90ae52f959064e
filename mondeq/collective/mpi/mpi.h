// Ranks that are processes, started by mpirun or srun on one machine or many, over whatever network
// MPI finds there. Calls of MPI-3.1 only.
#ifndef MONDEQ_COLLECTIVE_MPI_MPI_H_
#define MONDEQ_COLLECTIVE_MPI_MPI_H_

#include <memory>

#include "absl/status/statusor.h"
#include "mondeq/collective/communicator.h"

namespace mondeq {

// How many ranks a launcher of MPI says that this process is one of, in its environment variables;
// 1 where there is none.
int LaunchedRanks();

// Who has joined must end by Leave.
class MpiRanks : public Communicator {
 public:
  // Ends the part of this rank, with the exit code that the process is about to have. Ranks wait
  // for each other; where others do not come in time they are ended, by MPI_Abort.
  virtual void Leave(int exit_code) = 0;
};

// Makes this process one of the ranks; to be called once, early. A rank waits `timeout_seconds` for
// another's message. Errors: kUnavailable if this was built without MPI, or MPI does not start.
absl::StatusOr<std::unique_ptr<MpiRanks>> JoinMpi(double timeout_seconds);

}  // namespace mondeq

#endif  // MONDEQ_COLLECTIVE_MPI_MPI_H_
