#include "mondeq/core/config_difference.h"

#include "gtest/gtest.h"
#include "mondeq/core/config_source.h"
#include "mondeq/core/testing/drawing.pb.h"

namespace mondeq {
namespace {

using ::mondeq::testing::Drawing;

constexpr char kDrawing[] = R"(
  name: "d"
  main { [mondeq.testing.square] { side: 5 weights: [0.25, 0.5] } }
  others { [mondeq.testing.circle] { radius: 2 } }
  paint { color: RED tins: 3 }
  tags: ["a", "b"])";

// "PATH: FIRST -> SECOND" for the drawing and what the override makes of it; "" if they are equal.
std::string Changed(const std::string& assignment) {
  Drawing first, second;
  ConfigSource source;
  EXPECT_TRUE(ParseConfig(kDrawing, "test", {}, &first, &source).ok());
  const absl::Status status = ParseConfig(kDrawing, "test", {assignment}, &second, &source);
  EXPECT_TRUE(status.ok()) << status;
  const auto difference = FirstDifference(first, second);
  if (!difference.has_value()) return "";
  return difference->path + ": " + difference->first + " -> " + difference->second;
}

TEST(ConfigDifferenceTest, EqualConfigsHaveNone) { EXPECT_EQ(Changed("paint.tins=3"), ""); }

TEST(ConfigDifferenceTest, NamesTheFieldAndBothValues) {
  EXPECT_EQ(Changed("name=e"), "name: \"d\" -> \"e\"");
  EXPECT_EQ(Changed("paint.color=GREEN"), "paint.color: RED -> GREEN");
  EXPECT_EQ(Changed("main.square.side=7"), "main.[mondeq.testing.square].side: 5 -> 7");
  EXPECT_EQ(Changed("main.square.weights[1]=0.75"),
            "main.[mondeq.testing.square].weights[1]: 0.5 -> 0.75");
  EXPECT_EQ(Changed("others[0].circle.radius=0.1"),
            "others[0].[mondeq.testing.circle].radius: 2 -> 0.1");
}

TEST(ConfigDifferenceTest, NamesWhatOnlyOneHas) {
  EXPECT_EQ(Changed("copies=2"), "copies: none -> 2");
  EXPECT_EQ(Changed("paint.litres=1.5"), "paint.litres: none -> 1.5");
  EXPECT_EQ(Changed("tags=[\"a\"]"), "tags[1]: \"b\" -> none");
  EXPECT_EQ(Changed("main.square.inside={ radius: 4 }"),
            "main.[mondeq.testing.square].inside: none -> { radius: 4 }");
}

TEST(ConfigDifferenceTest, NamesThePluginsOfASlot) {
  EXPECT_EQ(Changed("main.circle={}"), "main: [mondeq.testing.square] -> [mondeq.testing.circle]");
}

TEST(ConfigDifferenceTest, TellsTheFirstOfSeveral) {
  Drawing first, second;
  first.set_name("a");
  first.set_copies(3);
  EXPECT_EQ(FirstDifference(first, second)->path, "name");
}

}  // namespace
}  // namespace mondeq
