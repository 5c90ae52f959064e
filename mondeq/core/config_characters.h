// The characters of a config's text: where they stand, whether they are UTF-8, and what to write in
// place of those that editors and web pages put there.
#ifndef MONDEQ_CORE_CONFIG_CHARACTERS_H_
#define MONDEQ_CORE_CONFIG_CHARACTERS_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"

namespace mondeq {

// The first error in a text. Lines and columns count from 1; a tab advances the column to the next
// multiple of 8, and everything else by its bytes.
struct TextError {
  int line = 1;
  int column = 1;
  std::string message;
};

// The place of the byte `offset`, as an error with `message`.
TextError ErrorAt(absl::string_view text, std::size_t offset, std::string message);

// The reverse: the byte that stands there, or the end of the text.
std::size_t OffsetOf(absl::string_view text, const TextError& error);

// The first byte that is not UTF-8 or is zero, and in which encoding or format the text may be:
// UTF-16, UTF-32 and what FileFormat knows (file_format.h); else the first line end of CR alone. A
// byte order mark before UTF-8 does no harm.
absl::optional<TextError> FindWrongText(absl::string_view text);

// What is said about a character beyond ASCII, the first of `text`, where none can stand: 'found a
// typographic quote, “ (U+201C); write "'.
std::string ForeignCharacter(absl::string_view text);

// The same about the first typographic quote in `text`; "" if there is none.
std::string TypographicQuoteIn(absl::string_view text);

}  // namespace mondeq

#endif  // MONDEQ_CORE_CONFIG_CHARACTERS_H_
