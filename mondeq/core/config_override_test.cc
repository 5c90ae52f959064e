#include "mondeq/core/config_override.h"

#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/core/config_source.h"
#include "mondeq/core/random.h"
#include "mondeq/core/testing/drawing.pb.h"

namespace mondeq {
namespace {

using ::mondeq::testing::circle;
using ::mondeq::testing::Drawing;
using ::mondeq::testing::frame;
using ::mondeq::testing::square;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kBase[] = R"(name: "x"
main { [mondeq.testing.circle] { radius: 2 label: "c" } }
others { [mondeq.testing.square] { side: 5 weights: 0.25 weights: 0.5 } }
others { [mondeq.testing.circle] {} }
tags: "a"
tags: "b"
)";

struct Loaded {
  Drawing drawing;
  ConfigSource source;
  absl::Status status;
};

Loaded Load(const std::vector<std::string>& overrides) {
  Loaded loaded;
  loaded.status = ParseConfig(kBase, "f", overrides, &loaded.drawing, &loaded.source);
  return loaded;
}

std::string ErrorOf(const std::string& override_text) {
  const absl::Status status = Load({override_text}).status;
  EXPECT_TRUE(status.ok() || absl::IsInvalidArgument(status)) << status;
  return std::string(status.message());
}

TEST(ApplyOverrideTest, SetsValuesOfEveryType) {
  const Drawing drawing = Load({"name=new name", "framed=true", "copies = 7", "paint.color=RED",
                                "paint.litres=2.5e-3", "main.circle.radius=3"})
                              .drawing;
  EXPECT_EQ(drawing.name(), "new name");
  EXPECT_TRUE(drawing.framed());
  EXPECT_EQ(drawing.copies(), 7u);
  EXPECT_EQ(drawing.paint().color(), mondeq::testing::Paint::RED);
  EXPECT_EQ(drawing.paint().litres(), 2.5e-3);
  EXPECT_EQ(drawing.main().GetExtension(circle).radius(), 3);
  EXPECT_EQ(drawing.main().GetExtension(circle).label(), "c");
}

TEST(ApplyOverrideTest, StringsNeedNoQuotes) {
  EXPECT_EQ(Load({"name='quoted'"}).drawing.name(), "quoted");
  EXPECT_EQ(Load({"name=a=b # {\"'\\"}).drawing.name(), "a=b # {\"'\\");
  EXPECT_EQ(Load({"name="}).drawing.name(), "");
  EXPECT_EQ(Load({"main.circle.label=5"}).drawing.main().GetExtension(circle).label(), "5");
}

TEST(ApplyOverrideTest, RepeatedFields) {
  EXPECT_THAT(Load({"tags=['x', 'y', 'z']"}).drawing.tags(), ElementsAre("x", "y", "z"));
  EXPECT_THAT(Load({"tags=x"}).drawing.tags(), ElementsAre("x"));
  EXPECT_THAT(Load({"tags=[]"}).drawing.tags(), ElementsAre());
  EXPECT_THAT(Load({"tags[1]=x"}).drawing.tags(), ElementsAre("a", "x"));
  EXPECT_THAT(
      Load({"others[0].square.weights[0]=0.75"}).drawing.others(0).GetExtension(square).weights(),
      ElementsAre(0.75f, 0.5f));
  EXPECT_EQ(Load({"others={ [mondeq.testing.circle] {} }"}).drawing.others_size(), 1);
  EXPECT_TRUE(
      Load({"others[1]={ [mondeq.testing.square] {} }"}).drawing.others(1).HasExtension(square));
}

TEST(ApplyOverrideTest, MessagesAreReplacedAndMissingOnesMade) {
  const Drawing replaced = Load({"main.[mondeq.testing.circle]={ radius: 4 }"}).drawing;
  EXPECT_EQ(replaced.main().GetExtension(circle).radius(), 4);
  EXPECT_FALSE(replaced.main().GetExtension(circle).has_label());
  const Drawing made = Load({"others[0].square.inside.radius=4"}).drawing;
  EXPECT_EQ(made.others(0).GetExtension(square).inside().radius(), 4);
}

TEST(ApplyOverrideTest, AnotherPluginReplacesTheOneThere) {
  for (const char* text : {"main.square={}", "main.[mondeq.testing.square]={}",
                           "main={[mondeq.testing.square]{}}", "main.square.side=3"}) {
    const Loaded loaded = Load({text});
    ASSERT_EQ(loaded.status, absl::OkStatus()) << text;
    EXPECT_TRUE(loaded.drawing.main().HasExtension(square)) << text;
    EXPECT_FALSE(loaded.drawing.main().HasExtension(circle)) << text;
  }
  EXPECT_TRUE(Load({"main.frame.content.square={}"})
                  .drawing.main()
                  .GetExtension(frame)
                  .content()
                  .HasExtension(square));
}

TEST(ApplyOverrideTest, AnotherMemberOfAOneofReplacesTheOneThere) {
  Loaded loaded;
  ASSERT_EQ(ParseConfig(std::string(kBase) + "paint { litres: 1 }", "f", {"paint.tins=2"},
                        &loaded.drawing, &loaded.source),
            absl::OkStatus());
  EXPECT_FALSE(loaded.drawing.paint().has_litres());
  EXPECT_EQ(loaded.drawing.paint().tins(), 2);
}

// What is given twice is refused, whatever the order and whatever was in the file.
TEST(ApplyOverrideTest, NoneUndoesAnother) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{"name=1", "name=2"},
       "--set name: expected one value for name, found another by --set name"},
      {{"paint.litres=1", "paint.tins=2"},
       "--set paint.tins: would replace paint.litres, which --set paint.litres gives; there can be "
       "only one of them"},
      {{"paint={ litres: 1 color: RED }", "paint.tins=2"},
       "--set paint.tins: would replace paint.litres, which --set paint gives; there can be only "
       "one of them"},
      {{"main.square={}", "--radius main.circle.radius=1"},
       "--radius: would replace main.[mondeq.testing.square], which --set main.square gives; there "
       "can be only one of them"},
      {{"main.square.side=3", "main.circle={}"},
       "--set main.circle: would replace main.[mondeq.testing.square], which --set "
       "main.square.side gives; there can be only one of them"},
      {{"others[1]={ [mondeq.testing.square] {} }", "others[1].circle.radius=1"},
       "--set others[1].circle.radius: would replace others[1].[mondeq.testing.square], which "
       "--set others[1] gives; there can be only one of them"},
  };
  for (const auto& bad : cases) EXPECT_EQ(Load(bad.first).status.message(), bad.second);
  const std::vector<std::vector<std::string>> good = {
      {"paint={ tins: 1 }", "paint.tins=2"},
      {"paint.litres=1", "paint.color=RED"},
      {"main.square={}", "main.square.side=3"},
      {"others[0].circle={}", "others[1].square={}"},
  };
  for (const auto& overrides : good) EXPECT_EQ(Load(overrides).status, absl::OkStatus());
}

