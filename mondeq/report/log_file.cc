#include "mondeq/report/log_file.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "mondeq/core/machine.h"

namespace mondeq {
namespace {

using Traits = std::char_traits<char>;

}  // namespace

LogFile::LogFile(std::function<std::time_t()> clock)
    : std::ostream(static_cast<std::streambuf*>(this)), clock_(std::move(clock)) {}

int LogFile::overflow(int c) {
  if (!file_.is_open() || Traits::eq_int_type(c, Traits::eof())) {
    return Traits::not_eof(c);
  }
  line_.push_back(Traits::to_char_type(c));
  if (line_.back() == '\n') {
    file_.Append(absl::StrCat(UtcTime(clock_()), " ", line_)).IgnoreError();  // status() has it
    line_.clear();
  }
  return Traits::not_eof(c);
}

int Tee::overflow(int c) {
  if (!Traits::eq_int_type(c, Traits::eof())) {
    one_.put(Traits::to_char_type(c));
    other_.put(Traits::to_char_type(c));
  }
  return Traits::not_eof(c);
}

int Tee::sync() {
  one_.flush();
  other_.flush();
  return 0;
}

}  // namespace mondeq
