// What a page tells of a run.
#ifndef MONDEQ_REPORT_REPORTED_RUN_H_
#define MONDEQ_REPORT_REPORTED_RUN_H_

#include <string>
#include <vector>

#include "absl/types/optional.h"
#include "mondeq/report/metrics_csv.h"
#include "mondeq/report/predictions.h"

namespace mondeq {

// How many samples are shown of those that a model was most wrong about.
constexpr std::size_t kWorstSamples = 24;

// What a model answered to the test samples.
struct ReportedAnswers {
  Predictions predictions;
  // Those of the classes; empty where they have none.
  std::vector<std::string> class_names;
  // Whether they are older than the parameters of the run.
  bool are_old = false;
  // PNG files of the samples in WorstSamples(predictions), or none, and why.
  std::vector<std::string> images;
  std::string why_no_images;
};

// The samples of the largest losses, the largest first.
std::vector<Index> WorstSamples(const Predictions& predictions);

// One training.
struct ReportedSeed {
  std::string name;
  MetricsTable metrics;
  // What it ran on, line by line; "" where nothing tells.
  std::string environment;
  absl::optional<ReportedAnswers> answers;
};

// A run, or several that differ in their seed alone.
struct ReportedRun {
  // Tells it from the others.
  std::string name;
  std::vector<ReportedSeed> seeds;
  // The text of its experiment.textproto, of the first seed.
  std::string config;
};

}  // namespace mondeq

#endif  // MONDEQ_REPORT_REPORTED_RUN_H_
