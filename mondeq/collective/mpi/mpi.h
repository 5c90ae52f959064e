// Ranks that are processes, started by mpirun or srun on one machine or many, over whatever network
// MPI finds there. Calls of MPI-3.1 only.
#ifndef MONDEQ_COLLECTIVE_MPI_MPI_H_
#define MONDEQ_COLLECTIVE_MPI_MPI_H_

#include <memory>

#include "absl/status/statusor.h"
#include "mondeq/collective/communicator.h"

namespace mondeq {

// How many ranks a launcher of MPI says that there are, in its environment variables, and which one
// this process is; 1 and 0 where there is none.
int LaunchedRanks();
int LaunchedRank();

// Who has joined must end by Leave.
class MpiRanks : public Communicator {
 public:
  // The messages of this rank from now on are those of its end, apart from all that were sent
  // before. If it ends because it has `failed`, every rank that waits for a message gets
  // kUnavailable, until it comes to its own end.
  virtual void StartEnd(bool failed) = 0;

  // Ends the part of this rank, with the exit code that the process is about to have. Ranks wait
  // for each other; where others do not come in time, or the exit code is not 0, MPI_Abort ends
  // them all.
  virtual void Leave(int exit_code) = 0;
};

// Makes this process one of the ranks; to be called once, early. Errors: kUnavailable if this was
// built without MPI, or MPI does not start.
absl::StatusOr<std::unique_ptr<MpiRanks>> JoinMpi();

}  // namespace mondeq

#endif  // MONDEQ_COLLECTIVE_MPI_MPI_H_
