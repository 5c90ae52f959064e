// The cells of one line of a table (csv.h).
#ifndef MONDEQ_DATA_CSV_LINE_H_
#define MONDEQ_DATA_CSV_LINE_H_

#include <deque>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace mondeq {

struct CsvLine {
  // They are in the line, or in `unquoted`.
  std::vector<absl::string_view> cells;
  // Cells in which quotes were doubled.
  std::deque<std::string> unquoted;
};

// Splits `line`, without its end, at `separator`. Returns "", or what is wrong in the cell behind
// those that were found: "expected ..., found ...".
std::string SplitCsvLine(absl::string_view line, char separator, CsvLine* cells);

}  // namespace mondeq

#endif  // MONDEQ_DATA_CSV_LINE_H_
