#include "mondeq/core/config_source.h"

#include <cstdio>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "mondeq/core/config_errors_testing.h"
#include "mondeq/core/random.h"
#include "mondeq/core/testing/drawing.pb.h"

namespace mondeq {
namespace {

using ::google::protobuf::util::MessageDifferencer;
using ::mondeq::testing::Drawing;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kGood[] = R"(name: "still life"
main { [mondeq.testing.circle] { radius: 2 } }
others { [mondeq.testing.square] { side: 5 weights: [0.25, 0.5] inside { radius: 3 } } }
others { [mondeq.testing.frame] { content { [mondeq.testing.circle] {} } } }
paint { tins: 2 }
tags: "a"
tags: "b"
)";

constexpr char kPlugins[] =
    "known: [mondeq.testing.circle], [mondeq.testing.frame], [mondeq.testing.hexagon], "
    "[mondeq.testing.square]";

TEST(ParseConfigTest, ReadsAGoodConfig) {
  Drawing drawing;
  ConfigSource source;
  ASSERT_EQ(ParseConfig(kGood, "f", {}, &drawing, &source), absl::OkStatus());
  EXPECT_EQ(drawing.main().GetExtension(mondeq::testing::circle).radius(), 2);
  EXPECT_EQ(drawing.others_size(), 2);
  // The byte order mark of Windows editors does no harm.
  EXPECT_EQ(ErrorOf(std::string("\xEF\xBB\xBF") + kGood), "");
}

TEST(ParseConfigTest, StartsFromAnEmptyMessage) {
  Drawing drawing;
  drawing.add_tags("old");
  ConfigSource source;
  ASSERT_EQ(ParseConfig(kGood, "f", {}, &drawing, &source), absl::OkStatus());
  EXPECT_EQ(drawing.tags_size(), 2);
}

struct BadText {
  const char* text;
  std::string error;
};

// Every kind of error in the text is named with its exact place.
TEST(ParseConfigTest, TextErrors) {
  const std::string fields = "known: name, main, others, paint, tags, framed, copies, gallery";
  const std::vector<BadText> cases = {
      {"name: 'x'\n  nmae: 'y'",
       "f:2:3: unknown mondeq.testing.Drawing field \"nmae\"; did you mean \"name\"? " + fields},
      {"\tzzzzzzzz  # a comment\n : 5",
       "f:1:9: unknown mondeq.testing.Drawing field \"zzzzzzzz\"; " + fields},
      {"main { [mondeq.testing.cirle] {} }",
       std::string(
           "f:1:8: unknown mondeq.testing.ShapeConfig plugin \"[mondeq.testing.cirle]\"; did "
           "you mean \"[mondeq.testing.circle]\"? ") +
           kPlugins},
      {"main { [square] {} }",
       std::string("f:1:8: unknown mondeq.testing.ShapeConfig plugin \"[square]\"; did you mean "
                   "\"[mondeq.testing.square]\"? ") +
           kPlugins},
      {"main {\n circle {} }",
       std::string("f:2:2: unknown mondeq.testing.ShapeConfig plugin \"[circle]\"; did you mean "
                   "\"[mondeq.testing.circle]\"? ") +
           kPlugins},
      {"main { [mondeq.testing.trigon] {} }",
       "f:1:8: refused mondeq.testing.ShapeConfig plugin \"[mondeq.testing.trigon]\": triangles "
       "are "
       "not round"},
      {"main { triangle {} }",
       "f:1:8: refused mondeq.testing.ShapeConfig plugin \"[triangle]\": triangles are not round"},
      {"[mondeq.testing.circle] {}",
       "f:1:1: mondeq.testing.Drawing takes no plugin, found \"[mondeq.testing.circle]\""},
      {"main { [mondeq.field] {} }",
       "f:1:8: \"[mondeq.field]\" is a google.protobuf.FieldOptions plugin; expected one of "
       "[mondeq.testing.circle], [mondeq.testing.frame], [mondeq.testing.hexagon], "
       "[mondeq.testing.square]"},
      {"copies: 'a'", "f:1:9: Expected integer, got: 'a'"},
      {"copies: -1", "f:1:9: Expected integer, got: -"},
      {"copies: 99999999999999999999", "f:1:9: Integer out of range (99999999999999999999)"},
      {"framed: maybe",
       "f:1:14: Invalid value for boolean field \"framed\". Value: \"maybe\". Write true or "
       "false."},
      {"paint { color: GRENE }",
       "f:1:22: unknown color value \"GRENE\"; did you mean \"GREEN\"? known: RED, GREEN"},
      {"name: 'x' name: 'y'", "f:1:11: Non-repeated field \"name\" is specified multiple times."},
      {"paint { litres: 1 tins: 2 }",
       "f:1:19: Field \"tins\" is specified along with field \"litres\", another member of oneof "
       "\"amount\"."},
      {"main {", "f:1:7: expected the name of a field or \"}\", found the end"},
      {"name: 'x", "f:1:9: Unexpected end of string."},
      {"name: 'x'\n\x01", "f:2:1: Invalid control characters encountered in text."},
  };
  for (const BadText& bad : cases) EXPECT_EQ(ErrorOf(bad.text), bad.error) << bad.text;
}

// Every rule of a schema is enforced, and named with the exact place and path.
TEST(ParseConfigTest, SchemaErrors) {
  const std::string start = "name: 'x'\n";
  const std::string good = start + "main { [mondeq.testing.hexagon] {} }\n";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "f:1:1: missing required field \"name\" (the title)"},
      {start, std::string("f:1:1: missing required field \"main\" (the main shape): expected one "
                          "mondeq.testing.ShapeConfig plugin, found none; ") +
                  kPlugins},
      {start + " main { [mondeq.testing.frame] {} }",
       std::string(
           "f:2:9: main.[mondeq.testing.frame]: missing required field \"content\" (what is "
           "framed): expected one mondeq.testing.ShapeConfig plugin, found none; ") +
           kPlugins},
      {start + "main {}",
       std::string("f:2:1: main: expected one mondeq.testing.ShapeConfig plugin, found none; ") +
           kPlugins},
      {start + "main { [mondeq.testing.circle] {}\n [mondeq.testing.square] {} }",
       "f:3:2: main.[mondeq.testing.square]: expected one mondeq.testing.ShapeConfig plugin, found "
       "[mondeq.testing.circle] and [mondeq.testing.square]"},
      {start + "main { [mondeq.testing.circle] { radius: -1 } }",
       "f:2:34: main.[mondeq.testing.circle].radius: must be > 0 and <= 10, found -1"},
      {start + "main { [mondeq.testing.circle] { radius: 0 } }",
       "f:2:34: main.[mondeq.testing.circle].radius: must be > 0 and <= 10, found 0"},
      {start + "main { [mondeq.testing.circle] { radius: nan } }",
       "f:2:34: main.[mondeq.testing.circle].radius: must be a finite number, found nan"},
      {start + "main { [mondeq.testing.circle] { radius: 1e999 } }",
       "f:2:34: main.[mondeq.testing.circle].radius: must be a finite number, found inf"},
      {start + "main { [mondeq.testing.circle] { radius: 1e-39 } }",
       "f:2:34: main.[mondeq.testing.circle].radius: must be 0 or, as a float32 is, of a size from "
       "1.2e-38 to 3.4e+38, found 1e-39"},
      {good + "paint { litres: 1e300 }",
       "f:3:9: paint.litres: must be 0 or, as a float32 is, of a size from 1.2e-38 to 3.4e+38, "
       "found 1e+300"},
      {good + "others { [mondeq.testing.square] { side: 4 } }",
       "f:3:36: others[0].[mondeq.testing.square].side: must be >= 1 and odd, found 4"},
      {good + "others { [mondeq.testing.square] {\n weights: 0.5\n weights: 1 } }",
       "f:5:2: others[0].[mondeq.testing.square].weights[1]: must be > 0 and < 1, found 1"},
      {good + "others: [{ [mondeq.testing.circle] {} }, { [mondeq.testing.square] { side: -3 } }]",
       "f:3:70: others[1].[mondeq.testing.square].side: must be >= 1 and odd, found -3"},
      {good + "copies: 0", "f:3:1: copies: must be >= 1, found 0"},
      {good + "paint { litres: -0.5 }", "f:3:9: paint.litres: must be > 0, found -0.5"},
      {good + "paint { tins: -9 }", "f:3:9: paint.tins: must be > 0, found -9"},
      {good + "gallery {}", "f:3:1: gallery: missing required field \"drawings\" (all of them)"},
      {good + "gallery {\n\n drawings { name: 'x' } }",
       std::string("f:5:2: gallery.drawings[0]: missing required field \"main\" (the main shape): "
                   "expected one mondeq.testing.ShapeConfig plugin, found none; ") +
           kPlugins},
  };
  for (const auto& bad : cases) EXPECT_EQ(ErrorOf(bad.first), bad.second) << bad.first;
  EXPECT_EQ(ErrorOf(good), "");
}

