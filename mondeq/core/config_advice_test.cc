// What a config's errors advise.
#include "mondeq/core/config_advice.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/core/config_errors_testing.h"
#include "mondeq/core/config_source.h"
#include "mondeq/core/random.h"
#include "mondeq/core/testing/drawing.pb.h"
#include "mondeq/core/utf8.h"

namespace mondeq {
namespace {

using ::testing::HasSubstr;

constexpr char kGood[] = "name: 'x'\nmain { [mondeq.testing.circle] {} }\n";
constexpr char kPlugins[] =
    "known: [mondeq.testing.circle], [mondeq.testing.frame], [mondeq.testing.hexagon], "
    "[mondeq.testing.square]";

TEST(UnknownFieldTest, FieldsOfASlotCountBesideItsPlugins) {
  const std::string known = "known: drying_time, max_coats, [mondeq.testing.oil]";
  const std::string unknown = "unknown mondeq.testing.MaterialConfig field or plugin ";
  ExpectErrors({
      {"paint { material { dryingtime: 1 } }",
       "f:1:20: " + unknown + "\"dryingtime\"; did you mean \"drying_time\"? " + known},
      {"paint { material { max_coat: 1 } }",
       "f:1:20: " + unknown + "\"max_coat\"; did you mean \"max_coats\"? " + known},
      {"paint { material { oil {} } }",
       "f:1:20: " + unknown + "\"oil\"; did you mean \"[mondeq.testing.oil]\"? " + known},
      {"paint { material { zzzzzzzzz: 1 } }", "f:1:20: " + unknown + "\"zzzzzzzzz\"; " + known},
  });
  EXPECT_EQ(ErrorOf(kGood, {"paint.material.maxcoats=3"}),
            "--set paint.material.maxcoats=3: " + unknown +
                "\"maxcoats\"; did you mean \"max_coats\"? " + known);
}

// A name that a message does not have may stand further down.
TEST(UnknownFieldTest, SaysWhereTheFieldIs) {
  ExpectErrors({
      {"main { radius: 2 }",
       std::string("f:1:8: unknown mondeq.testing.ShapeConfig field or plugin \"radius\"; there is "
                   "[mondeq.testing.circle].radius, [mondeq.testing.square].inside.radius; ") +
           kPlugins},
      {"litres: 2",
       "f:1:1: unknown mondeq.testing.Drawing field \"litres\"; there is paint.litres; known: "
       "name, "
       "main, others, paint, tags, framed, copies, gallery"},
      {"nam-e: 2",
       "f:1:1: unknown mondeq.testing.Drawing field \"nam-e\"; did you mean \"name\"? known: name, "
       "main, others, paint, tags, framed, copies, gallery"},
      {"weights: 2",
       "f:1:1: unknown mondeq.testing.Drawing field \"weights\"; there is "
       "main.[mondeq.testing.square].weights, others[0].[mondeq.testing.square].weights; known: "
       "name, "
       "main, others, paint, tags, framed, copies, gallery"},
  });
  EXPECT_THAT(
      ErrorOf(kGood, {"drying_time=2"}),
      HasSubstr("--set drying_time=2: unknown mondeq.testing.Drawing field \"drying_time\"; "
                "there is paint.material.drying_time; known: "));
}

TEST(UnknownPluginTest, SaysWhatWasMeant) {
  const std::string unknown = "f:1:8: unknown mondeq.testing.ShapeConfig plugin ";
  ExpectErrors({
      {"main { [mondeq.testing.Circle] {} }",
       unknown + "\"[mondeq.testing.Circle]\"; did you mean \"[mondeq.testing.circle]\"? " +
           kPlugins},
      {"main { [torch.nn.Square] {} }",
       unknown + "\"[torch.nn.Square]\"; did you mean \"[mondeq.testing.square]\"? " + kPlugins},
      {"main { [mondeq.testing.FrameConfig] {} }",
       unknown + "\"[mondeq.testing.FrameConfig]\"; did you mean \"[mondeq.testing.frame]\"? " +
           kPlugins},
      {"main { [elsewhere.pyramidal] {} }",
       unknown + "\"[elsewhere.pyramidal]\"; " + kPlugins +
           "; none of package \"elsewhere\" is linked into this program"},
      {"main { [mondeq.testing.Triangle] {} }",
       "f:1:8: refused mondeq.testing.ShapeConfig plugin \"[mondeq.testing.Triangle]\": triangles "
       "are not round"},
      {"main { [mondeq.testing.cir-cle] {} }",
       "f:1:8: unknown mondeq.testing.ShapeConfig plugin \"[mondeq.testing.cir-cle]\"; did you "
       "mean "
       "\"[mondeq.testing.circle]\"? " +
           std::string(kPlugins)},
      {"main { [mondeq.testing.circle() ] {} }",
       "f:1:8: unknown mondeq.testing.ShapeConfig plugin \"[mondeq.testing.circle() ]\"; did you "
       "mean \"[mondeq.testing.circle]\"? " +
           std::string(kPlugins)},
      {"main { [mondeq.testing.circle {} }", "f:1:31: Expected \"]\", found \"{\"."},
      {"main { [type.googleapis.com/mondeq.testing.circle] {} }",
       "f:1:8: a plugin is named without an address, found "
       "\"[type.googleapis.com/mondeq.testing.circle]\"; write [mondeq.testing.circle]"},
      {"main { [type.googleapis.com/my.X] {} }",
       "f:1:8: a plugin is named without an address, found \"[type.googleapis.com/my.X]\"; unknown "
       "mondeq.testing.ShapeConfig plugin \"[my.X]\"; " +
           std::string(kPlugins) + "; none of package \"my\" is linked into this program"},
  });
}

TEST(BracesTest, AValueWithoutThemIsTold) {
  const std::string thinner = "paint { material { [mondeq.testing.oil] { thinner";
  const std::string start = "\"thinner\" holds fields in braces, found ";
  ExpectErrors({
      {thinner + ": 0.5 } } }", "f:1:52: " + start + "\"0.5\"; write thinner { value: 0.5 }"},
      {thinner + ": -1e-3}}}", "f:1:52: " + start + "\"-1e-3\"; write thinner { value: -1e-3 }"},
      {thinner + ": auto } } }", "f:1:52: " + start + "\"auto\"; write thinner { automatic {} }"},
      {"main: circle",
       "f:1:7: \"main\" holds fields in braces, found \"circle\"; write main { "
       "[mondeq.testing.circle] {} }"},
      {"main: \"mondeq.testing.circle\"",
       "f:1:7: \"main\" holds fields in braces, found \"mondeq.testing.circle\"; write main { "
       "[mondeq.testing.circle] {} }"},
      {"main: 5", std::string("f:1:7: \"main\" holds fields in braces, found \"5\"; unknown "
                              "mondeq.testing.ShapeConfig plugin \"[5]\"; ") +
                      kPlugins},
      {"paint: red",
       "f:1:8: \"paint\" holds fields in braces, found \"red\"; its fields: color, litres, tins, "
       "material"},
      {"main { [mondeq.testing.hexagon]: 6 }",
       "f:1:34: \"[mondeq.testing.hexagon]\" holds fields in braces, found \"6\"; it has none: "
       "write [mondeq.testing.hexagon] {}"},
      {"copies { value: 2 }", "f:1:8: \"copies\" is one value, found \"{\"; write copies: 2"},
      {"copies { two }", "f:1:8: \"copies\" is one value, found \"{\"; write copies: VALUE"},
      {thinner + ": true } } }",
       "f:1:52: " + start + "\"true\"; write thinner {} or give its fields: value, automatic"},
      {"copies = 2", "f:1:8: expected \":\" after \"copies\", found \"=\""},
      {thinner + " = 0.5 } } }", "f:1:51: " + start + "\"0.5\"; write thinner { value: 0.5 }"},
      {thinner + " { 0.5 } } } }", "f:1:53: " + start + "\"0.5\"; write thinner { value: 0.5 }"},
      {"main { [mondeq.testing.hexagon] }",
       "f:1:33: \"[mondeq.testing.hexagon]\" holds fields in braces; write "
       "[mondeq.testing.hexagon] {}"},
      {"framed: yes",
       "f:1:12: Invalid value for boolean field \"framed\". Value: \"yes\". Write true or false."},
      {"main { [mondeq.testing.hexagon] {",
       "f:1:34: expected the name of a field or \"}\", found the end"},
      {"copies 2", "f:1:8: Expected \":\", found \"2\"."},
  });
  EXPECT_EQ(ErrorOf(kGood, {"paint.material.oil.thinner=0.5"}),
            "--set paint.material.oil.thinner=0.5: " + start +
                "\"0.5\"; write paint.material.[mondeq.testing.oil].thinner={ value: 0.5 }");
}

TEST(NamesTest, HabitsOfOtherFormatsAreTold) {
  ExpectErrors({
      {"{ \"name\": \"x\" }",
       "f:1:1: a config is protobuf text, name: value, without braces around it; found \"{\""},
      {"\"name\": \"x\"",
       "f:1:1: a field's name stands without quotes, found \"name\"; write name"},
      {"name: x", "f:1:7: Expected string, got: x; text stands in quotes"},
      {"paint { litres: 1,5 }",
       "f:1:19: a number is written without commas, found \"1,5\"; its decimal point is \".\""},
      {"paint { litres: 1,000 }",
       "f:1:19: a number is written without commas, found \"1,000\"; its decimal point is \".\""},
      {"// title\nname: 'x'", "f:1:1: a comment begins with \"#\", found \"/\""},
      {"copies: 2;;", "f:1:11: expected the name of a field, found \";\""},
      {"main { mondeq.testing.circle {} }",
       "f:1:8: a plugin is named in brackets, found \"mondeq.testing.circle\"; write "
       "[mondeq.testing.circle]"},
      {"main { mondeq.testing.cirlce {} }",
       std::string(
           "f:1:8: unknown mondeq.testing.ShapeConfig plugin \"[mondeq.testing.cirlce]\"; did "
           "you mean \"[mondeq.testing.circle]\"? ") +
           kPlugins},
  });
}

// What an error advises to write, which stands behind the last "write ".
std::string Advised(const std::string& error) {
  const std::size_t at = error.rfind("write ");
  EXPECT_NE(at, std::string::npos) << error;
  std::string advised = error.substr(std::min(at, error.size() - 6) + 6);
  for (const char* const end : {" or give ", " to give it one"}) {
    advised = advised.substr(0, advised.find(end));
  }
  return advised;
}

// Whoever follows the advice has a config that is good.
TEST(AdviceTest, IsTakenAsItStands) {
  const std::string oil = "paint { material { [mondeq.testing.oil] { @ } } }";
  for (const auto& [around, wrong] : std::vector<std::pair<std::string, std::string>>{
           {oil, "thinner: 0.5"},
           {oil, "thinner = 0.5"},
           {oil, "thinner { 0.5 }"},
           {oil, "thinner: auto"},
           {oil, "thinner: true"},
           {"paint { material { [mondeq.testing.oil] { thinner { @ } } } }", "automatic: true"},
           {"paint { material { @ {} } }", "[type.googleapis.com/mondeq.testing.OilConfig]"},
           {"copies: @", "007"},
           {"copies: @", "010"},
           {"paint { litres: @ }", "00.50"},
           {"paint { litres: @ }", "01e-1"},
           {"@", "copies { 2 }"},
           {"@", "copies { value: 2 }"},
           {"@", "others: circle"},
           {"others { @ {} }", "mondeq.testing.circle"},
           {"@: 2", "'copies'"}}) {
    const auto with = [&, &place = around](std::string text) {
      return kGood + std::string(place).replace(place.find('@'), 1, text);
    };
    const std::string error = ErrorOf(with(wrong));
    EXPECT_EQ(ErrorOf(with(Advised(error))), "") << error;
  }
  for (const char* const wrong : {"others.circle.radius=2", "others[0].circle={}", "tags[0]=x"}) {
    const std::string error = ErrorOf(kGood, {wrong});
    EXPECT_THAT(error, HasSubstr(" is a list without elements; write "));
    EXPECT_EQ(ErrorOf(kGood, {Advised(error)}), "") << error;
  }
  EXPECT_THAT(ErrorOf(kGood, {"others.circel={}"}), HasSubstr("did you mean"));
  for (const char* const wrong :
       {"paint.material.oil.thinner=0.5", "paint.material.oil.thinner=true", "main=circle",
        "paint.litres=00.5", "paint.material.oil.thinner.automatic=true"}) {
    const std::string error = ErrorOf(kGood, {wrong});
    const std::string advised = Advised(error), place(wrong);
    const bool whole = advised.find('=') != std::string::npos;
    EXPECT_EQ(ErrorOf(kGood, {whole ? advised : place.substr(0, place.find('=') + 1) + advised}),
              "")
        << error;
  }
}

TEST(AdviceTest, SurvivesAnything) {
  const std::vector<std::string> tokens = {"{",
                                           "}",
                                           "[",
                                           "]",
                                           "<",
                                           ":",
                                           "=",
                                           ",",
                                           "\"",
                                           "'",
                                           "/",
                                           "#",
                                           ".",
                                           "-",
                                           "\n",
                                           "\t",
                                           " ",
                                           "0.5",
                                           "name",
                                           "main",
                                           "paint",
                                           "material",
                                           "thinner",
                                           "mondeq.testing.circle",
                                           "oil",
                                           "radius",
                                           "\xE2\x80\x9C",
                                           "\xC2\xA0",
                                           "\xE2\x88\x92",
                                           "\xEF\xBB\xBF",
                                           "\xC3\xA9",
                                           "\x1b"};
  Random random(11);
  int refused = 0;
  for (int i = 0; i < 5000; ++i) {
    std::string text = std::string(kGood) + "paint { material { [mondeq.testing.oil] {} } }";
    for (std::uint64_t j = 0; j <= random.Below(4); ++j) {
      const std::uint64_t at = random.Below(text.size());
      text.replace(at, random.Below(4), tokens[random.Below(tokens.size())]);
    }
    const std::string error = ErrorOf(text);
    refused += error.empty() ? 0 : 1;
    EXPECT_EQ(Printable(error), error) << text;
    EXPECT_LT(error.size(), 2500u);
  }
  EXPECT_GT(refused, 1000);
}

}  // namespace
}  // namespace mondeq
