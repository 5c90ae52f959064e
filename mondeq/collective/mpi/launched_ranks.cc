#include <cstdlib>

#include "absl/strings/numbers.h"
#include "mondeq/collective/mpi/mpi.h"

namespace mondeq {
namespace {

// Of Open MPI; of MPICH and srun --mpi=pmi2; of MVAPICH; of srun --mpi=pmix.
struct Variables {
  const char *size, *rank;
};
constexpr Variables kLaunchers[] = {{"OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"},
                                    {"PMI_SIZE", "PMI_RANK"},
                                    {"MV2_COMM_WORLD_SIZE", "MV2_COMM_WORLD_RANK"},
                                    {"SLURM_STEP_NUM_TASKS", "PMIX_RANK"}};

// The number in a variable of the environment, or -1.
int NumberIn(const char* variable) {
  const char* const text = std::getenv(variable);
  int number = -1;
  return text != nullptr && absl::SimpleAtoi(text, &number) ? number : -1;
}

// The launcher that has set both variables, or null.
const Variables* Launcher() {
  for (const Variables& launcher : kLaunchers) {
    if (NumberIn(launcher.size) > 0 && NumberIn(launcher.rank) >= 0) return &launcher;
  }
  return nullptr;
}

}  // namespace

int LaunchedRanks() { return Launcher() == nullptr ? 1 : NumberIn(Launcher()->size); }

int LaunchedRank() { return Launcher() == nullptr ? 0 : NumberIn(Launcher()->rank); }

}  // namespace mondeq
