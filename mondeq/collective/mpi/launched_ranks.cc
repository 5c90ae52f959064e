#include <cstdlib>

#include "absl/strings/numbers.h"
#include "mondeq/collective/mpi/mpi.h"

namespace mondeq {

int LaunchedRanks() {
  // Of Open MPI; of MPICH and srun --mpi=pmi2; of MVAPICH.
  for (const char* const name : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "MV2_COMM_WORLD_SIZE"}) {
    const char* const text = std::getenv(name);
    int ranks = 0;
    if (text != nullptr && absl::SimpleAtoi(text, &ranks) && ranks > 0) return ranks;
  }
  return 1;
}

}  // namespace mondeq