TEST(ParseConfigTest, ListsHaveThePlaceOfTheirField) {
  EXPECT_EQ(ErrorOf("name: 'x'\nmain { [mondeq.testing.square] { weights: [0.5, 7] } }"),
            "f:2:34: main.[mondeq.testing.square].weights[1]: must be > 0 and < 1, found 7");
}

TEST(ParseConfigTest, SurvivesAnything) {
  Random random(7);
  std::vector<std::string> texts = {std::string(1000, '\0'), std::string(100000, '{'),
                                    std::string(100000, '['), std::string(1000000, 'x')};
  std::string deep = kGood;
  for (int i = 0; i < 100000; ++i) deep += "gallery { drawings {";
  texts.push_back(deep);
  for (int i = 0; i < 3000; ++i) {
    std::string text = kGood;
    const int changes = 1 + static_cast<int>(random.Below(5));
    for (int j = 0; j < changes; ++j) {
      text[random.Below(text.size())] = static_cast<char>(random.Below(256));
    }
    texts.push_back(text.substr(0, random.Below(2) == 0 ? text.size() : random.Below(text.size())));
  }
  int refused = 0;
  for (const std::string& text : texts) {
    const std::string error = ErrorOf(text);
    refused += error.empty() ? 0 : 1;
    EXPECT_THAT(error, Not(HasSubstr("\n")));
    EXPECT_LT(error.size(), 2500u);
  }
  EXPECT_GT(refused, 1000);
  EXPECT_EQ(ErrorOf(std::string((16 << 20) + 1, ' ')),
            "f: expected a config of at most 16777216 bytes, found 16777217");
}

