// The program as one of several ranks that mpirun has started.
#ifndef MONDEQ_CLI_RANKS_H_
#define MONDEQ_CLI_RANKS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mondeq/collective/communicator.h"
#include "mondeq/collective/mpi/mpi.h"
#include "mondeq/training/experiment.pb.h"

namespace mondeq {

// How ranks share machines: on how many hosts they are, and how many threads this one may have
// without taking a core from another.
struct RankPlace {
  int hosts = 1;
  int threads = 1;
};

// Finds it by the processors that each rank may run on. Errors: those of the messages.
absl::StatusOr<RankPlace> FindPlace(Communicator& ranks);

// Something that decides what is trained, as all ranks must have it.
struct RankFact {
  std::string what;   // "samples"
  std::string value;  // or its checksum
};

// Checks that all ranks are about to train the same: the experiment, the program, and these facts,
// of which each rank gives as many. Errors: kInvalidArgument that names the first rank that differs
// from rank 0, and in what.
absl::Status CheckSameOnAllRanks(Communicator& ranks, const Experiment& experiment,
                                 std::vector<RankFact> facts);

// How a program ends that is one of several.
struct RankEnd {
  int exit_code = 0;
  // What this rank is to print; empty for nothing.
  std::string error;
};

// Agrees with the others on how all end, of which one may have an error of its own or be gone. What
// is left to do is to print and to leave them.
RankEnd AgreeOnEnd(MpiRanks& ranks, const absl::Status& mine, int exit_code);

}  // namespace mondeq

#endif  // MONDEQ_CLI_RANKS_H_
