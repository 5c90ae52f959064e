#include "mondeq/core/utf8.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace mondeq {
namespace {

unsigned Byte(absl::string_view text, std::size_t i) { return static_cast<unsigned char>(text[i]); }

// Characters that cannot be seen, that look like a plain space or that turn the direction of
// writing, as inclusive ranges: spaces, the soft hyphen, marks, separators, embeddings, isolates,
// joiners, tags.
constexpr char32_t kInvisible[][2] = {
    {0x7F, 0xA0},     {0xAD, 0xAD},     {0x61C, 0x61C},   {0x180E, 0x180E}, {0x2000, 0x200F},
    {0x2028, 0x202F}, {0x205F, 0x206F}, {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB}, {0xE0000, 0xE007F}};

bool IsInvisible(char32_t code) {
  return std::any_of(std::begin(kInvisible), std::end(kInvisible),
                     [code](const auto& range) { return range[0] <= code && code <= range[1]; });
}

std::string Escaped(const Utf8Character& character) {
  switch (character.code) {
    case '\n':
      return "\\n";
    case '\t':
      return "\\t";
    case '\r':
      return "\\r";
    default:
      break;
  }
  const auto code = static_cast<unsigned>(character.code);
  if (!character.valid || code < 0x80) return absl::StrFormat("\\x%02x", code);
  return code < 0x10000 ? absl::StrFormat("\\u%04x", code) : absl::StrFormat("\\U%08x", code);
}

}  // namespace

Utf8Character FirstCharacter(absl::string_view text) {
  const unsigned first = Byte(text, 0);
  if (first < 0x80) return {first, 1, true};
  const std::size_t bytes = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  // The least code point that needs so many bytes.
  constexpr char32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  if (first < 0xC2 || first > 0xF4 || text.size() < bytes) return {first, 1, false};
  char32_t code = first & (0x7Fu >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((Byte(text, i) & 0xC0u) != 0x80) return {first, 1, false};
    code = code << 6 | (Byte(text, i) & 0x3Fu);
  }
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (code < kLeast[bytes] || code > 0x10FFFF || surrogate) return {first, 1, false};
  return {code, bytes, true};
}

std::size_t FindNotUtf8(absl::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const Utf8Character character = FirstCharacter(text.substr(i));
    if (!character.valid) return i;
    i += character.bytes;
  }
  return absl::string_view::npos;
}

std::string ToUtf8(char32_t code) {
  const auto byte = [](char32_t bits) {
    return static_cast<char>(static_cast<unsigned char>(bits));
  };
  const auto rest = [&](int shift) { return byte(0x80 | (code >> shift & 0x3F)); };
  if (code < 0x80) return {byte(code)};
  if (code < 0x800) return {byte(0xC0 | code >> 6), rest(0)};
  if (code < 0x10000) return {byte(0xE0 | code >> 12), rest(6), rest(0)};
  return {byte(0xF0 | code >> 18), rest(12), rest(6), rest(0)};
}

std::string Printable(absl::string_view text) { return Printable(text, text.size()); }

std::string Printable(absl::string_view text, std::size_t longest) {
  std::string line;
  std::size_t i = 0;
  while (i < text.size()) {
    const Utf8Character character = FirstCharacter(text.substr(i));
    if (i + character.bytes > longest) break;
    const bool plain = character.valid && character.code >= ' ' && !IsInvisible(character.code);
    absl::StrAppend(
        &line, plain ? text.substr(i, character.bytes) : absl::string_view(Escaped(character)));
    i += character.bytes;
  }
  return i < text.size() ? line + "..." : line;
}

}  // namespace mondeq
