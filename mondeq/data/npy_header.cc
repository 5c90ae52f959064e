#include "mondeq/data/npy_header.h"

#include <cstddef>
#include <limits>
#include <set>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "mondeq/core/status.h"
#include "mondeq/core/utf8.h"

namespace mondeq {
namespace {

// NumPy's own arrays have at most this many.
constexpr std::size_t kMostDimensions = 64;

class HeaderParser {
 public:
  HeaderParser(absl::string_view text, std::size_t offset, const std::string& path)
      : text_(text), offset_(offset), path_(path) {}

  absl::StatusOr<NpyHeader> Parse() {
    MONDEQ_RETURN_IF_ERROR(Expect('{'));
    while (!Take('}')) {
      MONDEQ_RETURN_IF_ERROR(ParseEntry());
      if (Take(',')) continue;
      MONDEQ_RETURN_IF_ERROR(Expect('}'));
      break;
    }
    SkipSpace();
    if (at_ < text_.size()) return Error("the end of the header");
    for (const char* const key : {"descr", "fortran_order", "shape"}) {
      if (keys_.count(key) > 0) continue;
      return Error(absl::StrCat("a key '", key, "' in the header"), "none");
    }
    return header_;
  }

 private:
  absl::Status Error(absl::string_view expected, absl::string_view found = "") const {
    // What anybody may have written there.
    constexpr std::size_t kLongest = 40;
    const absl::string_view rest = absl::StripTrailingAsciiWhitespace(text_.substr(at_));
    const std::string what = !found.empty() ? std::string(found)
                             : rest.empty() ? "the end of the header"
                                            : Printable(rest, kLongest);
    return absl::DataLossError(
        absl::StrCat(path_, ": byte ", offset_ + at_, ": expected ", expected, ", found ", what));
  }

  void SkipSpace() {
    while (at_ < text_.size() && absl::ascii_isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
  }

  bool Take(char c) {
    SkipSpace();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  bool TakeWord(absl::string_view word) {
    SkipSpace();
    if (!absl::StartsWith(text_.substr(at_), word)) return false;
    at_ += word.size();
    return true;
  }

  absl::Status Expect(char c) {
    if (Take(c)) return absl::OkStatus();
    return Error(absl::StrCat("'", std::string(1, c), "' in the header"));
  }

  absl::StatusOr<std::string> ParseString(absl::string_view what) {
    SkipSpace();
    const char quote = at_ < text_.size() ? text_[at_] : '\0';
    const std::size_t end = text_.find(quote, at_ + 1);
    if ((quote != '\'' && quote != '"') || end == absl::string_view::npos) return Error(what);
    const std::string value(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    return value;
  }

  absl::StatusOr<Index> ParseExtent() {
    SkipSpace();
    const std::size_t begin = at_;
    Index value = 0;
    for (; at_ < text_.size() && absl::ascii_isdigit(static_cast<unsigned char>(text_[at_]));
         ++at_) {
      if (__builtin_mul_overflow(value, 10, &value) ||
          __builtin_add_overflow(value, text_[at_] - '0', &value)) {
        at_ = begin;
        return Error(absl::StrCat("extents of at most ", std::numeric_limits<Index>::max()));
      }
    }
    if (at_ == begin) return Error("an extent of the shape");
    return value;
  }

  absl::Status ParseShape() {
    MONDEQ_RETURN_IF_ERROR(Expect('('));
    while (!Take(')')) {
      if (header_.shape.size() == kMostDimensions) {
        return Error(absl::StrCat("a shape of at most ", kMostDimensions, " dimensions"));
      }
      MONDEQ_ASSIGN_OR_RETURN(const Index extent, ParseExtent());
      header_.shape.push_back(extent);
      if (Take(',')) continue;
      return Expect(')');
    }
    return absl::OkStatus();
  }

  absl::Status ParseEntry() {
    MONDEQ_ASSIGN_OR_RETURN(const std::string key, ParseString("a key of the header"));
    if (!keys_.insert(key).second) {
      return Error("every key of the header once", absl::StrCat("another '", Printable(key), "'"));
    }
    MONDEQ_RETURN_IF_ERROR(Expect(':'));
    if (key == "shape") return ParseShape();
    if (key == "descr") {
      MONDEQ_ASSIGN_OR_RETURN(header_.descr,
                              ParseString("the type of all elements, such as '<f4'"));
      return absl::OkStatus();
    }
    if (key != "fortran_order") {
      return Error("the keys 'descr', 'fortran_order' and 'shape'",
                   absl::StrCat("'", Printable(key, 40), "'"));
    }
    header_.fortran_order = TakeWord("True");
    if (header_.fortran_order || TakeWord("False")) return absl::OkStatus();
    return Error("True or False");
  }

  const absl::string_view text_;
  const std::size_t offset_;
  const std::string& path_;
  std::size_t at_ = 0;
  NpyHeader header_;
  std::set<std::string> keys_;
};

}  // namespace

absl::StatusOr<NpyHeader> ParseNpyHeader(absl::string_view text, std::size_t offset,
                                         const std::string& path) {
  return HeaderParser(text, offset, path).Parse();
}

}  // namespace mondeq
