// mondeq report
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "mondeq/cli/flags.h"
#include "mondeq/cli/output.h"
#include "mondeq/cli/report_runs.h"
#include "mondeq/cli/verb.h"
#include "mondeq/core/file.h"
#include "mondeq/core/status.h"
#include "mondeq/core/utf8.h"
#include "mondeq/core/version.h"
#include "mondeq/report/report_page.h"

namespace mondeq {
namespace {

// "samples_not_converged" of "samples not converged (%)".
std::string FileNameOf(const std::string& title) {
  std::string name;
  for (const char c : title.substr(0, title.find('('))) {
    const auto letter = static_cast<unsigned char>(c);
    if (absl::ascii_isalnum(letter)) {
      name += absl::ascii_tolower(letter);
    } else if (!name.empty() && name.back() != '_') {
      name += '_';
    }
  }
  return std::string(absl::StripSuffix(name, "_"));
}

absl::Status WriteCharts(const std::vector<ReportedRun>& runs, const std::string& folder) {
  MONDEQ_RETURN_IF_ERROR(MakeFolder(folder));
  for (const LineChart& chart : ReportCharts(runs)) {
    const std::string path = absl::StrCat(folder, "/", FileNameOf(chart.title), ".svg");
    MONDEQ_RETURN_IF_ERROR(WriteFileAtomically(path, ToSvg(chart)));
  }
  return absl::OkStatus();
}

absl::Status Report(Invocation& invocation) {
  const std::vector<std::string> folders = absl::GetFlag(FLAGS_run).values;
  const std::string output = absl::GetFlag(FLAGS_output);
  std::vector<InputFile> inputs;
  for (const std::string& folder : folders) {
    for (std::string& file : FilesOfRun(folder)) inputs.push_back({"run", std::move(file)});
  }
  MONDEQ_RETURN_IF_ERROR(CheckOutput(output, inputs));
  const std::vector<std::string> names = NamesOfRuns(folders);
  std::vector<ReportedRun> runs;
  for (std::size_t i = 0; i < folders.size(); ++i) {
    MONDEQ_ASSIGN_OR_RETURN(ReportedRun run,
                            ReadReportedRun(folders[i], absl::GetFlag(FLAGS_data_dir)));
    run.name = names[i];
    // A single training is called what its run is; several are called by both.
    for (ReportedSeed& seed : run.seeds) {
      seed.name = run.seeds.size() == 1 ? names[i] : absl::StrCat(names[i], "/", seed.name);
    }
    runs.push_back(std::move(run));
  }
  MONDEQ_RETURN_IF_ERROR(WriteFileAtomically(output, ReportPage(runs, kVersion)));
  const std::string charts = absl::GetFlag(FLAGS_charts);
  if (!charts.empty()) MONDEQ_RETURN_IF_ERROR(WriteCharts(runs, charts));
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
      {"data_dir", "charts"},
      "Reads what `mondeq train` wrote to every DIR (--run), while a run goes on too, and writes "
      "one\n"
      "HTML page that needs nothing else, no network and no scripts: a table of the runs; "
      "accuracy,\n"
      "loss, solver iterations, samples that did not converge, certified error, alpha, L and m,\n"
      "learning rate, gradients, time and memory over the epochs, the runs in one chart; all the\n"
      "numbers; the configs, where there are several with what they differ in marked; and what "
      "they\n"
      "ran on. A DIR with runs in folders seed-N (train --seeds) is one run: the mean over the "
      "seeds,\n"
      "a band from the least to the most, and in tables the standard deviation.\n"
      "\n"
      "Of a run that has predictions.csv, which `mondeq eval --output=DIR/predictions.csv` writes, "
      "the\n"
      "page has accuracy with its interval, a calibration chart, the confusion matrix, certified\n"
      "errors, and the 24 test samples of the largest losses, as images where the data set is "
      "images\n"
      "and is found (--data_dir). --charts=DIR writes every chart as an SVG file, too.\n",
      {"mondeq report --run=run --output=report.html",
       "mondeq report --run=one --run=other --output=both.html"},
      Report};
}

}  // namespace mondeq