TEST(LoadConfigTest, ReadsFilesAndRefusesMissingOnesAsUsageErrors) {
  const std::string path = ::testing::TempDir() + "/drawing.textproto";
  std::ofstream(path) << kGood;
  Drawing drawing;
  ConfigSource source;
  EXPECT_EQ(LoadConfig(path, {}, &drawing, &source), absl::OkStatus());
  EXPECT_EQ(source.Locate(drawing.main()), path + ":2:1: main");
  std::remove(path.c_str());
  const absl::Status status = LoadConfig(path, {}, &drawing, &source);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr(path));
  EXPECT_FALSE(LoadConfig(::testing::TempDir(), {}, &drawing, &source).ok());
}

TEST(ConfigSourceTest, LocatesMessagesAndFields) {
  Drawing drawing;
  ConfigSource source;
  ASSERT_EQ(ParseConfig(kGood, "a/f.textproto", {}, &drawing, &source), absl::OkStatus());
  const ConfigSource copy = source;
  EXPECT_EQ(copy.Locate(drawing), "a/f.textproto:1:1");
  EXPECT_EQ(copy.Locate(drawing, "tags[1]"), "a/f.textproto:7:1: tags[1]");
  EXPECT_EQ(copy.Locate(drawing.main(), "[mondeq.testing.circle]"),
            "a/f.textproto:2:8: main.[mondeq.testing.circle]");
  const auto& circle = drawing.main().GetExtension(mondeq::testing::circle);
  EXPECT_EQ(copy.Locate(circle), "a/f.textproto:2:8: main.[mondeq.testing.circle]");
  EXPECT_EQ(copy.Locate(circle, "radius"),
            "a/f.textproto:2:34: main.[mondeq.testing.circle].radius");
  // A field that is not set has the message's place and its own path.
  EXPECT_EQ(copy.Locate(circle, "label"), "a/f.textproto:2:8: main.[mondeq.testing.circle].label");
  const auto& square = drawing.others(0).GetExtension(mondeq::testing::square);
  EXPECT_EQ(copy.Locate(square.inside(), "radius"),
            "a/f.textproto:3:74: others[0].[mondeq.testing.square].inside.radius");
  EXPECT_EQ(copy.Locate(drawing.others(1)), "a/f.textproto:4:1: others[1]");
}