TEST(ApplyOverrideTest, IsLocatedAsSet) {
  const Loaded loaded = Load({"main.square.side=3", "copies=2", "others[1].circle={ radius: 1 }"});
  ASSERT_EQ(loaded.status, absl::OkStatus());
  const Drawing& drawing = loaded.drawing;
  const ConfigSource& source = loaded.source;
  EXPECT_EQ(source.Locate(drawing, "copies"), "--set copies");
  EXPECT_EQ(source.Locate(drawing, "name"), "f:1:1: name");
  EXPECT_EQ(source.Locate(drawing.main()), "f:2:1: main");
  // The plugin was made by the override, so all of it comes from there.
  EXPECT_EQ(source.Locate(drawing.main().GetExtension(square)),
            "--set main.square.side: main.[mondeq.testing.square]");
  EXPECT_EQ(source.Locate(drawing.others(1).GetExtension(circle)), "--set others[1].circle");
  EXPECT_EQ(source.Locate(drawing.others(1).GetExtension(circle), "radius"),
            "--set others[1].circle: others[1].[mondeq.testing.circle].radius");
  EXPECT_EQ(source.Locate(drawing.others(0).GetExtension(square), "side"),
            "f:3:36: others[0].[mondeq.testing.square].side");
}

TEST(ApplyOverrideTest, FlagsThatStandForAPlaceAreNamedAsWritten) {
  EXPECT_EQ(Load({"--copies copies=7"}).drawing.copies(), 7u);
  EXPECT_EQ(ErrorOf("--copies copies=0"), "--copies: copies: must be >= 1, found 0");
  EXPECT_EQ(ErrorOf("--copies copies=x"), "--copies=x: Expected integer, got: x");
  EXPECT_EQ(ErrorOf("--side main.square.side=4"),
            "--side: main.[mondeq.testing.square].side: must be >= 1 and odd, found 4");
  EXPECT_EQ(ErrorOf("--copies"), "--copies: expected PATH=VALUE, found no \"=\"");
}

