// predictions.csv: what a model answered to every sample, a row each.
#ifndef MONDEQ_REPORT_PREDICTIONS_H_
#define MONDEQ_REPORT_PREDICTIONS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "mondeq/report/classification.h"
#include "mondeq/splitting/stopping.h"

namespace mondeq {

std::string PredictionsHeader(Index classes);
std::string PredictionsRow(Index index, const ClassifiedSample& sample, const SampleStats& solve,
                           double error_bound, double relative_error);

// A row, without the probabilities of other classes.
struct Prediction {
  Index label = 0, predicted = 0;
  double confidence = 0, loss = 0;
  Index iterations = 0;
  bool converged = false;
  // Infinite where nothing is known.
  double error_bound = 0, relative_error = 0;
};

struct Predictions {
  Index classes = 0;
  // In the order of the split, from its first.
  std::vector<Prediction> samples;
};

// Parses the contents of `path`, which have a row at least. Errors: kDataLoss, with file and line.
absl::StatusOr<Predictions> ParsePredictionsCsv(const std::string& path, absl::string_view text);

}  // namespace mondeq

#endif  // MONDEQ_REPORT_PREDICTIONS_H_
