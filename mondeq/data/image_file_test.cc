#include "mondeq/data/image_file.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/core/random.h"
#include "mondeq/data/image_testing.h"

namespace mondeq {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// A smooth image, as a JPEG keeps nearly as it is.
Image Smooth(const Features& features) {
  Image image{features, {}};
  for (Index row = 0; row < features.rows; ++row) {
    for (Index column = 0; column < features.columns; ++column) {
      for (Index c = 0; c < features.channels; ++c) {
        image.pixels.push_back(static_cast<std::uint8_t>(40 + 5 * row + 3 * column + 10 * c));
      }
    }
  }
  return image;
}

Image Random8(const Features& features) {
  Image image = Smooth(features);
  Random random(1);
  for (std::uint8_t& pixel : image.pixels) pixel = static_cast<std::uint8_t>(random.Below(256));
  return image;
}

void ExpectRefused(const std::string& contents, const std::string& what) {
  const absl::Status status = ParseImage(contents, "f").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  EXPECT_THAT(std::string(status.message()),
              AllOf(StartsWith("f: expected a"), HasSubstr(", found "), HasSubstr(what),
                    Not(HasSubstr("\n"))));
}

TEST(ImageFileTest, PngsAreExact) {
  for (const Index channels : {1, 3}) {
    const Image image = Random8({9, 14, channels});
    const auto read = ParseImage(PngBytes(image), "f");
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(read->features, image.features);
    EXPECT_EQ(read->pixels, image.pixels);
  }
}

TEST(ImageFileTest, JpegsAreNear) {
  for (const Index channels : {1, 3}) {
    const Image image = Smooth({9, 14, channels});
    const auto read = ParseImage(JpegBytes(image), "f");
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(read->features, image.features);
    ASSERT_EQ(read->pixels.size(), image.pixels.size());
    // Quality 100 rounds coefficients to whole numbers, colours of halved resolution go up to the
    // border in steps of 6.
    for (std::size_t i = 0; i < image.pixels.size(); ++i) {
      EXPECT_LE(std::abs(read->pixels[i] - image.pixels[i]), channels == 1 ? 2 : 8);
    }
  }
}

TEST(ImageFileTest, EveryTruncationIsRefused) {
  const Image image = Random8({5, 7, 3});
  for (const std::string& whole : {PngBytes(image), JpegBytes(image)}) {
    ASSERT_TRUE(ParseImage(whole, "f").ok());
    // The last 12 bytes of a PNG and the last 2 of a JPEG say that it ends.
    for (std::size_t size = 0; size + 12 < whole.size(); ++size) {
      ExpectRefused(whole.substr(0, size), "");
    }
  }
}

TEST(ImageFileTest, EveryDamageIsSurvived) {
  const Image image = Random8({5, 7, 3});
  for (const std::string& whole : {PngBytes(image), JpegBytes(image)}) {
    for (std::size_t at = 0; at < whole.size(); ++at) {
      for (const char c : {'\0', '\xff', '\x55'}) {
        std::string damaged = whole;
        damaged[at] = c;
        const auto read = ParseImage(damaged, "f");
        if (read.ok()) {
          EXPECT_EQ(static_cast<Index>(read->pixels.size()), read->features.dim());
        } else {
          EXPECT_THAT(std::string(read.status().message()), Not(HasSubstr("\n")));
        }
      }
    }
  }
}

// They are refused without reserving the terabyte first.
TEST(ImageFileTest, RefusesAbsurdSizes) {
  // 1000000 x 1000000 grey pixels, with the checksum of that, and the beginning of their data.
  const std::string png(
      "\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\x0f\x42\x40\0\x0f\x42\x40\x08\0\0\0\0"
      "\x79\x06\x67\xa1\0\0\x10\0IDAT",
      41);
  ExpectRefused(png + std::string(1000, '\0'),
                "found 1000000 x 1000000 pixels in 1041 bytes, which cannot hold them");
  // The size in the frame of a JPEG, nearly the largest that the library reads.
  std::string jpeg = JpegBytes(Smooth({8, 8, 1}));
  const std::size_t frame = jpeg.find("\xff\xc0");
  ASSERT_NE(frame, std::string::npos);
  jpeg.replace(frame + 5, 4, std::string("\xff\0\xff\0", 4));
  ExpectRefused(jpeg, "found 65280 x 65280 pixels in");
}

TEST(ImageFileTest, RefusesOtherFormats) {
  ExpectRefused("GIF89a", "expected a PNG or JPEG image, found a GIF image");
  ExpectRefused("", "found an empty file");
  ExpectRefused(std::string("\0\1\2", 3), "found something else");
  EXPECT_FALSE(IsImage("GIF89a"));
  EXPECT_TRUE(IsImage(PngBytes(Smooth({1, 1, 1}))));
  EXPECT_TRUE(IsImage(JpegBytes(Smooth({1, 1, 1}))));
}

TEST(ImageFileTest, ChannelsAreConverted) {
  const Image grey{{1, 2, 1}, {7, 200}}, color{{1, 3, 3}, {255, 0, 0, 0, 255, 0, 9, 9, 9}};
  EXPECT_THAT(WithChannels(grey, 3).pixels, ElementsAre(7, 7, 7, 200, 200, 200));
  EXPECT_THAT(WithChannels(color, 1).pixels, ElementsAre(76, 150, 9));
  EXPECT_EQ(WithChannels(color, 1).features, (Features{1, 3, 1}));
  EXPECT_EQ(WithChannels(color, 3).pixels, color.pixels);
}

TEST(ImageFileTest, ResizingKeepsConstantsMeansAndTheImageItself) {
  const Image image = Random8({6, 8, 3});
  EXPECT_EQ(Resized(image, 6, 8).pixels, image.pixels);
  Image constant = image;
  std::fill(constant.pixels.begin(), constant.pixels.end(), 77);
  for (const auto& [rows, columns] :
       std::vector<std::pair<Index, Index>>{{1, 1}, {3, 4}, {5, 7}, {13, 2}, {40, 50}}) {
    const Image resized = Resized(constant, rows, columns);
    EXPECT_EQ(resized.features, (Features{rows, columns, 3}));
    EXPECT_THAT(resized.pixels, Each(77));
    EXPECT_EQ(static_cast<Index>(resized.pixels.size()), rows * columns * 3);
  }
}

// By hand: halving takes the triangle 1 3 3 1, cut off at the border; doubling takes quarters.
TEST(ImageFileTest, ResizingIsATriangle) {
  const Image line{{1, 4, 1}, {0, 100, 200, 40}};
  EXPECT_THAT(Resized(line, 1, 2).pixels, ElementsAre(71, 117));
  EXPECT_THAT(Resized(line, 1, 8).pixels, ElementsAre(0, 25, 75, 125, 175, 160, 80, 40));
  const Image column{{4, 1, 1}, {0, 100, 200, 40}};
  EXPECT_THAT(Resized(column, 2, 1).pixels, ElementsAre(71, 117));
}

}  // namespace
}  // namespace mondeq
