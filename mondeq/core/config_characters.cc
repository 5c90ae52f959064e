#include "mondeq/core/config_characters.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "mondeq/core/file_format.h"
#include "mondeq/core/utf8.h"

namespace mondeq {
namespace {

constexpr char kUtf8Mark[] = "\xEF\xBB\xBF";

// Characters that stand in for plain ones, by ranges of code points.
struct StandIn {
  char32_t first, last;
  const char* name;
  const char* write;
};
constexpr StandIn kStandIns[] = {
    {0x201C, 0x201F, "a typographic quote", "\""},
    {0x2018, 0x201B, "a typographic quote", "'"},
    {0xAB, 0xAB, "a typographic quote", "\""},
    {0xBB, 0xBB, "a typographic quote", "\""},
    {0x2032, 0x2032, "a prime", "'"},
    {0x2033, 0x2033, "a double prime", "\""},
    {0xA0, 0xA0, "a no-break space", "a plain space"},
    {0x2000, 0x200A, "a typographic space", "a plain space"},
    {0x202F, 0x202F, "a narrow no-break space", "a plain space"},
    {0x205F, 0x205F, "a mathematical space", "a plain space"},
    {0x3000, 0x3000, "a wide space", "a plain space"},
    {0x200B, 0x200D, "a space of no width", "nothing in its place"},
    {0x2060, 0x2060, "a space of no width", "nothing in its place"},
    {0xFEFF, 0xFEFF, "a byte order mark", "nothing in its place"},
    {0x2028, 0x2029, "a separator of lines", "a line end"},
    {0x2010, 0x2015, "a dash", "-"},
    {0x2212, 0x2212, "a minus sign", "-"},
    {0x2026, 0x2026, "an ellipsis", "what it stands for"},
};

std::string Found(const Utf8Character& character, absl::string_view name) {
  const std::string seen = Printable(ToUtf8(character.code));
  // What cannot be seen is told by its number alone.
  const bool visible = !absl::StartsWith(seen, "\\") && !absl::StrContains(name, "space");
  return absl::StrFormat("found %s%s (U+%04X)", name, visible ? ", " + seen : "",
                         static_cast<unsigned>(character.code));
}

const StandIn* FindStandIn(char32_t code) {
  for (const StandIn& one : kStandIns) {
    if (one.first <= code && code <= one.last) return &one;
  }
  return nullptr;
}

// How a byte that is not UTF-8 may be meant: Windows-1252 has quotes where Latin-1 has nothing.
std::string Meant(unsigned char byte) {
  if (byte == 0x93 || byte == 0x94) return ", a typographic quote in Windows-1252";
  if (byte == 0x91 || byte == 0x92) return ", a typographic apostrophe in Windows-1252";
  if (byte < 0xA1 || byte == 0xAD) return "";
  return absl::StrCat(", \"", ToUtf8(byte), "\" in Latin-1");
}

// The encoding of a text that begins as no UTF-8 does; "" if there is no sign of one.
absl::string_view WideEncoding(absl::string_view text) {
  using absl::string_view;
  if (absl::StartsWith(text, string_view("\xFF\xFE\0\0", 4)) ||
      absl::StartsWith(text, string_view("\0\0\xFE\xFF", 4))) {
    return "UTF-32";
  }
  if (absl::StartsWith(text, "\xFF\xFE") || absl::StartsWith(text, "\xFE\xFF")) return "UTF-16";
  // Without a mark: of two letters one byte is 0, and of the other letters the same.
  const string_view start = text.substr(0, std::min<std::size_t>(text.size() / 2 * 2, 64));
  std::size_t zeros[2] = {0, 0};
  for (std::size_t i = 0; i < start.size(); ++i) zeros[i % 2] += start[i] == '\0' ? 1 : 0;
  const std::size_t pairs = start.size() / 2;
  const bool alternate =
      (zeros[0] == 0 && 2 * zeros[1] > pairs) || (zeros[1] == 0 && 2 * zeros[0] > pairs);
  return pairs >= 4 && alternate ? "UTF-16" : "";
}

// Goes on to the place after `c`.
void Advance(char c, TextError* place) {
  if (c == '\n') {
    ++place->line;
    place->column = 1;
  } else {
    place->column += c == '\t' ? 8 - (place->column - 1) % 8 : 1;
  }
}

// What to do with a file of that kind where a config is expected: "; unpack it".
absl::string_view AdviceFor(FileKind kind) {
  if (kind == FileKind::kPacked) return "; unpack it";
  if (kind != FileKind::kSafetensors) return "";
  return "; weights hold their config and are given as --weights";
}

// The position of a line end that is none here: comments would go on behind it.
std::size_t FindLoneReturn(absl::string_view text) {
  std::size_t at = text.find('\r');
  while (at != absl::string_view::npos && text.substr(at, 2) == "\r\n") {
    at = text.find('\r', at + 2);
  }
  return at;
}

}  // namespace

TextError ErrorAt(absl::string_view text, std::size_t offset, std::string message) {
  TextError at;
  at.message = std::move(message);
  for (const char c : text.substr(0, offset)) Advance(c, &at);
  return at;
}

std::size_t OffsetOf(absl::string_view text, const TextError& error) {
  TextError at;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (at.line > error.line || (at.line == error.line && at.column >= error.column)) return i;
    Advance(text[i], &at);
  }
  return text.size();
}

