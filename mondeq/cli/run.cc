#include "mondeq/cli/run.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <new>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "mondeq/cli/help.h"
#include "mondeq/cli/interrupt.h"
#include "mondeq/cli/parse_flags.h"
#include "mondeq/cli/ranks.h"
#include "mondeq/cli/verb.h"
#include "mondeq/collective/mpi/mpi.h"
#include "mondeq/core/exit_code.h"
#include "mondeq/core/nearest.h"
#include "mondeq/core/status.h"
#include "mondeq/core/utf8.h"
#include "mondeq/report/log_file.h"

namespace mondeq {
namespace {

using Arguments = absl::Span<const std::string>;

Verb HelpVerb();

bool IsHelp(absl::string_view argument) { return argument == "--help" || argument == "-h"; }

absl::StatusOr<const Verb*> FindVerb(const std::string& name) {
  std::vector<std::string> names;
  for (const Verb& verb : Verbs()) {
    if (verb.name == name) return &verb;
    names.push_back(verb.name);
  }
  return absl::InvalidArgumentError(UnknownName("verb", name, names));
}

absl::Status Help(Invocation& invocation) {
  if (invocation.arguments.empty()) {
    invocation.out << HelpForAll(Verbs());
    return absl::OkStatus();
  }
  MONDEQ_ASSIGN_OR_RETURN(const Verb* verb, FindVerb(invocation.arguments[0]));
  invocation.out << HelpFor(*verb);
  return absl::OkStatus();
}

Verb HelpVerb() {
  return {"help",
          "what a verb does, with its flags and examples",
          "VERB",
          {},
          {},
          "Without VERB it lists the verbs. mondeq VERB --help says the same.\n",
          {"mondeq help", "mondeq help train"},
          Help};
}

// What the verb takes in place of an argument that it does not.
std::string WhatItTakes(const Verb& verb, const std::vector<std::string>& names,
                        const std::string& argument) {
  const char32_t first = argument.empty() ? 0 : FirstCharacter(argument).code;
  // The dashes and the minus sign that editors and web pages put in place of "--".
  const bool dash = (first >= 0x2010 && first <= 0x2015) || first == 0x2212;
  if (dash)
    return absl::StrFormat("it begins with a dash (U+%04X); write --",
                           static_cast<unsigned>(first));
  if (!names.empty()) return absl::StrCat(verb.name, " takes ", absl::StrJoin(names, " and "));
  const std::vector<std::string>& flags = verb.required.empty() ? verb.optional : verb.required;
  if (flags.empty()) return absl::StrCat(verb.name, " takes none");
  return absl::StrCat(verb.name, " takes only flags, such as ", FlagUsage(flags[0]));
}

absl::Status CheckArguments(const Verb& verb, const ParsedArguments& parsed) {
  const std::vector<std::string> names = absl::StrSplit(verb.arguments, ' ', absl::SkipEmpty());
  if (parsed.positional.size() > names.size()) {
    const std::string& argument = parsed.positional[names.size()];
    return absl::InvalidArgumentError(absl::StrCat("unexpected argument \"", argument,
                                                   "\": ", WhatItTakes(verb, names, argument)));
  }
  for (const std::string& name : verb.required) {
    if (std::find(parsed.given.begin(), parsed.given.end(), name) == parsed.given.end()) {
      return absl::InvalidArgumentError(absl::StrCat(verb.name, " needs ", FlagUsage(name),
                                                     "; mondeq help ", verb.name, " tells more"));
    }
  }
  return absl::OkStatus();
}

// The verb that a first argument stands for.
std::string VerbName(const std::string& argument) {
  if (IsHelp(argument)) return "help";
  return argument == "--version" ? "version" : argument;
}

absl::Status RunVerb(Arguments arguments, Invocation invocation) {
  MONDEQ_ASSIGN_OR_RETURN(const Verb* verb, FindVerb(VerbName(arguments[0])));
  if (invocation.ranks.size() > 1 && !verb->by_ranks) {
    return absl::InvalidArgumentError(
        absl::StrCat(verb->name, " is done by one process, not by the ", invocation.ranks.size(),
                     " that mpirun has started"));
  }
  const Arguments rest = arguments.subspan(1);
  if (std::any_of(rest.begin(), rest.end(), IsHelp)) {
    invocation.arguments = {verb->name};
    return Help(invocation);
  }
  std::vector<std::string> flags = verb->required;
  flags.insert(flags.end(), verb->optional.begin(), verb->optional.end());
  MONDEQ_ASSIGN_OR_RETURN(ParsedArguments parsed, ParseFlags(verb->name, flags, rest));
  MONDEQ_RETURN_IF_ERROR(CheckArguments(*verb, parsed));
  invocation.arguments = std::move(parsed.positional);
  try {
    return verb->run(invocation);
  } catch (const std::bad_alloc&) {
    return absl::AbortedError(
        "out of memory: the model, the batch or the data is too large for this machine");
  }
}

// Whether standard output is a pipe or a socket whose reader has gone.
bool NobodyReads() {
  pollfd standard_output = {STDOUT_FILENO, POLLOUT, 0};
  return poll(&standard_output, 1, 0) > 0 && (standard_output.revents & (POLLERR | POLLHUP)) != 0;
}

// Whether all that was written to standard output is there. A reader who leaves, as head does, has
// seen what it wanted.
absl::Status CheckWritten(const std::ostream& out) {
  if (out || NobodyReads()) return absl::OkStatus();
  return absl::ResourceExhaustedError("standard output: cannot write");
}

// Under the launcher of another MPI every process is its only rank.
absl::Status CheckLaunch(int ranks) {
  if (ranks == LaunchedRanks()) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat("expected the ", LaunchedRanks(), " ranks that the launcher has started, found ",
                   ranks, ": it is not one of the MPI that this was built with"));
}

int CodeOf(const absl::Status& status) {
  return absl::IsCancelled(status) ? InterruptExitCode() : ExitCodeOf(status);
}

}  // namespace

