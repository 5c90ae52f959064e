#include "mondeq/data/pixel_map.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/core/random.h"
#include "mondeq/data/pixel_map_testing.h"

namespace mondeq {
namespace {

using ::testing::ElementsAre;

AxisMap RandomAxis(Index size, Random* random) {
  switch (random->Below(4)) {
    case 0:
      return AxisMap::Keep(size);
    case 1:
      return AxisMap::Mirror(size);
    case 2:  // most of the image stays
      return AxisMap::Shift(size, static_cast<Index>(random->Below(3)) - 1);
    default:
      return AxisMap::Shift(size, static_cast<Index>(random->Below(2 * size + 1)) - size);
  }
}

PixelMap RandomMap(const Features& features, Random* random) {
  const AxisMap rows = RandomAxis(features.rows, random);
  return {rows, RandomAxis(features.columns, random)};
}

// Makes an image in which no pixel is black and few are alike.
Image RandomImage(const Features& features, Random* random) {
  Image image(static_cast<std::size_t>(features.dim()));
  for (std::uint8_t& value : image) value = static_cast<std::uint8_t>(1 + random->Below(255));
  return image;
}

TEST(AxisMapTest, IsWhatItsNameSays) {
  const Features features{1, 4, 1};
  const Image image = {1, 2, 3, 4};
  const auto change = [&](const AxisMap& columns) {
    return Change({AxisMap::Keep(1), columns}, image, features);
  };
  EXPECT_EQ(change(AxisMap::Keep(4)), image);
  EXPECT_THAT(change(AxisMap::Mirror(4)), ElementsAre(4, 3, 2, 1));
  EXPECT_THAT(change(AxisMap::Shift(4, 1)), ElementsAre(2, 3, 4, 0));
  EXPECT_THAT(change(AxisMap::Shift(4, -2)), ElementsAre(0, 0, 1, 2));
  EXPECT_THAT(change(AxisMap::Shift(4, 4)), ElementsAre(0, 0, 0, 0));
}

TEST(PixelMapTest, ManyMapsAreOne) {
  Random random(1);
  for (const Features& features :
       {Features{1, 1, 3}, Features{2, 3, 1}, Features{5, 4, 2}, Features{9, 8, 3}}) {
    for (int i = 0; i < 2000; ++i) {
      const Image image = RandomImage(features, &random);
      PixelMap map = PixelMap::Keep(features);
      Image expected = image;
      for (std::uint64_t left = random.Below(6); left > 0; --left) {
        const PixelMap next = RandomMap(features, &random);
        map = Then(map, next);
        expected = Change(next, expected, features);
        // Change() throws where a map leads out of the image.
        ASSERT_EQ(Change(map, image, features), expected);
      }
    }
  }
}

TEST(PixelMapTest, TheOrderOfGroupingIsOfNoConsequence) {
  Random random(2);
  const Features features{5, 6, 1};
  for (int i = 0; i < 2000; ++i) {
    const PixelMap a = RandomMap(features, &random), b = RandomMap(features, &random),
                   c = RandomMap(features, &random);
    const Image image = RandomImage(features, &random);
    EXPECT_EQ(Change(Then(Then(a, b), c), image, features),
              Change(Then(a, Then(b, c)), image, features));
  }
}

}  // namespace
}  // namespace mondeq
