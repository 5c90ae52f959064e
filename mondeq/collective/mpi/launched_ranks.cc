#include <cstdlib>

#include "absl/strings/numbers.h"
#include "mondeq/collective/mpi/mpi.h"

namespace mondeq {
namespace {

// Of Open MPI; of MPICH and srun --mpi=pmi2; of MVAPICH.
struct Variables {
  const char *size, *rank;
};
constexpr Variables kLaunchers[] = {{"OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"},
                                    {"PMI_SIZE", "PMI_RANK"},
                                    {"MV2_COMM_WORLD_SIZE", "MV2_COMM_WORLD_RANK"}};

// The number in a variable of the environment, or -1.
int NumberIn(const char* variable) {
  const char* const text = std::getenv(variable);
  int number = -1;
  return text != nullptr && absl::SimpleAtoi(text, &number) ? number : -1;
}

}  // namespace

int LaunchedRanks() {
  for (const Variables& launcher : kLaunchers) {
    if (NumberIn(launcher.size) > 0) return NumberIn(launcher.size);
  }
  return 1;
}

int LaunchedRank() {
  for (const Variables& launcher : kLaunchers) {
    if (NumberIn(launcher.size) > 0 && NumberIn(launcher.rank) >= 0) return NumberIn(launcher.rank);
  }
  return 0;
}

}  // namespace mondeq
