// A verb of the command line: what `mondeq VERB` takes, does and says about itself. The table of
// verbs is in run.cc.
#ifndef MONDEQ_CLI_VERB_H_
#define MONDEQ_CLI_VERB_H_

#include <ostream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "mondeq/collective/communicator.h"

namespace mondeq {

// The command line of a verb without its flags, which are set, and where the verb writes.
struct Invocation {
  std::vector<std::string> arguments;
  std::ostream& out;
  std::ostream& err;
  // Whether `out` is a terminal, where a line can be overwritten.
  bool terminal = false;
  // Of the sources that the program was built from.
  std::string commit;
  // Those that this process is one of; only rank 0's `out` and `err` are seen.
  Communicator& ranks;
};

struct Verb {
  std::string name;
  std::string summary;    // one line
  std::string arguments;  // names of the positional arguments, which may be left out: "KIND NAME"
  std::vector<std::string> required;  // flags, without dashes
  std::vector<std::string> optional;
  std::string description;  // what is read and written, lines ending in \n
  std::vector<std::string> examples;
  absl::Status (*run)(Invocation& invocation);
  // Whether several ranks can do it together.
  bool by_ranks = false;
};

Verb TrainVerb();
Verb EvalVerb();
Verb PredictVerb();
Verb SolveVerb();
Verb ImportVerb();
Verb ExportVerb();
Verb ValidateVerb();
Verb ListVerb();
Verb BenchVerb();
Verb ConvergenceVerb();
Verb CertifyVerb();
Verb DataVerb();
Verb ReportVerb();
Verb VersionVerb();

}  // namespace mondeq

#endif  // MONDEQ_CLI_VERB_H_
