#include "mondeq/data/csv.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "mondeq/core/file.h"
#include "mondeq/core/file_format.h"
#include "mondeq/core/first_few.h"
#include "mondeq/core/status.h"
#include "mondeq/core/utf8.h"
#include "mondeq/data/csv_line.h"

namespace mondeq {
namespace {

constexpr std::size_t kLongest = 40;

bool IsNumber(absl::string_view cell) {
  double value;
  return absl::SimpleAtod(cell, &value);
}

std::string Shown(absl::string_view cell) {
  return cell.empty() ? "nothing" : Printable(cell, kLongest);
}

// Whether the cells are 0, 1, 2, ..., as pandas names columns that have no names.
bool CountsColumns(const std::vector<absl::string_view>& cells) {
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (cells[i] != absl::StrCat(i)) return false;
  }
  return true;
}

class CsvParser {
 public:
  CsvParser(absl::string_view contents, const std::string& path, const CsvOptions& options)
      : rest_(contents), path_(path), options_(options) {
    absl::ConsumePrefix(&rest_, "\xef\xbb\xbf");
    table_.path = path;
  }

  absl::StatusOr<CsvTable> Parse() {
    const FileFormat format = FormatOf(rest_);
    if (format.kind != FileKind::kText && format.kind != FileKind::kUnknown) {
      return Error(absl::StrCat("expected lines of numbers, found ", format.name));
    }
    MONDEQ_ASSIGN_OR_RETURN(bool more, NextLine());
    if (!more) return Error("expected lines of numbers, found empty lines alone");
    MONDEQ_RETURN_IF_ERROR(ParseFirstLine());
    if (header_) {
      MONDEQ_ASSIGN_OR_RETURN(more, NextLine());
      if (!more) return Error("expected lines of numbers, found a header alone");
    }
    while (more) {
      MONDEQ_RETURN_IF_ERROR(ParseRow());
      MONDEQ_ASSIGN_OR_RETURN(more, NextLine());
    }
    const auto rows = static_cast<Index>(table_.lines.size());
    table_.values.type = ElementType::kFloat64;
    table_.values.shape = {rows, static_cast<Index>(columns_ - (has_label_ ? 1 : 0))};
    return std::move(table_);
  }

 private:
  absl::Status Error(absl::string_view message) const {
    return absl::DataLossError(absl::StrCat(path_, ": ", message));
  }
  absl::Status LineError(absl::string_view message) const {
    return Error(absl::StrCat("line ", line_number_, ": ", message));
  }
  absl::Status CellError(std::size_t column, absl::string_view message) const {
    return Error(absl::StrCat("line ", line_number_, ", ", ColumnName(column), ": ", message));
  }

  std::string ColumnName(std::size_t column) const {
    const std::string name = column < names_.size() ? Printable(names_[column], kLongest) : "";
    return absl::StrCat("column ", column + 1, name.empty() ? "" : absl::StrCat(" (", name, ")"));
  }

  // Splits the next line that is not empty; false if there is none.
  absl::StatusOr<bool> NextLine() {
    while (!rest_.empty()) {
      const std::size_t end = std::min(rest_.find('\n'), rest_.size());
      const absl::string_view line = absl::StripSuffix(rest_.substr(0, end), "\r");
      rest_.remove_prefix(std::min(end + 1, rest_.size()));
      ++line_number_;
      if (absl::StripAsciiWhitespace(line).empty()) continue;
      const std::string wrong = SplitCsvLine(line, options_.separator, &line_);
      if (wrong.empty()) return true;
      return CellError(line_.cells.size(), wrong);
    }
    return false;
  }

  // Takes the number of columns, the header and the place of the label from the first line.
  absl::Status ParseFirstLine() {
    const std::vector<absl::string_view>& cells = line_.cells;
    columns_ = cells.size();
    first_line_ = line_number_;
    std::size_t no_numbers = 0, named = 0;
    for (const absl::string_view cell : cells) {
      no_numbers += IsNumber(cell) ? 0 : 1;
      named += cell == options_.label ? 1 : 0;
    }
    const bool all_names = no_numbers == cells.size();
    header_ = options_.header.value_or(all_names || (named > 0 && !IsNumber(options_.label)));
    if (header_ && no_numbers == 0 && !CountsColumns(cells)) {
      return LineError("expected a header of names, found numbers alone, as without a header");
    }
    if (header_) names_ = std::vector<std::string>(cells.begin(), cells.end());
    if (options_.label.empty()) return absl::OkStatus();
    MONDEQ_RETURN_IF_ERROR(FindLabel());
    if (columns_ == 1) return LineError("expected a column beside that of the labels, found none");
    return absl::OkStatus();
  }

