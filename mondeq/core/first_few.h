// The beginning of a list, for messages.
#ifndef MONDEQ_CORE_FIRST_FEW_H_
#define MONDEQ_CORE_FIRST_FEW_H_

#include <cstddef>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace mondeq {

// Returns text(item) of the first `most` items, "a, b, c and 7 more".
template <class Items, class Text>
std::string FirstFew(const Items& items, const Text& text, std::size_t most = 5,
                     absl::string_view separator = ", ") {
  std::string list;
  std::size_t shown = 0;
  for (const auto& item : items) {
    if (shown == most) break;
    absl::StrAppend(&list, shown++ > 0 ? separator : "", text(item));
  }
  if (items.size() > shown) absl::StrAppend(&list, " and ", items.size() - shown, " more");
  return list;
}

// The extents of an array, "2, 3", of which no real one has so many as not to be shown.
template <class Extents>
std::string ShowExtents(const Extents& extents, absl::string_view separator = ", ") {
  constexpr std::size_t kMost = 8;
  return FirstFew(
      extents, [](const auto extent) { return absl::StrCat(extent); }, kMost, separator);
}

}  // namespace mondeq

#endif  // MONDEQ_CORE_FIRST_FEW_H_
