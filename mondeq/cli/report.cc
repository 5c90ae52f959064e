// mondeq report
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "mondeq/cli/flags.h"
#include "mondeq/cli/output.h"
#include "mondeq/cli/verb.h"
#include "mondeq/core/file.h"
#include "mondeq/core/status.h"
#include "mondeq/core/utf8.h"
#include "mondeq/core/version.h"
#include "mondeq/report/report_page.h"

namespace mondeq {
namespace {

std::string LastName(absl::string_view folder) {
  while (absl::ConsumeSuffix(&folder, "/")) continue;
  return std::string(folder.substr(folder.rfind('/') + 1));
}

// Runs are called by their folders: the last name of each, or all of it where two have the same.
std::string NameOf(const std::string& folder, const std::vector<std::string>& all) {
  const auto same = std::count_if(all.begin(), all.end(), [&](const std::string& other) {
    return LastName(other) == LastName(folder);
  });
  return same == 1 && !LastName(folder).empty() ? LastName(folder) : folder;
}

// Of a run that was just begun there are no metrics yet, and who copied them alone has no config.
absl::StatusOr<ReportedRun> ReadRun(const std::string& folder) {
  const RunDirectory directory(folder);
  ReportedRun run;
  const absl::StatusOr<std::string> config = ReadFile(directory.experiment()),
                                    metrics = ReadFile(directory.metrics());
  const bool begun = absl::IsNotFound(metrics.status()) && config.ok();
  if (!begun) MONDEQ_RETURN_IF_ERROR(metrics.status());
  if (!absl::IsNotFound(config.status())) MONDEQ_RETURN_IF_ERROR(config.status());
  if (config.ok()) run.config = *config;
  MONDEQ_ASSIGN_OR_RETURN(run.metrics,
                          ParseMetricsCsv(directory.metrics(), begun ? MetricsCsv({}) : *metrics));
  return run;
}

absl::Status Report(Invocation& invocation) {
  const std::vector<std::string> folders = absl::GetFlag(FLAGS_run).values;
  const std::string output = absl::GetFlag(FLAGS_output);
  std::vector<InputFile> inputs;
  for (const std::string& folder : folders) {
    const RunDirectory directory(folder);
    inputs.push_back({"run", directory.metrics()});
    inputs.push_back({"run", directory.experiment()});
  }
  MONDEQ_RETURN_IF_ERROR(CheckOutput(output, inputs));
  std::vector<ReportedRun> runs;
  for (const std::string& folder : folders) {
    MONDEQ_ASSIGN_OR_RETURN(ReportedRun run, ReadRun(folder));
    run.name = NameOf(folder, folders);
    runs.push_back(std::move(run));
  }
  MONDEQ_RETURN_IF_ERROR(WriteFileAtomically(output, ReportPage(runs, kVersion)));
  invocation.out << "written to " << Printable(output) << "\n";
  return absl::OkStatus();
}

}  // namespace

Verb ReportVerb() {
  return {
      "report",
      "make a page about runs",
      "",
      {"run", "output"},
      {},
      "Reads metrics.csv and experiment.textproto of every DIR (--run), while a run goes on too,\n"
      "and writes one HTML page that needs nothing else, no network and no scripts: a table of\n"
      "the runs; accuracy, loss, solver iterations, samples that did not converge, certified\n"
      "error, alpha, L and m, learning rate, gradients, time and memory over the epochs, the\n"
      "runs in one chart; all the numbers; and the configs, where there are several with what\n"
      "they differ in marked.\n",
      {"mondeq report --run=run --output=report.html",
       "mondeq report --run=seed_1 --run=seed_2 --output=seeds.html"},
      Report};
}

}  // namespace mondeq
