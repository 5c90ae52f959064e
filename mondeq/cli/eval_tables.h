// What `mondeq eval` prints of the classes.
#ifndef MONDEQ_CLI_EVAL_TABLES_H_
#define MONDEQ_CLI_EVAL_TABLES_H_

#include <string>
#include <vector>

#include "mondeq/report/classification.h"

namespace mondeq {

// So many lines stand for all of more than kMostClassesInTables classes.
inline constexpr std::size_t kMostLines = 10;

// A line with precision, recall and F1 of every class, or of those with the lowest F1. `names` are
// those of the classes, or empty.
std::string ClassTable(const Classification& seen, const std::vector<std::string>& names);
// The confusion matrix, or the mistakes that were made most often.
std::string ConfusionTable(const Classification& seen, const std::vector<std::string>& names);

}  // namespace mondeq

#endif  // MONDEQ_CLI_EVAL_TABLES_H_