TEST(ConfigSourceTest, KnowsOnlyTypesOfOtherMessages) {
  Drawing drawing;
  EXPECT_EQ(ConfigSource().Locate(drawing), "mondeq.testing.Drawing");
  EXPECT_EQ(ConfigSource().Locate(drawing, "name"), "mondeq.testing.Drawing.name");
  ConfigSource source;
  ASSERT_EQ(ParseConfig(kGood, "f", {}, &drawing, &source), absl::OkStatus());
  EXPECT_EQ(source.Locate(Drawing()), "mondeq.testing.Drawing");
}

TEST(ConfigSourceTest, AnnotatesOnceAndOnlyConfigErrors) {
  const Drawing drawing;
  const ConfigSource source;
  const absl::Status inner = source.Annotate(absl::InvalidArgumentError("too red"), drawing.main());
  EXPECT_EQ(inner.message(), "mondeq.testing.ShapeConfig: too red");
  EXPECT_EQ(source.Annotate(inner, drawing), inner);
  EXPECT_EQ(source.Annotate(absl::DataLossError("torn"), drawing), absl::DataLossError("torn"));
  EXPECT_EQ(source.Annotate(absl::OkStatus(), drawing), absl::OkStatus());
}

TEST(ToTextprotoTest, ReadsBackIdentically) {
  Drawing drawing, again;
  ConfigSource source;
  ASSERT_EQ(ParseConfig(kGood, "f", {"main.circle.radius=0.1", "name=\xC3\xA9 \"x\"\n\t\x7F#"},
                        &drawing, &source),
            absl::OkStatus());
  Random random(3);
  for (int i = 0; i < 200; ++i) {
    auto* shape = drawing.add_others();
    const double radius = 10 * random.Uniform();
    shape->MutableExtension(mondeq::testing::square)->mutable_inside()->set_radius(radius);
    shape->MutableExtension(mondeq::testing::square)
        ->add_weights(static_cast<float>(random.Uniform(0.01, 0.99)));
  }
  ASSERT_EQ(ParseConfig(ToTextproto(drawing), "g", {}, &again, &source), absl::OkStatus());
  EXPECT_TRUE(MessageDifferencer::Equals(drawing, again));
  EXPECT_THAT(ToTextproto(drawing), HasSubstr("[mondeq.testing.circle] {\n    radius: 0.1\n"));
}

TEST(MakeDefaultsExplicitTest, SetsDefaultsOfPresentMessagesOnly) {
  Drawing drawing;
  ConfigSource source;
  ASSERT_EQ(ParseConfig(kGood, "f", {}, &drawing, &source), absl::OkStatus());
  MakeDefaultsExplicit(&drawing);
  EXPECT_TRUE(drawing.has_copies());
  EXPECT_EQ(drawing.copies(), 1u);
  EXPECT_TRUE(drawing.has_framed());
  EXPECT_FALSE(drawing.has_gallery());
  EXPECT_TRUE(drawing.paint().has_color());
  EXPECT_EQ(drawing.paint().color(), mondeq::testing::Paint::GREEN);
  EXPECT_FALSE(drawing.paint().has_litres());
  EXPECT_TRUE(drawing.paint().has_tins());
  const auto& circle = drawing.main().GetExtension(mondeq::testing::circle);
  EXPECT_EQ(circle.radius(), 2);
  EXPECT_EQ(circle.label(), "o");
  EXPECT_TRUE(circle.has_label());
  EXPECT_TRUE(drawing.others(0).GetExtension(mondeq::testing::square).inside().has_label());
  // Messages stay where they were.
  EXPECT_EQ(source.Locate(circle), "f:2:8: main.[mondeq.testing.circle]");
}

}  // namespace
}  // namespace mondeq