const std::vector<Verb>& Verbs() {
  static const auto* verbs = new std::vector<Verb>{
      TrainVerb(),   EvalVerb(),     PredictVerb(), SolveVerb(),   ImportVerb(),
      ExportVerb(),  ValidateVerb(), ListVerb(),    BenchVerb(),   ConvergenceVerb(),
      CertifyVerb(), DataVerb(),     ReportVerb(),  VersionVerb(), HelpVerb()};
  return *verbs;
}

int Run(Arguments arguments, std::ostream& out, std::ostream& err, bool terminal,
        const std::string& commit) {
  if (arguments.empty()) {
    err << HelpForAll(Verbs());
    return kExitUsage;
  }
  SingleRank alone;
  absl::Status status = RunVerb(arguments, {{}, out, err, terminal, commit, alone});
  out.flush();
  status.Update(CheckWritten(out));
  if (!status.ok()) err << ErrorLine(status) << std::flush;
  return CodeOf(status);
}

int RunAsRank(Arguments arguments, std::ostream& out, std::ostream& err, bool terminal,
              const std::string& commit) {
  std::ostream nowhere(nullptr);
  const bool speaks = LaunchedRank() == 0;
  std::ostream& shown = speaks ? out : nowhere;
  std::ostringstream said;
  Tee warned(speaks ? &err : &nowhere, &said);
  const absl::StatusOr<std::unique_ptr<MpiRanks>> ranks = JoinMpi();
  absl::Status refusal = ranks.status();
  if (ranks.ok()) refusal = CheckLaunch((*ranks)->size());
  if (arguments.empty()) refusal.Update(absl::InvalidArgumentError("mondeq help tells the verbs"));
  if (!refusal.ok()) {
    warned << ErrorLine(refusal) << std::flush;
    if (ranks.ok()) (*ranks)->Leave(CodeOf(refusal));
    return CodeOf(refusal);
  }
  absl::Status status =
      RunVerb(arguments, {{}, shown, warned, terminal && speaks, commit, **ranks});
  shown.flush();
  if (speaks) status.Update(CheckWritten(shown));
  const RankEnd end = AgreeOnEnd(**ranks, status, CodeOf(status), said.str());
  err << end.warnings;
  if (!end.error.empty()) err << ErrorLine(absl::UnknownError(end.error)) << std::flush;
  // A launcher ends the other ranks when the first of them is gone, and all is said already.
  for (const int one : {SIGINT, SIGTERM}) signal(one, SIG_IGN);
  (*ranks)->Leave(end.exit_code);
  return end.exit_code;
}

}  // namespace mondeq
