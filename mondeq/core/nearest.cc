#include "mondeq/core/nearest.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "mondeq/core/utf8.h"

namespace mondeq {
namespace {

// No typo of a name is longer than this; junk may be.
constexpr std::size_t kLongestName = 64;

// The digits of a name in order: float64 is no typo of float32.
std::string Digits(absl::string_view name) {
  std::string digits;
  for (const char c : name) {
    if (absl::ascii_isdigit(static_cast<unsigned char>(c))) digits += c;
  }
  return digits;
}

// How far a name that somebody wrote is from another, neither with capitals: 0 if they differ in
// how words are set apart only, 1 for the first letters or the last words alone.
int Distance(const std::string& name, const std::string& candidate) {
  const auto joined = [](const std::string& words) {
    return absl::StrReplaceAll(words, {{"_", ""}, {"-", ""}, {" ", ""}});
  };
  if (joined(name) == joined(candidate)) return 0;
  const bool part = absl::StartsWith(candidate, name) || absl::EndsWith(candidate, "_" + name);
  if (name.size() >= 3 && part) return 1;
  return EditDistance(name, candidate);
}

}  // namespace

int EditDistance(absl::string_view a, absl::string_view b) {
  // Rows i - 2, i - 1 and i of the usual table, d[i][j] between the first i of a and the first j of
  // b.
  std::vector<int> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = static_cast<int>(j);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before.swap(last);
    last.swap(row);
    row[0] = static_cast<int>(i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] =
          std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1] ? 1 : 0)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
  }
  return row[b.size()];
}

std::string Nearest(absl::string_view name, const std::vector<std::string>& candidates) {
  if (name.size() > kLongestName) return "";
  const std::string lower = absl::AsciiStrToLower(name);
  std::string nearest;
  int least = 0;
  for (const std::string& candidate : candidates) {
    const std::string other = absl::AsciiStrToLower(candidate);
    const int distance = Distance(lower, other);
    const std::size_t length = std::max(lower.size(), other.size());
    const std::string digits = Digits(lower);
    const bool plausible = 3 * static_cast<std::size_t>(distance) <= length + 1 &&
                           (digits.empty() || digits == Digits(other));
    if (plausible && (nearest.empty() || distance < least)) {
      nearest = candidate;
      least = distance;
    }
  }
  return nearest;
}

std::string UnknownName(absl::string_view kind, absl::string_view name,
                        const std::vector<std::string>& candidates) {
  return UnknownName(kind, name, Nearest(name, candidates), candidates);
}

std::string UnknownName(absl::string_view kind, absl::string_view name, absl::string_view nearest,
                        const std::vector<std::string>& candidates) {
  return absl::StrCat("unknown ", kind, " \"", Printable(name, kLongestName), "\";",
                      nearest.empty() ? "" : absl::StrCat(" did you mean \"", nearest, "\"?"),
                      " known: ", candidates.empty() ? "none" : absl::StrJoin(candidates, ", "));
}

}  // namespace mondeq
