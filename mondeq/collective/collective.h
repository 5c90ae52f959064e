// What all ranks do together, to be called by all of them in the same order. Errors are those of
// the messages; then nothing is said of the results.
#ifndef MONDEQ_COLLECTIVE_COLLECTIVE_H_
#define MONDEQ_COLLECTIVE_COLLECTIVE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "mondeq/collective/communicator.h"

namespace mondeq {

// Everybody gets the bytes of rank 0, in ceil(log2 P) rounds.
absl::Status Broadcast(Communicator& ranks, absl::Span<char> bytes);
// The same of text whose length only rank 0 knows.
absl::StatusOr<std::string> BroadcastText(Communicator& ranks, absl::string_view text);

// Everybody gets what each rank gave, by rank.
absl::StatusOr<std::vector<std::string>> AllGather(Communicator& ranks, absl::string_view mine);
// The same of memory that all have: parts[r] is what rank r gives. For much of it: it goes round a
// ring, P - 1 times a part.
absl::Status AllGather(Communicator& ranks, absl::Span<const absl::Span<char>> parts);

// Adds up a few numbers of all ranks, in their order, which each gives as many of.
absl::Status SumOverRanks(Communicator& ranks, std::vector<double>* numbers);

// "rank 3 of 8 on node7"
std::string RankName(const Communicator& ranks, int rank, absl::string_view host);

// Returns when all ranks have called it.
absl::Status Barrier(Communicator& ranks);

// What went wrong on any rank, for all of them: OK if all of `mine` are, else the error of the
// first rank that has one. Unless all have the same its message begins with "rank 3 of 8 on node7:
// ".
absl::Status AgreeOn(Communicator& ranks, const absl::Status& mine);

}  // namespace mondeq

#endif  // MONDEQ_COLLECTIVE_COLLECTIVE_H_
