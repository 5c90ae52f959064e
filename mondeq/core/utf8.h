// Text from elsewhere (files, configs, command lines): whether it is UTF-8, and how it can stand in
// a message.
#ifndef MONDEQ_CORE_UTF8_H_
#define MONDEQ_CORE_UTF8_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace mondeq {

// What is at the beginning of a text.
struct Utf8Character {
  // The code point, or that of the byte if it begins no character.
  char32_t code = 0;
  std::size_t bytes = 1;
  bool valid = false;
};

// The first character of `text`, which must not be empty. Surrogates, overlong forms and what is
// beyond U+10FFFF are not valid.
Utf8Character FirstCharacter(absl::string_view text);

// The position of the first byte that is not UTF-8; npos if there is none.
std::size_t FindNotUtf8(absl::string_view text);

// The UTF-8 of a code point up to U+10FFFF.
std::string ToUtf8(char32_t code);

// Returns `text` as it can stand in a line that a person reads: control characters and bytes that
// are not UTF-8 as \n, \t, \r or \x1b, characters that cannot be seen, that look like a plain space
// or that turn the direction of writing as \u202e, everything else as it is. What it returned it
// leaves as it is.
std::string Printable(absl::string_view text);

// The same of the first `longest` bytes, with "..." where there are more.
std::string Printable(absl::string_view text, std::size_t longest);

}  // namespace mondeq

#endif  // MONDEQ_CORE_UTF8_H_
