#include "mondeq/core/utf8.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/core/random.h"

namespace mondeq {
namespace {

constexpr std::size_t kNone = absl::string_view::npos;

TEST(FirstCharacterTest, ReadsWhatToUtf8Writes) {
  for (const char32_t code :
       {0x0, 0x41, 0x7F, 0x80, 0xE9, 0x7FF, 0x800, 0x201C, 0xFFFD, 0x10000, 0x1F600, 0x10FFFF}) {
    const std::string text = ToUtf8(code) + "x";
    const Utf8Character character = FirstCharacter(text);
    EXPECT_TRUE(character.valid) << code;
    EXPECT_EQ(character.code, code);
    EXPECT_EQ(character.bytes, text.size() - 1);
  }
  EXPECT_EQ(ToUtf8(0x20AC), "\xE2\x82\xAC");
}

TEST(FindNotUtf8Test, FindsTheFirstByte) {
  EXPECT_EQ(FindNotUtf8(""), kNone);
  EXPECT_EQ(FindNotUtf8("caf\xC3\xA9"), kNone);
  EXPECT_EQ(FindNotUtf8("caf\xE9"), 3u);
  EXPECT_EQ(FindNotUtf8("caf\xE9 au lait"), 3u);
  EXPECT_EQ(FindNotUtf8("\xC3\xA9\x80"), 2u) << "a continuation without a beginning";
  EXPECT_EQ(FindNotUtf8("a\xC0\xAF"), 1u) << "overlong";
  EXPECT_EQ(FindNotUtf8("a\xE0\x80\xAF"), 1u) << "overlong";
  EXPECT_EQ(FindNotUtf8("a\xED\xA0\x80"), 1u) << "surrogate";
  EXPECT_EQ(FindNotUtf8("a\xF4\x90\x80\x80"), 1u) << "beyond the last code point";
  EXPECT_EQ(FindNotUtf8("a\xFF"), 1u);
  EXPECT_EQ(FindNotUtf8("a\xE2\x82"), 1u) << "cut off";
}

TEST(PrintableTest, EscapesWhatDoesNotBelongIntoALine) {
  EXPECT_EQ(Printable("caf\xC3\xA9 \"x\" \\n"), "caf\xC3\xA9 \"x\" \\n");
  EXPECT_EQ(Printable("a\nb\tc\rd"), "a\\nb\\tc\\rd");
  EXPECT_EQ(Printable("\x1b[31mred\x7f"), "\\x1b[31mred\\x7f");
  EXPECT_EQ(Printable(std::string("a\0b", 3)), "a\\x00b");
  EXPECT_EQ(Printable("caf\xE9"), "caf\\xe9");
  EXPECT_EQ(Printable("\xC2\x9B"
                      "31m"),
            "\\u009b31m")
      << "the one-byte form of an escape code";
  EXPECT_EQ(Printable("a" + ToUtf8(0x202E) + ToUtf8(0x200B) + ToUtf8(0xE0041)),
            "a\\u202e\\u200b\\U000e0041");
  EXPECT_EQ(Printable("a\xC2\xA0"
                      "b"),
            "a\\u00a0b")
      << "it looks like a space";
}

TEST(PrintableTest, CutsBetweenCharacters) {
  EXPECT_EQ(Printable("abc", 3), "abc");
  EXPECT_EQ(Printable("abcd", 3), "abc...");
  EXPECT_EQ(Printable("ab\xC3\xA9", 3), "ab...");
  EXPECT_EQ(Printable("ab\xC3\xA9", 4), "ab\xC3\xA9");
}

TEST(PrintableTest, IsUtf8WithoutControlsWhateverComes) {
  Random random(1);
  for (int i = 0; i < 3000; ++i) {
    std::string text;
    for (int j = 0; j < 8; ++j) text += static_cast<char>(random.Below(256));
    const std::string line = Printable(text);
    EXPECT_EQ(FindNotUtf8(line), kNone);
    for (const char c : line) EXPECT_GE(static_cast<unsigned char>(c), ' ');
    EXPECT_EQ(Printable(line), line);
  }
}

}  // namespace
}  // namespace mondeq
