// What `mondeq eval` prints of the classes, and the file that it writes.
#ifndef MONDEQ_CLI_EVAL_TABLES_H_
#define MONDEQ_CLI_EVAL_TABLES_H_

#include <string>
#include <vector>

#include "mondeq/report/classification.h"
#include "mondeq/splitting/stopping.h"

namespace mondeq {

// Where there are more classes whole tables are not for reading.
inline constexpr Index kMostClassesInTables = 20;
// So many lines stand for all then.
inline constexpr std::size_t kMostLines = 10;

// A line with precision, recall and F1 of every class, or of those with the lowest F1. `names` are
// those of the classes, or empty.
std::string ClassTable(const Classification& seen, const std::vector<std::string>& names);
// The confusion matrix, or the mistakes that were made most often.
std::string ConfusionTable(const Classification& seen, const std::vector<std::string>& names);

// predictions.csv: a row per sample.
std::string PredictionsHeader(Index classes);
std::string PredictionsRow(Index index, const ClassifiedSample& sample, const SampleStats& solve,
                           double error_bound, double relative_error);

}  // namespace mondeq

#endif  // MONDEQ_CLI_EVAL_TABLES_H_
