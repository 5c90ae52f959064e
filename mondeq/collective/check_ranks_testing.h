// What holds for the ranks of every back end. Each is called by all ranks; an error says what does
// not hold.
#ifndef MONDEQ_COLLECTIVE_CHECK_RANKS_TESTING_H_
#define MONDEQ_COLLECTIVE_CHECK_RANKS_TESTING_H_

#include "absl/status/status.h"
#include "mondeq/collective/communicator.h"

namespace mondeq {

// Messages of many lengths between all pairs of ranks, each way, and those of all ranks together.
absl::Status CheckMessages(Communicator& ranks);

// That the sums of 1 to 24 shards, on as many ranks as divide them, are those that one rank makes
// of the same shards, bit for bit, again and again.
absl::Status CheckSums(Communicator& ranks);

}  // namespace mondeq

#endif  // MONDEQ_COLLECTIVE_CHECK_RANKS_TESTING_H_
