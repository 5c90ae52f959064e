// Conformance of every registered augmentation.
// A library: a test program links it with the plugins under test, here or in another workspace
// (mondeq_conformance_test in tools/mondeq.bzl).
#include <cstdlib>
#include <memory>
#include <set>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/core/registry.h"
#include "mondeq/data/augmentation_testing.h"
#include "mondeq/testing/examples.h"

namespace mondeq {
namespace {

std::unique_ptr<Augmentation> Make(const AugmentationConfig& config, const Features& features) {
  auto augmentation = Registry<Augmentation>::Create(config, ConfigSource(), {features});
  EXPECT_TRUE(augmentation.ok()) << augmentation.status();
  return *std::move(augmentation);
}

TEST(AugmentationRegistryTest, EveryPluginHasAnExample) {
  const auto names = Registry<Augmentation>::Names();
  EXPECT_FALSE(names.empty());
  EXPECT_THAT(ExampleNames<AugmentationExamples>(), ::testing::IsSupersetOf(names));
}

class AugmentationConformanceTest : public ::testing::TestWithParam<Example<AugmentationConfig>> {
 protected:
  const std::vector<Features> shapes_ = {{32, 32, 3}, {28, 28, 1}, {5, 9, 2}, {9, 5, 4}};
};

TEST_P(AugmentationConformanceTest, TheStreamDecides) {
  for (const Features& features : shapes_) {
    const auto one = Make(GetParam().slot, features), two = Make(GetParam().slot, features);
    const Image image = RandomImage(features, 1);
    for (std::uint64_t stream = 0; stream < 50; ++stream) {
      EXPECT_EQ(Augmented(*one, image, features, stream), Augmented(*two, image, features, stream));
    }
  }
}

// Checks what AxisMap promises to whoever composes and applies it.
void ExpectInside(const AxisMap& map, Index size) {
  EXPECT_EQ(std::abs(map.sign), 1);
  EXPECT_LE(0, map.begin);
  EXPECT_LE(map.begin, map.end);
  EXPECT_LE(map.end, size);
  for (std::int32_t i = 0; i < size; ++i) {
    EXPECT_LT(map.Source(i), size);
    EXPECT_EQ(map.Source(i) >= 0, map.begin <= i && i < map.end);
  }
}

TEST_P(AugmentationConformanceTest, PixelsComeFromTheImageOrAreBlack) {
  for (const Features& features : shapes_) {
    const auto augmentation = Make(GetParam().slot, features);
    Random random(2);
    for (int i = 0; i < 50; ++i) {
      const PixelMap map = augmentation->Draw(&random);
      ExpectInside(map.rows, features.rows);
      ExpectInside(map.columns, features.columns);
    }
  }
}

TEST_P(AugmentationConformanceTest, ChangesImages) {
  for (const Features& features : shapes_) {
    const auto augmentation = Make(GetParam().slot, features);
    const Image image = RandomImage(features, 3);
    std::set<Image> found;
    for (std::uint64_t stream = 0; stream < 50; ++stream) {
      found.insert(Augmented(*augmentation, image, features, stream));
    }
    found.insert(image);
    EXPECT_GE(found.size(), 2u);
  }
}

INSTANTIATE_TEST_SUITE_P(All, AugmentationConformanceTest,
                         ::testing::ValuesIn(NamedExamples<AugmentationExamples>()), CaseName());

}  // namespace
}  // namespace mondeq
