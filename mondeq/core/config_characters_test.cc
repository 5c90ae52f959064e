// The characters that do not belong into a config, and how they are told.
#include "mondeq/core/config_characters.h"

#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/core/config_errors_testing.h"

namespace mondeq {
namespace {

using ::testing::HasSubstr;

constexpr char kGood[] = "name: 'x'\nmain { [mondeq.testing.circle] {} }\n";

TEST(CharactersTest, ThoseOfEditorsAndWebPagesAreNamed) {
  ExpectErrors({
      {"name: \xE2\x80\x9Cx\xE2\x80\x9D",
       "f:1:7: found a typographic quote, \xE2\x80\x9C (U+201C); write \""},
      {"name: \xE2\x80\x98x\xE2\x80\x99",
       "f:1:7: found a typographic quote, \xE2\x80\x98 (U+2018); write '"},
      {"name: \"x\xE2\x80\x9D\nmain {}",
       "f:1:12: String literals cannot cross line boundaries. (found a typographic quote, "
       "\xE2\x80\x9D (U+201D); write \")"},
      {"name:\xC2\xA0'x'", "f:1:6: found a no-break space (U+00A0); write a plain space"},
      {"copies: \xE2\x88\x92"
       "1",
       "f:1:9: found a minus sign, \xE2\x88\x92 (U+2212); write -"},
      {"copies: \xEF\xBC\x95",
       "f:1:9: found a full-width character, \xEF\xBC\x95 (U+FF15); write 5"},
      {"\xE2\x80\x8Bname: 'x'",
       "f:1:1: found a space of no width (U+200B); write nothing in its place"},
      {"n\xC3\xA4me: 'x'",
       "f:1:2: found a character beyond ASCII, \xC3\xA4 (U+00E4); outside quotes and comments a "
       "config is ASCII"},
  });
  // They may stand in strings and comments.
  EXPECT_EQ(ErrorOf(std::string(kGood) + "tags: '\xE2\x80\x9C\xC2\xA0'  # \xE2\x80\x9D"), "");
}

std::string Wide(absl::string_view text, bool big_endian) {
  std::string wide;
  for (const char c : text) wide += big_endian ? std::string({'\0', c}) : std::string({c, '\0'});
  return wide;
}

TEST(EncodingTest, AnythingButUtf8IsRefusedAtItsPlace) {
  const std::string utf16 = "f:1:1: expected UTF-8 text, found UTF-16; save it as UTF-8";
  ExpectErrors({
      {"name: 'caf\xE9'",
       "f:1:11: expected UTF-8 text, found the byte 0xE9, \"\xC3\xA9\" in Latin-1; save it as "
       "UTF-8"},
      {"# caf\xC3\xA9\n\n  # caf\xE9\nname: 'x'",
       "f:3:8: expected UTF-8 text, found the byte 0xE9, \"\xC3\xA9\" in Latin-1; save it as "
       "UTF-8"},
      {"name: \x93x\x94",
       "f:1:7: expected UTF-8 text, found the byte 0x93, a typographic quote in Windows-1252; save "
       "it as UTF-8"},
      {"name: '\x80'", "f:1:8: expected UTF-8 text, found the byte 0x80; save it as UTF-8"},
      {std::string("name: 'a\0b'", 11),
       "f:1:9: expected UTF-8 text, found binary data, the byte 0x00"},
      {std::string("\x98\x02\0\0\0\0\0\0{}", 10),
       "f:1:1: expected UTF-8 text, found binary data, the byte 0x98"},
      {std::string("\x1f\x8b\x08\0\0\0\0\0", 8),
       "f:1:1: expected UTF-8 text, found a gzip file; unpack it"},
      {"\x89PNG\r\n\x1a\n", "f:1:1: expected UTF-8 text, found a PNG image"},
      {std::string("\x10\0\0\0\0\0\0\0{\"a\":{}}", 16),
       "f:1:1: expected UTF-8 text, found a safetensors file; weights hold their config and are "
       "given as --weights"},
      {"<!DOCTYPE html><html></html>", "f:1:1: expected a config, found an HTML page"},
      {"\xFF\xFE" + Wide(kGood, false), utf16},
      {"\xFE\xFF" + Wide(kGood, true), utf16},
      {Wide(kGood, false), utf16},
      {Wide(kGood, true), utf16},
      {std::string("\xFF\xFE\0\0n\0\0\0", 8),
       "f:1:1: expected UTF-8 text, found UTF-32; save it as UTF-8"},
  });
  EXPECT_EQ(ErrorOf(std::string("\xEF\xBB\xBF") + kGood), "") << "a byte order mark of UTF-8";
}

// A comment would take all that follows.
TEST(EncodingTest, LineEndsOfOldMacsAreRefused) {
  EXPECT_EQ(ErrorOf("name: 'x' # title\rmain { [mondeq.testing.circle] {} }\r"),
            "f:1:18: expected a line end of LF or CR LF, found CR alone, as on old Macs; save it "
            "with LF");
  EXPECT_EQ(ErrorOf("name: 'x' # title\r\nmain { [mondeq.testing.circle] {} }\r\n"), "");
}

// Saved configs could not be read back.
TEST(EncodingTest, StringsAreUtf8HoweverTheyAreWritten) {
  EXPECT_EQ(ErrorOf(std::string("name: 'caf\\xe9'") + (kGood + 9)),
            "f:1:1: name: must be UTF-8, found \"caf\\xe9\"");
  EXPECT_EQ(ErrorOf(std::string(kGood) + "tags: ['a', '\\377']"),
            "f:3:1: tags[1]: must be UTF-8, found \"\\xff\"");
  EXPECT_EQ(ErrorOf(kGood, {"name=caf\xE9"}), "--set name: must be UTF-8, found \"caf\\xe9\"");
  EXPECT_EQ(ErrorOf(kGood, {"name=caf\xC3\xA9"}), "");
}

TEST(EscapingTest, TextOfAConfigStaysOneReadableLine) {
  EXPECT_THAT(ErrorOf(kGood, {"main.\x1b[31m\xC3\xA9\n=1"}),
              HasSubstr("--set main.\\x1b[31m\xC3\xA9\\n=1: "));
  EXPECT_THAT(ErrorOf("main { [mondeq.testing.circle] { radius: 'a\x1b' } }"),
              ::testing::Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace mondeq
