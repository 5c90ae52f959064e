// mondeq bench --allreduce
#ifndef MONDEQ_CLI_BENCH_NETWORK_H_
#define MONDEQ_CLI_BENCH_NETWORK_H_

#include "absl/status/status.h"
#include "mondeq/cli/verb.h"

namespace mondeq {

// Times what the ranks that mpirun has started, or that --simulate describes, say to each other in
// a step, and prints it. Errors: wrong flags, those of network_bench.h.
absl::Status BenchAllReduce(Invocation& invocation);

}  // namespace mondeq

#endif  // MONDEQ_CLI_BENCH_NETWORK_H_