absl::optional<TextError> FindWrongText(absl::string_view text) {
  const absl::string_view wide = WideEncoding(text);
  if (!wide.empty()) {
    return TextError{1, 1, absl::StrCat("expected UTF-8 text, found ", wide, "; save it as UTF-8")};
  }
  if (absl::StartsWith(text, kUtf8Mark)) text.remove_prefix(3);
  const std::size_t wrong = std::min(FindNotUtf8(text), text.find('\0'));
  if (wrong == absl::string_view::npos) {
    if (FormatOf(text).kind == FileKind::kWebPage) {
      return TextError{1, 1, "expected a config, found an HTML page"};
    }
    const std::size_t lone = FindLoneReturn(text);
    if (lone == absl::string_view::npos) return absl::nullopt;
    return ErrorAt(text, lone,
                   "expected a line end of LF or CR LF, found CR alone, as on old Macs; save it "
                   "with LF");
  }
  const auto byte = static_cast<unsigned char>(text[wrong]);
  const FileFormat format = FormatOf(text);
  if (format.kind != FileKind::kUnknown && format.kind != FileKind::kText) {
    return TextError{
        1, 1, absl::StrCat("expected UTF-8 text, found ", format.name, AdviceFor(format.kind))};
  }
  if (absl::StrContains(text, '\0')) {
    return ErrorAt(
        text, wrong,
        absl::StrFormat("expected UTF-8 text, found binary data, the byte 0x%02X", byte));
  }
  return ErrorAt(text, wrong,
                 absl::StrFormat("expected UTF-8 text, found the byte 0x%02X%s; save it as UTF-8",
                                 byte, Meant(byte)));
}

std::string ForeignCharacter(absl::string_view text) {
  const Utf8Character character = FirstCharacter(text);
  const StandIn* stand_in = FindStandIn(character.code);
  if (stand_in != nullptr) {
    return absl::StrCat(Found(character, stand_in->name), "; write ", stand_in->write);
  }
  // The full-width forms of ASCII, as East Asian keyboards write them.
  if (character.code >= 0xFF01 && character.code <= 0xFF5E) {
    return absl::StrCat(Found(character, "a full-width character"), "; write ",
                        ToUtf8(character.code - 0xFF01 + '!'));
  }
  return absl::StrCat(Found(character, "a character beyond ASCII"),
                      "; outside quotes and comments a config is ASCII");
}

std::string TypographicQuoteIn(absl::string_view text) {
  while (!text.empty()) {
    const Utf8Character character = FirstCharacter(text);
    const StandIn* stand_in = FindStandIn(character.code);
    const bool quote = stand_in != nullptr && character.valid &&
                       absl::string_view(stand_in->name) == "a typographic quote";
    if (quote) return ForeignCharacter(text);
    text.remove_prefix(character.bytes);
  }
  return "";
}

}  // namespace mondeq
