// Text in HTML and SVG.
#ifndef MONDEQ_REPORT_MARKUP_H_
#define MONDEQ_REPORT_MARKUP_H_

#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "mondeq/core/utf8.h"

namespace mondeq {

// Returns `text`, wherever it comes from, as it can stand between tags and in quoted attributes.
inline std::string Escaped(absl::string_view text) {
  return absl::StrReplaceAll(Printable(text),
                             {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}});
}

// The same line by line.
inline std::string EscapedLines(absl::string_view text) {
  std::vector<std::string> lines;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) lines.push_back(Escaped(line));
  return absl::StrJoin(lines, "\n");
}

}  // namespace mondeq

#endif  // MONDEQ_REPORT_MARKUP_H_
