#include "mondeq/collective/mpi/mpi.h"

namespace mondeq {

absl::StatusOr<std::unique_ptr<MpiRanks>> JoinMpi() {
  return absl::UnavailableError(
      "built without MPI; rebuild with --config=mpi, as in MONDEQ_BAZEL_FLAGS=--config=mpi "
      "tools/mondeq");
}

}  // namespace mondeq
