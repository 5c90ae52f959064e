// What each augmentation of this folder does; what holds for every one is in
// augmentation_conformance.cc.
#include "mondeq/data/augmentation.h"

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/core/registry.h"
#include "mondeq/data/augmentation_testing.h"

namespace mondeq {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

absl::StatusOr<std::unique_ptr<Augmentation>> Make(const std::string& text,
                                                   const Features& features) {
  AugmentationConfig config;
  ConfigSource source;
  const absl::Status status = ParseConfig(text, "test", {}, &config, &source);
  if (!status.ok()) return status;
  return Registry<Augmentation>::Create(config, source, {features});
}

// Returns the image moved down and to the right by that much, with black where it was.
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
  const Image image = RandomImage(features, 4);
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
      const Image found = Augmented(*crop, image, features, static_cast<std::uint64_t>(i));
      ASSERT_EQ(counts.count(found), 1u);
      ++counts[found];
    }
    // The tolerance is five standard deviations.
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
    const Image image = RandomImage(features, 5);
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
        const Image found = Augmented(*flip, image, features, stream);
        ASSERT_TRUE(found == image || found == mirrored);
        count += found == mirrored;
      }
      // The tolerance is five standard deviations.
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
