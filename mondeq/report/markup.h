// Text in HTML and SVG.
#ifndef MONDEQ_REPORT_MARKUP_H_
#define MONDEQ_REPORT_MARKUP_H_

#include <string>

#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "mondeq/core/utf8.h"

namespace mondeq {

// Returns `text`, wherever it comes from, as it can stand between tags and in quoted attributes.
inline std::string Escaped(absl::string_view text) {
  return absl::StrReplaceAll(Printable(text),
                             {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}});
}

}  // namespace mondeq

#endif  // MONDEQ_REPORT_MARKUP_H_
