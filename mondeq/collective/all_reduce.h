// One array of those of all ranks, by the shortest messages.
#ifndef MONDEQ_COLLECTIVE_ALL_REDUCE_H_
#define MONDEQ_COLLECTIVE_ALL_REDUCE_H_

#include <cstddef>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/types/span.h"
#include "mondeq/collective/communicator.h"

namespace mondeq {

// Combines arrays of all ranks to one, which all get: combine(begin, end, received) is to combine
// the elements [begin, end) of this rank's, of `element` bytes each, with those of another. By
// halves (Rabenseifner 2004): 2 log2 P messages, of twice the array's length together, and two more
// of all of it where P is no power of two; in an order that depends on the number of ranks.
// `received` is memory for it.
absl::Status AllReduce(
    Communicator& ranks, absl::Span<char> bytes, std::size_t element, std::vector<char>* received,
    absl::FunctionRef<void(std::size_t begin, std::size_t end, const char* received)> combine);

}  // namespace mondeq

#endif  // MONDEQ_COLLECTIVE_ALL_REDUCE_H_
