// What holds for all ranks, checked by those of MPI: to be run by mpirun. The exit code tells.
//   mpirun -np 4 check_mpi
#include <cstdio>
#include <cstdlib>

#include "mondeq/collective/check_ranks_testing.h"
#include "mondeq/collective/collective.h"
#include "mondeq/collective/mpi/mpi.h"
#include "mondeq/core/status.h"

namespace mondeq {
namespace {

absl::Status Check(Communicator& ranks) {
  if (ranks.size() != LaunchedRanks()) return absl::InternalError("the launcher says otherwise");
  MONDEQ_RETURN_IF_ERROR(CheckMessages(ranks));
  MONDEQ_RETURN_IF_ERROR(CheckSums(ranks));
  return CheckMessages(ranks);
}

int Main() {
  const auto ranks = JoinMpi();
  if (!ranks.ok()) {
    std::fprintf(stderr, "%s\n", std::string(ranks.status().message()).c_str());
    return EXIT_FAILURE;
  }
  const absl::Status status = AgreeOn(**ranks, Check(**ranks));
  const int code = status.ok() ? EXIT_SUCCESS : EXIT_FAILURE;
  if ((*ranks)->rank() == 0) {
    std::printf("%d ranks: %s\n", (*ranks)->size(),
                status.ok() ? "as expected" : std::string(status.message()).c_str());
  }
  (*ranks)->Leave(code);
  return code;
}

}  // namespace
}  // namespace mondeq

int main() { return mondeq::Main(); }
