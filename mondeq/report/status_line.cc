#include "mondeq/report/status_line.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

namespace mondeq {
namespace {

// Goes to the start of the line and erases it.
constexpr char kErase[] = "\r\033[K";
// A terminal that was made narrower meanwhile cuts the line, for a wrapped one cannot be
// overwritten.
constexpr char kCut[] = "\033[?7l", kWrap[] = "\033[?7h";

std::string Join(const std::vector<LineField>& fields) {
  return absl::StrJoin(
      fields, "  ", [](std::string* out, const LineField& one) { absl::StrAppend(out, one.text); });
}

}  // namespace

double SteadySeconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

int TerminalColumns() {
  winsize size = {};
  const bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : 80;
}

std::string FitLine(std::vector<LineField> fields, int columns) {
  while (!fields.empty() && Join(fields).size() > static_cast<std::size_t>(std::max(columns, 0))) {
    fields.erase(std::min_element(
        fields.begin(), fields.end(),
        [](const auto& one, const auto& other) { return one.weight < other.weight; }));
  }
  return Join(fields);
}

std::string Duration(double seconds) {
  if (seconds < 9.95) return absl::StrFormat("%.1f s", seconds);
  const auto total = static_cast<long long>(std::llround(seconds));
  if (total < 60) return absl::StrCat(total, " s");
  if (total < 3600) return absl::StrFormat("%d:%02d", total / 60, total % 60);
  return absl::StrFormat("%d:%02d:%02d", total / 3600, total / 60 % 60, total % 60);
}

void StatusLine::Show(const std::vector<LineField>& fields) {
  if (terminal_) {
    out_ << kErase << kCut << FitLine(fields, columns_()) << kWrap << std::flush;
    shown_ = true;
  } else {
    out_ << FitLine(fields, std::numeric_limits<int>::max()) << std::endl;
  }
}

void StatusLine::Clear() {
  if (shown_) out_ << kErase << std::flush;
  shown_ = false;
}

}  // namespace mondeq
