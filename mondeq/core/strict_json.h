// JSON that must be what it seems: no name twice in an object, no number out of range, no NUL, and
// no deeper than the reader needs. Time and memory are linear in the text's length.
#ifndef MONDEQ_CORE_STRICT_JSON_H_
#define MONDEQ_CORE_STRICT_JSON_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "nlohmann/json.hpp"

namespace mondeq {

struct JsonError {
  // Where in the text it was noticed.
  std::size_t byte = 0;
  // "expected ..., found ...".
  std::string message;
};

// Parses a text that is one JSON value with at most `depth` objects and arrays within each other.
// *value is of no use after an error.
absl::optional<JsonError> ParseStrictJson(absl::string_view text, std::size_t depth,
                                          nlohmann::json* value);

// Where in a text that was parsed, an object, the name of that member of it begins.
std::size_t FindMember(absl::string_view text, absl::string_view name);

// Returns equal values as equal text, whatever their order and spacing was.
std::string DumpJson(const nlohmann::json& value);

// The same, cut off where it is long, for messages.
std::string ShowJson(const nlohmann::json& value);

}  // namespace mondeq

#endif  // MONDEQ_CORE_STRICT_JSON_H_
