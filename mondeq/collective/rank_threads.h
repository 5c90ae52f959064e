// Ranks that are threads of this process: for tests, and for networks that are simulated.
#ifndef MONDEQ_COLLECTIVE_RANK_THREADS_H_
#define MONDEQ_COLLECTIVE_RANK_THREADS_H_

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "mondeq/collective/communicator.h"

namespace mondeq {

struct ThreadNetwork {
  // A message of n bytes arrives seconds_per_message + n seconds_per_byte after it was sent, and
  // after those that were sent before it to the same rank.
  double seconds_per_message = 0;
  double seconds_per_byte = 0;
  // How long a rank waits for a message at first.
  double timeout_seconds = 60;
};

// Calls f on `ranks` threads at once, each with its communicator, and returns when all are done:
// the error of the first rank, by number, that has one which is not about another rank's end; else
// of the first that has one. Who waits for a rank whose f has returned gets kUnavailable.
absl::Status RunOnThreads(int ranks, const ThreadNetwork& network,
                          absl::FunctionRef<absl::Status(Communicator&)> f);

}  // namespace mondeq

#endif  // MONDEQ_COLLECTIVE_RANK_THREADS_H_
