// "did you mean": the candidate that a mistyped name was probably meant to be.
#ifndef MONDEQ_CORE_NEAREST_H_
#define MONDEQ_CORE_NEAREST_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace mondeq {

// Returns the least number of insertions, deletions, substitutions and swaps of neighbours that
// make `a` into `b`.
int EditDistance(absl::string_view a, absl::string_view b);

// Returns the candidate nearest to `name` (the first of equals), letter case and how words are set
// apart not counting; "" when none is so near that `name` is a plausible typo of it.
std::string Nearest(absl::string_view name, const std::vector<std::string>& candidates);

// "unknown KIND "NAME"; did you mean "NEAREST"? known: A, B, C", without the question when nothing
// is near. This is the usual single line about a name that does not exist.
std::string UnknownName(absl::string_view kind, absl::string_view name,
                        const std::vector<std::string>& candidates);

// Returns the same line with a `nearest` that was found in another way ("" for none).
std::string UnknownName(absl::string_view kind, absl::string_view name, absl::string_view nearest,
                        const std::vector<std::string>& candidates);

}  // namespace mondeq

#endif  // MONDEQ_CORE_NEAREST_H_
