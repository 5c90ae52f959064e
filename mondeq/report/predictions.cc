#include "mondeq/report/predictions.h"

#include <cstddef>
#include <limits>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "mondeq/core/status.h"
#include "mondeq/core/utf8.h"

namespace mondeq {
namespace {

constexpr char kColumns[] =
    "index,label,predicted,confidence,loss,iterations,converged,error_bound,relative_error";
constexpr std::size_t kOfSample = 9;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// The cells of a row, read one after another.
class Cells {
 public:
  explicit Cells(absl::string_view line) : cells_(absl::StrSplit(line, ',')) {}

  std::size_t size() const { return cells_.size(); }
  // What was wrong first; "" if nothing was.
  const std::string& error() const { return error_; }

  Index Count(const char* what, Index least, Index most) {
    const absl::string_view cell = cells_[at_++];
    Index count = 0;
    const bool fits = absl::SimpleAtoi(cell, &count) && count >= least && count <= most;
    if (!fits) Expect(absl::StrCat(what, ", ", least, " to ", most), cell);
    return count;
  }
  double Number(const char* what, double most) {
    const absl::string_view cell = cells_[at_++];
    double number = 0;
    const bool fits = absl::SimpleAtod(cell, &number) && number >= 0 && number <= most;
    if (!fits) Expect(absl::StrCat(what, ", 0 to ", most), cell);
    return number;
  }

 private:
  void Expect(const std::string& expected, absl::string_view found) {
    if (!error_.empty()) return;
    error_ = absl::StrCat("expected ", expected, ", found \"", Printable(found, 40), "\"");
  }

  const std::vector<absl::string_view> cells_;
  std::size_t at_ = 0;
  std::string error_;
};

// Reads the row of that index, in which there is a cell for every column.
Prediction ReadRow(Index index, Index classes, Cells* cells) {
  constexpr Index kMost = std::numeric_limits<Index>::max();
  Prediction row;
  cells->Count("the index", index, index);
  row.label = cells->Count("a label", 0, classes - 1);
  row.predicted = cells->Count("a predicted class", 0, classes - 1);
  row.confidence = cells->Number("a confidence", 1);
  row.loss = cells->Number("a loss", kInfinity);
  row.iterations = cells->Count("iterations", 0, kMost);
  row.converged = cells->Count("converged", 0, 1) == 1;
  row.error_bound = cells->Number("an error bound", kInfinity);
  row.relative_error = cells->Number("a relative error", kInfinity);
  for (Index c = 0; c < classes; ++c) cells->Number("a probability", 1);
  return row;
}

}  // namespace

std::string PredictionsHeader(Index classes) {
  std::string header = kColumns;
  for (Index c = 0; c < classes; ++c) absl::StrAppend(&header, ",probability_", c);
  return header + "\n";
}

std::string PredictionsRow(Index index, const ClassifiedSample& sample, const SampleStats& solve,
                           double error_bound, double relative_error) {
  std::string row = absl::StrFormat(
      "%d,%d,%d,%.9g,%.9g,%d,%d,%.9g,%.9g", index, sample.label, sample.predicted,
      sample.confidence, sample.loss, solve.iterations,
      solve.termination == Termination::kConverged ? 1 : 0, error_bound, relative_error);
  for (const double p : sample.probabilities) absl::StrAppendFormat(&row, ",%.9g", p);
  return row + "\n";
}

absl::StatusOr<Predictions> ParsePredictionsCsv(const std::string& path, absl::string_view text) {
  const auto error = [&](std::size_t line, const std::string& what) {
    return absl::DataLossError(absl::StrCat(path, ":", line, ": ", what));
  };
  std::vector<absl::string_view> lines = absl::StrSplit(text, '\n');
  if (lines.back().empty()) lines.pop_back();
  const std::size_t columns = lines.empty() ? 0 : Cells(lines[0]).size();
  Predictions found;
  found.classes = static_cast<Index>(columns) - static_cast<Index>(kOfSample);
  if (found.classes < 1 || absl::StrCat(lines[0], "\n") != PredictionsHeader(found.classes)) {
    return error(1, absl::StrCat("not the predictions of a model: expected the columns ", kColumns,
                                 ",probability_0, ..."));
  }
  for (std::size_t i = 1; i < lines.size(); ++i) {
    Cells cells(lines[i]);
    if (cells.size() != columns) {
      return error(i + 1, absl::StrCat("expected ", columns, " cells, found ", cells.size()));
    }
    const auto index = static_cast<Index>(found.samples.size());
    found.samples.push_back(ReadRow(index, found.classes, &cells));
    if (!cells.error().empty()) return error(i + 1, cells.error());
  }
  if (found.samples.empty()) return error(1, "expected a row for every sample, found none");
  return found;
}

}  // namespace mondeq
