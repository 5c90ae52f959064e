// What is dealt out to ranks like cards: rank r has the items r, r + P, r + 2 P, ...
#ifndef MONDEQ_COLLECTIVE_DEALT_H_
#define MONDEQ_COLLECTIVE_DEALT_H_

#include <cstddef>
#include <cstring>
#include <string>
#include <type_traits>
#include <vector>

#include "absl/status/statusor.h"
#include "mondeq/collective/communicator.h"
#include "mondeq/core/features.h"
#include "mondeq/core/status.h"

namespace mondeq {

inline bool IsDealt(const Communicator& ranks, Index item) {
  return item % ranks.size() == ranks.rank();
}

// Everybody gets the texts of all items, in their order; `mine` are those of this rank's, in
// theirs. Errors: those of the messages.
absl::StatusOr<std::vector<std::string>> GatherDealtTexts(Communicator& ranks,
                                                          const std::vector<std::string>& mine);

// The same of arrays.
template <class T>
absl::StatusOr<std::vector<std::vector<T>>> GatherDealt(Communicator& ranks,
                                                        const std::vector<std::vector<T>>& mine) {
  static_assert(std::is_trivially_copyable_v<T>, "what travels is its bytes");
  std::vector<std::string> texts;
  for (const std::vector<T>& one : mine)
    texts.emplace_back(reinterpret_cast<const char*>(one.data()), one.size() * sizeof(T));
  MONDEQ_ASSIGN_OR_RETURN(texts, GatherDealtTexts(ranks, texts));
  std::vector<std::vector<T>> all;
  for (const std::string& text : texts) {
    all.emplace_back(text.size() / sizeof(T));
    if (!text.empty()) std::memcpy(all.back().data(), text.data(), text.size());
  }
  return all;
}

}  // namespace mondeq

#endif  // MONDEQ_COLLECTIVE_DEALT_H_
