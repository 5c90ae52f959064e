// The whole program but for main().
#ifndef MONDEQ_CLI_RUN_H_
#define MONDEQ_CLI_RUN_H_

#include <ostream>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "mondeq/cli/verb.h"

namespace mondeq {

// Every verb, help last.
const std::vector<Verb>& Verbs();

// Runs `mondeq ARGUMENTS` and returns the exit code. `terminal` says whether `out` is one; `commit`
// is that of the sources, if it is known. A program may call it several times: no flag is left over
// from the call before.
int Run(absl::Span<const std::string> arguments, std::ostream& out, std::ostream& err,
        bool terminal, const std::string& commit = "unknown");

// The same of a process that a launcher of MPI has started as one of several (LaunchedRanks), once
// in its life: rank 0 alone writes to `out` and `err`, and all end together, with one exit code.
int RunAsRank(absl::Span<const std::string> arguments, std::ostream& out, std::ostream& err,
              bool terminal, const std::string& commit);

}  // namespace mondeq

#endif  // MONDEQ_CLI_RUN_H_
