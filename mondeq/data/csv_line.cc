#include "mondeq/data/csv_line.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "mondeq/core/utf8.h"

namespace mondeq {
namespace {

std::size_t SkipSpace(absl::string_view line, std::size_t at, char separator) {
  while (at < line.size() && (line[at] == ' ' || line[at] == '\t') && line[at] != separator) ++at;
  return at;
}

// Takes the cell in quotes that begins at *at, and puts *at behind it. False if its end is missing.
bool TakeQuoted(absl::string_view line, std::size_t* at, CsvLine* cells) {
  const std::size_t begin = *at + 1;
  bool doubled = false;
  for (std::size_t i = begin; i < line.size(); ++i) {
    if (line[i] != '"') continue;
    if (i + 1 < line.size() && line[i + 1] == '"') {
      doubled = true;
      ++i;
      continue;
    }
    *at = i + 1;
    const absl::string_view text = line.substr(begin, i - begin);
    if (!doubled) {
      cells->cells.push_back(text);
      return true;
    }
    std::string whole;
    for (std::size_t j = 0; j < text.size(); ++j) {
      whole += text[j];
      if (text[j] == '"') ++j;
    }
    cells->cells.push_back(cells->unquoted.emplace_back(std::move(whole)));
    return true;
  }
  return false;
}

}  // namespace

std::string SplitCsvLine(absl::string_view line, char separator, CsvLine* cells) {
  constexpr std::size_t kLongest = 40;
  cells->cells.clear();
  cells->unquoted.clear();
  std::size_t at = 0;
  while (true) {
    at = SkipSpace(line, at, separator);
    if (at < line.size() && line[at] == '"') {
      const std::size_t begin = at;
      if (!TakeQuoted(line, &at, cells)) {
        return absl::StrCat("expected a closing quote in the line, found ",
                            Printable(line.substr(begin), kLongest));
      }
      at = SkipSpace(line, at, separator);
      if (at < line.size() && line[at] != separator) {
        cells->cells.pop_back();
        return absl::StrCat("expected the separator '", Printable(std::string(1, separator)),
                            "' after the closing quote, found ",
                            Printable(line.substr(at), kLongest));
      }
    } else {
      const std::size_t end = std::min(line.find(separator, at), line.size());
      cells->cells.push_back(absl::StripTrailingAsciiWhitespace(line.substr(at, end - at)));
      at = end;
    }
    if (at == line.size()) return "";
    ++at;
  }
}

}  // namespace mondeq
