// Conformance of every registered augmentation, then what each of them does.
#include "mondeq/data/augmentation.h"

#include <cmath>
#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/core/registry.h"
#include "mondeq/data/pixel_map_testing.h"
#include "mondeq/testing/examples.h"

namespace mondeq {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;

constexpr char kExamples[] = "mondeq/data/augmentation_examples.textproto";

std::unique_ptr<Augmentation> Make(const AugmentationConfig& config, const Features& features) {
  auto augmentation = Registry<Augmentation>::Create(config, ConfigSource(), {features});
  EXPECT_TRUE(augmentation.ok()) << augmentation.status();
  return *std::move(augmentation);
}

absl::StatusOr<std::unique_ptr<Augmentation>> Make(const std::string& text,
                                                   const Features& features) {
  AugmentationConfig config;
  ConfigSource source;
  const absl::Status status = ParseConfig(text, "test", {}, &config, &source);
  if (!status.ok()) return status;
  return Registry<Augmentation>::Create(config, source, {features});
}

// No pixel is black, and few are alike.
Image MakeImage(const Features& features, std::uint64_t seed) {
  Random random(seed);
  Image image(static_cast<std::size_t>(features.dim()));
  for (std::uint8_t& value : image) value = static_cast<std::uint8_t>(1 + random.Below(255));
  return image;
}

Image Apply(const Augmentation& augmentation, const Image& image, const Features& features,
            std::uint64_t stream) {
  Random random(11, stream);
  return Change(augmentation.Draw(&random), image, features);
}

TEST(AugmentationTest, EveryPluginHasAnExample) {
  EXPECT_THAT(ExampleNames<AugmentationExamples>(kExamples),
              IsSupersetOf(Registry<Augmentation>::Names()));
}

class AugmentationConformanceTest : public ::testing::TestWithParam<AugmentationConfig> {
 protected:
  const std::vector<Features> shapes_ = {{32, 32, 3}, {28, 28, 1}, {5, 9, 2}, {9, 5, 4}};
};

TEST_P(AugmentationConformanceTest, TheStreamDecides) {
  for (const Features& features : shapes_) {
    const auto one = Make(GetParam(), features), two = Make(GetParam(), features);
    const Image image = MakeImage(features, 1);
    for (std::uint64_t stream = 0; stream < 50; ++stream) {
      EXPECT_EQ(Apply(*one, image, features, stream), Apply(*two, image, features, stream));
    }
  }
}

// What AxisMap promises to whoever composes and applies it.
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
    const auto augmentation = Make(GetParam(), features);
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
    const auto augmentation = Make(GetParam(), features);
    const Image image = MakeImage(features, 3);
    std::set<Image> found;
    for (std::uint64_t stream = 0; stream < 50; ++stream) {
      found.insert(Apply(*augmentation, image, features, stream));
    }
    found.insert(image);
    EXPECT_GE(found.size(), 2u);
  }
}

INSTANTIATE_TEST_SUITE_P(Examples, AugmentationConformanceTest,
                         ::testing::ValuesIn(LoadExamples<AugmentationExamples>(kExamples)),
                         [](const auto& example) {
                           return PluginName(example.param) + "_" + std::to_string(example.index);
                         });

// The image moved down and to the right by that much, black behind it.
Image Moved(const Image& image, const Features& features, Index down, Index right) {
  Image moved(image.size(), 0);
  for (Index row = 0; row < features.rows; ++row) {
    for (Index column = 0; column < features.columns; ++column) {
      const Index r = row - down, c = column - right;
      if (r < 0 || r >= features.rows || c < 0 || c >= features.columns) continue;
      for (Index channel = 0; channel < features.channels; ++channel) {
        moved[(row * features.columns + column) * features.channels + channel] =
            image[(r * features.columns + c) * features.channels + channel];
      }
    }
  }
  return moved;
}

TEST(PadCropTest, MovesByUpToThePaddingAllPlacesAlike) {
  const Features features{7, 6, 3};
  const Image image = MakeImage(features, 4);
  for (const Index padding : {0, 1, 4}) {
    const auto crop =
        *Make("[mondeq.pad_crop] { padding: " + std::to_string(padding) + " }", features);
    std::map<Image, int> counts;
    for (Index down = -padding; down <= padding; ++down) {
      for (Index right = -padding; right <= padding; ++right) {
        counts[Moved(image, features, down, right)] = 0;
      }
    }
    const auto places = static_cast<int>(counts.size());
    EXPECT_EQ(places, (2 * padding + 1) * (2 * padding + 1));
    constexpr int kEach = 200;
    for (int i = 0; i < kEach * places; ++i) {
      const Image found = Apply(*crop, image, features, static_cast<std::uint64_t>(i));
      ASSERT_EQ(counts.count(found), 1u);
      ++counts[found];
    }
    // Five standard deviations.
    for (const auto& [place, count] : counts) EXPECT_NEAR(count, kEach, 71);
  }
}

TEST(PadCropTest, RefusesPaddingThatHidesTheImage) {
  for (const Features& features : {Features{4, 9, 1}, Features{9, 4, 1}, Features::Flat(100)}) {
    const absl::Status status = Make("[mondeq.pad_crop] {}", features).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()),
                AllOf(HasSubstr("test:1:"), HasSubstr("padding: expected less than"),
                      HasSubstr("found 4")));
  }
}

TEST(HorizontalFlipTest, MirrorsAsOftenAsAsked) {
  for (const Features& features : {Features{3, 4, 3}, Features{4, 5, 1}, Features{2, 3, 5}}) {
    const Image image = MakeImage(features, 5);
    Image mirrored;
    for (Index row = 0; row < features.rows; ++row) {
      for (Index column = features.columns; column-- > 0;) {
        const auto pixel = image.begin() + (row * features.columns + column) * features.channels;
        mirrored.insert(mirrored.end(), pixel, pixel + features.channels);
      }
    }
    for (const double probability : {0.0, 0.25, 0.5, 1.0}) {
      const auto flip =
          *Make("[mondeq.horizontal_flip] { probability: " + std::to_string(probability) + " }",
                features);
      int count = 0;
      for (std::uint64_t stream = 0; stream < 1000; ++stream) {
        const Image found = Apply(*flip, image, features, stream);
        ASSERT_TRUE(found == image || found == mirrored);
        count += found == mirrored;
      }
      // Five standard deviations.
      const double deviation = std::sqrt(1000 * probability * (1 - probability));
      EXPECT_NEAR(count, 1000 * probability, 5 * deviation);
    }
  }
}

TEST(MakeAugmentationsTest, KeepsTheOrderAndLocatesErrors) {
  AugmentationExamples config;
  ConfigSource source;
  ASSERT_TRUE(ParseConfig("example { [mondeq.pad_crop] {} }\n"
                          "example { [mondeq.pad_crop] { padding: 8 } }\n",
                          "test", {}, &config, &source)
                  .ok());
  const auto fits = MakeAugmentations(config.example(), source, {9, 9, 1});
  ASSERT_TRUE(fits.ok());
  EXPECT_EQ(fits->size(), 2u);
  const absl::Status status = MakeAugmentations(config.example(), source, {8, 8, 1}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("test:2:"));
}

}  // namespace
}  // namespace mondeq