TEST(ApplyOverrideTest, Errors) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"nmae=x",
       "--set nmae=x: unknown mondeq.testing.Drawing field \"nmae\"; did you mean \"name\"? known: "
       "name, main, others, paint, tags, framed, copies, gallery"},
      {"main.cirle.radius=2",
       "--set main.cirle.radius=2: unknown mondeq.testing.ShapeConfig plugin \"[cirle]\"; did you "
       "mean \"[mondeq.testing.circle]\"? known: [mondeq.testing.circle], [mondeq.testing.frame], "
       "[mondeq.testing.hexagon], [mondeq.testing.square]"},
      {"main.triangle={}",
       "--set main.triangle={}: refused mondeq.testing.ShapeConfig plugin \"[triangle]\": "
       "triangles "
       "are not round"},
      {"main.mondeq.testing.circle.radius=2",
       "--set main.mondeq.testing.circle.radius=2: a plugin is named in brackets, found "
       "\"mondeq.testing.circle\"; write [mondeq.testing.circle]"},
      {"main.circle.radius=-2", "--set main.circle.radius: must be > 0 and <= 10, found -2"},
      {"main.square={ side: 2 }",
       "--set main.square: main.[mondeq.testing.square].side: must be >= 1 and odd, found 2"},
      {"main.circle.radius=x", "--set main.circle.radius=x: Expected double, got: x"},
      {"copies", "--set copies: expected PATH=VALUE, found no \"=\""},
      {"copies=", "--set copies=: Expected integer, got: the end"},
      {"copies=1 framed: true",
       "--set copies=1 framed: true: expected one value, found more or none"},
      {"tags[0]=['x', 'y']", "--set tags[0]=['x', 'y']: expected one value, found more or none"},
      {"tags[2]=x", "--set tags[2]=x: index 2 is out of range: tags has 2 elements"},
      {"tags[x]=x", "--set tags[x]=x: expected an index like tags[0], found \"tags[x]\""},
      {"tags[-1]=x", "--set tags[-1]=x: expected an index like tags[0], found \"tags[-1]\""},
      {"name[0]=x", "--set name[0]=x: name is not repeated and takes no index"},
      {"name.first=x", "--set name.first=x: name is a value and has no fields"},
      {"others.circle={}",
       "--set others.circle={}: others is repeated: write others[0] for its first element"},
      {"paint.color=BLUE",
       "--set paint.color=BLUE: unknown color value \"BLUE\"; known: RED, GREEN"},
      {"main={}",
       "--set main: expected one mondeq.testing.ShapeConfig plugin, found none; known: "
       "[mondeq.testing.circle], [mondeq.testing.frame], [mondeq.testing.hexagon], "
       "[mondeq.testing.square]"},
  };
  for (const auto& bad : cases) EXPECT_EQ(ErrorOf(bad.first), bad.second);
}

TEST(ApplyOverrideTest, SurvivesAnything) {
  std::string nested;
  for (int i = 0; i < 100000; ++i) nested += "main.frame.content.";
  EXPECT_THAT(ErrorOf("main." + nested + "x=1"), HasSubstr("expected at most 100 names"));
  Random random(5);
  const std::string alphabet = "main.circleradius=[]{}:0123 \"'\n#-";
  for (int i = 0; i < 3000; ++i) {
    std::string text = i % 2 == 0 ? "main.circle.radius=2" : "tags[1]='x'";
    for (int j = 0; j < 3; ++j) {
      text[random.Below(text.size())] = alphabet[random.Below(alphabet.size())];
    }
    EXPECT_THAT(ErrorOf(text), Not(HasSubstr("\n")));
  }
}

}  // namespace
}  // namespace mondeq
