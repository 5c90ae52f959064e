#include "mondeq/core/schema.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/core/testing/drawing.pb.h"

namespace mondeq {
namespace {

using ::mondeq::testing::Drawing;
using ::mondeq::testing::ShapeConfig;
using ::testing::ElementsAre;

std::string ToString(const FieldSchema& schema) {
  return schema.name + "|" + schema.type + "|" + schema.default_value + "|" + schema.range + "|" +
         schema.doc;
}

std::vector<std::string> ToStrings(const std::vector<FieldSchema>& fields) {
  std::vector<std::string> strings;
  for (const FieldSchema& schema : fields) strings.push_back(ToString(schema));
  return strings;
}

TEST(DescribeTest, ListsEveryLinkedPluginWithItsFields) {
  const std::vector<PluginSchema> plugins = Describe(ShapeConfig::descriptor());
  ASSERT_EQ(plugins.size(), 4u);
  EXPECT_EQ(plugins[0].name, "circle");
  EXPECT_EQ(plugins[0].full_name, "[mondeq.testing.circle]");
  EXPECT_EQ(plugins[0].doc, "round");
  EXPECT_THAT(ToStrings(plugins[0].fields), ElementsAre("radius|double|1|> 0 and <= 10|r, metres",
                                                        "label|string|\"o\"||what it is called"));
  EXPECT_EQ(plugins[1].name, "frame");
  EXPECT_THAT(ToStrings(plugins[1].fields),
              ElementsAre("content|ShapeConfig|required||what is framed"));
  EXPECT_EQ(plugins[2].name, "hexagon");
  EXPECT_TRUE(plugins[2].fields.empty());
  EXPECT_EQ(plugins[2].doc, "");
  EXPECT_THAT(ToStrings(plugins[3].fields),
              ElementsAre("side|int32|3|>= 1 and odd|side, metres",
                          "weights[]|float|unset|> 0 and < 1|weights of the corners",
                          "inside|CircleConfig|unset||a circle in it",
                          "inside.radius|double|1|> 0 and <= 10|r, metres",
                          "inside.label|string|\"o\"||what it is called"));
}

TEST(DescribeFieldsTest, EndsForRecursiveTypes) {
  const std::vector<std::string> fields = ToStrings(DescribeFields(Drawing::descriptor()));
  EXPECT_THAT(fields, ::testing::Contains("paint.color|{RED, GREEN}|GREEN||which"));
  EXPECT_THAT(fields, ::testing::Contains("gallery.drawings[]|Drawing|required||all of them"));
}

TEST(SlotTest, FindsPluginsByFullAndShortName) {
  const auto* slot = ShapeConfig::descriptor();
  EXPECT_TRUE(IsSlot(slot));
  EXPECT_FALSE(IsSlot(Drawing::descriptor()));
  ASSERT_NE(FindPlugin(slot, "circle"), nullptr);
  EXPECT_EQ(FindPlugin(slot, "circle"), FindPlugin(slot, "mondeq.testing.circle"));
  EXPECT_EQ(FieldName(FindPlugin(slot, "circle")), "[mondeq.testing.circle]");
  EXPECT_EQ(FindPlugin(slot, "Circle"), nullptr);
  EXPECT_EQ(FindPlugin(Drawing::descriptor(), "circle"), nullptr);
}

TEST(RangeTest, HoldsExactlyWhatItSays) {
  const auto* square = mondeq::testing::SquareConfig::descriptor();
  const auto* side = square->FindFieldByName("side");
  EXPECT_TRUE(InRange(side, 1));
  EXPECT_FALSE(InRange(side, 2));
  EXPECT_FALSE(InRange(side, -1));
  const auto* weights = square->FindFieldByName("weights");
  EXPECT_FALSE(InRange(weights, 0));
  EXPECT_TRUE(InRange(weights, 0.5));
  EXPECT_FALSE(InRange(weights, 1));
  EXPECT_TRUE(InRange(Drawing::descriptor()->FindFieldByName("copies"), 1));
}

}  // namespace
}  // namespace mondeq
