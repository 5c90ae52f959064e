#include "mondeq/cli/run.h"

#include <algorithm>
#include <new>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "mondeq/cli/exit_code.h"
#include "mondeq/cli/help.h"
#include "mondeq/cli/parse_flags.h"
#include "mondeq/cli/verb.h"
#include "mondeq/core/nearest.h"
#include "mondeq/core/status.h"

namespace mondeq {
namespace {

using Arguments = absl::Span<const std::string>;

const std::vector<Verb>& Verbs() {
  static const auto* verbs =
      new std::vector<Verb>{TrainVerb(),  EvalVerb(),     PredictVerb(), SolveVerb(),
                            ImportVerb(), ValidateVerb(), ListVerb(),    BenchVerb()};
  return *verbs;
}

bool IsHelp(absl::string_view argument) { return argument == "--help" || argument == "-h"; }

absl::StatusOr<const Verb*> FindVerb(const std::string& name) {
  std::vector<std::string> names;
  for (const Verb& verb : Verbs()) {
    if (verb.name == name) return &verb;
    names.push_back(verb.name);
  }
  names.push_back("help");
  return absl::InvalidArgumentError(UnknownName("verb", name, names));
}

absl::Status Help(Arguments arguments, std::ostream& out) {
  if (arguments.empty()) {
    out << HelpForAll(Verbs());
    return absl::OkStatus();
  }
  MONDEQ_ASSIGN_OR_RETURN(const Verb* verb, FindVerb(arguments[0]));
  out << HelpFor(*verb);
  return absl::OkStatus();
}

absl::Status CheckArguments(const Verb& verb, const ParsedArguments& parsed) {
  const std::size_t most = verb.argument.empty() ? 0 : 1;
  if (parsed.positional.size() > most) {
    return absl::InvalidArgumentError(
        absl::StrCat("unexpected argument \"", parsed.positional[most], "\": ", verb.name,
                     " takes ", most == 0 ? "only flags, --name=value" : "one argument"));
  }
  for (const std::string& name : verb.required) {
    if (std::find(parsed.given.begin(), parsed.given.end(), name) == parsed.given.end()) {
      return absl::InvalidArgumentError(absl::StrCat(verb.name, " needs ", FlagUsage(name),
                                                     "; mondeq help ", verb.name, " tells more"));
    }
  }
  return absl::OkStatus();
}

absl::Status RunVerb(Arguments arguments, std::ostream& out, std::ostream& err, bool terminal) {
  MONDEQ_ASSIGN_OR_RETURN(const Verb* verb, FindVerb(arguments[0]));
  const Arguments rest = arguments.subspan(1);
  if (std::any_of(rest.begin(), rest.end(), IsHelp)) return Help({verb->name}, out);
  std::vector<std::string> flags = verb->required;
  flags.insert(flags.end(), verb->optional.begin(), verb->optional.end());
  MONDEQ_ASSIGN_OR_RETURN(ParsedArguments parsed, ParseFlags(verb->name, flags, rest));
  MONDEQ_RETURN_IF_ERROR(CheckArguments(*verb, parsed));
  Invocation invocation{std::move(parsed.positional), out, err, terminal};
  try {
    return verb->run(invocation);
  } catch (const std::bad_alloc&) {
    return absl::UnavailableError(
        "out of memory: the model, the batch or the data is too large for this machine");
  }
}

absl::Status RunAny(Arguments arguments, std::ostream& out, std::ostream& err, bool terminal) {
  if (IsHelp(arguments[0]) || arguments[0] == "help") return Help(arguments.subspan(1), out);
  return RunVerb(arguments, out, err, terminal);
}

}  // namespace

int Run(Arguments arguments, std::ostream& out, std::ostream& err, bool terminal) {
  if (arguments.empty()) {
    err << HelpForAll(Verbs());
    return kExitUsage;
  }
  absl::Status status = RunAny(arguments, out, err, terminal);
  out.flush();
  if (status.ok() && !out) {
    status = absl::ResourceExhaustedError("standard output: cannot write");
  }
  if (!status.ok()) err << ErrorLine(status) << std::flush;
  return ExitCodeOf(status);
}

}  // namespace mondeq
