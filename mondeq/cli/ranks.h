// The program as one of several ranks that mpirun has started.
#ifndef MONDEQ_CLI_RANKS_H_
#define MONDEQ_CLI_RANKS_H_

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mondeq/collective/communicator.h"
#include "mondeq/collective/mpi/mpi.h"
#include "mondeq/data/dataset.h"
#include "mondeq/device/device.h"
#include "mondeq/model/model.h"
#include "mondeq/training/experiment.pb.h"

namespace mondeq {

// Makes several ranks ready for their work: takes --collective_timeout and, where --threads is not
// given, sets it so that ranks share out the processors of their host, by those that each may run
// on. Errors: a wrong flag, those of the messages.
struct RankPlace {
  // "8 ranks on 2 hosts"; empty of one rank.
  std::string text;
  // Which one this is of those of its host: the GPU that it takes.
  int on_host = 0;
};
absl::StatusOr<RankPlace> PlaceRanks(Communicator& ranks);

// Something that decides what comes out, as all ranks must have it.
struct RankFact {
  std::string what;   // "samples"
  std::string value;  // or its checksum
};

// Of a model's parameters, of a split's samples, and of what computes.
RankFact WeightsFact(Model& model);
RankFact SamplesFact(const std::string& what, const Samples& samples);
RankFact DeviceFact(const Device& device);

// Checks that all ranks are about to do the same: the experiment, the program, and these facts, of
// which each rank gives as many and one alone is not asked for. Errors: kInvalidArgument that names
// the first rank that differs from rank 0, and in what.
absl::Status CheckSameOnAllRanks(Communicator& ranks, const Experiment& experiment,
                                 absl::FunctionRef<std::vector<RankFact>()> find_facts);

// How a program ends that is one of several.
struct RankEnd {
  int exit_code = 0;
  // What this rank is to print; empty for nothing.
  std::string error;
  // And before it, lines: what only other ranks have warned of, with their names.
  std::string warnings;
};

// Agrees with the others on how all end, of which one may have an error of its own or be gone. What
// is left to do is to print and to leave them. `said` is what this rank has told its user, or would
// have.
RankEnd AgreeOnEnd(MpiRanks& ranks, const absl::Status& mine, int exit_code,
                   const std::string& said);

}  // namespace mondeq

#endif  // MONDEQ_CLI_RANKS_H_
