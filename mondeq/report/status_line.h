// One line that says how far something has come: on a terminal it is overwritten, elsewhere there
// is one now and then.
#ifndef MONDEQ_REPORT_STATUS_LINE_H_
#define MONDEQ_REPORT_STATUS_LINE_H_

#include <functional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace mondeq {

// Seconds since some fixed time.
double SteadySeconds();

// The columns of the terminal that standard output is; 80 where it does not tell.
int TerminalColumns();

// A part of a line. The one of the least weight is the first to go where there is no room for all.
struct LineField {
  std::string text;
  int weight;
};

// Joins whole fields by two spaces into a line of at most `columns` columns.
std::string FitLine(std::vector<LineField> fields, int columns);

// Writes a time as "0.7 s", "17 s", "12:34" or "3:04:05".
std::string Duration(double seconds);

class StatusLine {
 public:
  StatusLine(std::ostream& out, bool terminal, std::function<int()> columns = TerminalColumns)
      : out_(out), terminal_(terminal), columns_(std::move(columns)) {}

  // Overwrites the line before, on a terminal.
  void Show(const std::vector<LineField>& fields);
  // Removes the line from the terminal, so that something else can be said.
  void Clear();

  bool terminal() const { return terminal_; }
  // Whether there is a line to overwrite.
  bool shown() const { return shown_; }

 private:
  std::ostream& out_;
  const bool terminal_;
  const std::function<int()> columns_;
  bool shown_ = false;
};

}  // namespace mondeq

#endif  // MONDEQ_REPORT_STATUS_LINE_H_
