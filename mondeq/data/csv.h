// Tables of numbers as text, one row a line (CSV, RFC 4180 but for line feeds in quotes), with a
// column of labels or without one. Cells may be in double quotes; spaces around them, empty lines
// and a byte order mark do not matter.
// Errors: kDataLoss, one line with the file, the line, the column, what was expected and found.
#ifndef MONDEQ_DATA_CSV_H_
#define MONDEQ_DATA_CSV_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "mondeq/core/safetensors.h"

namespace mondeq {

struct CsvOptions {
  char separator = ',';
  // Whether the first line has the names of the columns; if that is not known, it has where one of
  // its cells, of another column than the label's, is no number.
  absl::optional<bool> header;
  // The column of the labels: its name, or its number, from 0 on or, from the last on backwards,
  // -1, -2, ... "" where there is none.
  std::string label;
};

struct CsvTable {
  // The error that the label of row `row` is not what was expected.
  absl::Status LabelError(std::size_t row, absl::string_view expected) const;

  std::string path;
  // float64 [rows, columns], without the column of labels. There is at least one of either.
  HostArray values;
  // As they are in the file; empty where it has no column of labels.
  std::vector<std::string> labels;
  // That column, for messages: "column 5 (species)".
  std::string label_column;
  // Of every row, the first in a file being 1.
  std::vector<std::size_t> lines;
};

// `path` stands for the file in messages.
absl::StatusOr<CsvTable> ParseCsv(absl::string_view contents, const std::string& path,
                                  const CsvOptions& options);

}  // namespace mondeq

#endif  // MONDEQ_DATA_CSV_H_