  absl::Status FindLabel() {
    const auto found = std::find(names_.begin(), names_.end(), options_.label);
    const auto columns = static_cast<Index>(columns_);
    Index number = found - names_.begin();
    if (found == names_.end()) {
      if (!absl::SimpleAtoi(options_.label, &number) || number < -columns || number >= columns) {
        return LineError(absl::StrCat("expected a column of labels \"", Printable(options_.label),
                                      "\", found ", Columns()));
      }
      if (number < 0) number += columns;
    } else if (std::find(found + 1, names_.end(), options_.label) != names_.end()) {
      return LineError(absl::StrCat("expected one column of labels \"", Printable(options_.label),
                                    "\", found more"));
    }
    has_label_ = true;
    label_ = static_cast<std::size_t>(number);
    table_.label_column = ColumnName(label_);
    return absl::OkStatus();
  }

  // What columns there are, for messages.
  std::string Columns() const {
    if (!header_) return absl::StrCat(columns_, " columns without names");
    return FirstFew(names_, Shown);
  }

  absl::Status ParseRow() {
    const std::vector<absl::string_view>& cells = line_.cells;
    if (cells.size() != columns_) {
      return LineError(absl::StrCat("expected ", columns_, " columns, as in line ", first_line_,
                                    ", found ", cells.size()));
    }
    for (std::size_t column = 0; column < columns_; ++column) {
      const absl::string_view cell = cells[column];
      if (has_label_ && column == label_) {
        table_.labels.emplace_back(cell);
        continue;
      }
      double value = 0;
      if (!absl::SimpleAtod(cell, &value) || !std::isfinite(value)) return NoNumber(column);
      table_.values.bytes.append(reinterpret_cast<const char*>(&value), sizeof(value));
    }
    table_.lines.push_back(line_number_);
    return absl::OkStatus();
  }

  absl::Status NoNumber(std::size_t column) const {
    const bool may_be_header = !header_ && line_number_ == first_line_;
    return CellError(column,
                     absl::StrCat("expected a finite number, found ", Shown(line_.cells[column]),
                                  may_be_header ? " in the first line, which is no header" : ""));
  }

  absl::string_view rest_;
  const std::string& path_;
  const CsvOptions& options_;
  CsvLine line_;
  std::size_t line_number_ = 0, first_line_ = 0, columns_ = 0;
  bool header_ = false, has_label_ = false;
  std::size_t label_ = 0;
  std::vector<std::string> names_;
  CsvTable table_;
};

// About the bytes that a table takes: a number for every cell, a line and a label for every row, in
// vectors that grow by doubling, and a name for every cell of the first row.
std::uint64_t MemoryFor(absl::string_view contents, char separator) {
  constexpr std::uint64_t kOfCell = 16, kOfRow = 96, kOfName = 64;
  const auto count = [](absl::string_view text, char c) {
    return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), c)) + 1;
  };
  const std::uint64_t rows = count(contents, '\n');
  const std::uint64_t names = count(contents.substr(0, contents.find('\n')), separator);
  return kOfCell * (count(contents, separator) + rows) + kOfRow * rows + kOfName * names;
}

}  // namespace

absl::Status CsvTable::LabelError(std::size_t row, absl::string_view expected) const {
  return absl::DataLossError(absl::StrCat(path, ": line ", lines[row], ", ", label_column,
                                          ": expected ", expected, ", found ", Shown(labels[row])));
}

absl::StatusOr<CsvTable> ParseCsv(absl::string_view contents, const std::string& path,
                                  const CsvOptions& options) {
  MONDEQ_RETURN_IF_ERROR(CheckMemory(path, MemoryFor(contents, options.separator)));
  return CsvParser(contents, path, options).Parse();
}

}  // namespace mondeq
