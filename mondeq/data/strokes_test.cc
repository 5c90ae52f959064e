#include "mondeq/data/strokes.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mondeq {
namespace {

using Image = std::vector<std::uint8_t>;

Image Draw(int digit, const DigitStyle& style, std::uint64_t stream) {
  Random random(5, stream);
  Image image(static_cast<std::size_t>(style.size) * style.size);
  DrawDigit(digit, style, &random, image.data());
  return image;
}

// The pixels are the same on every machine and with every compiler, so that results on generated
// digits can be compared.
TEST(StrokesTest, PixelsArePinned) {
  uLong crc = 0;
  for (int i = 0; i < 200; ++i) {
    const Image image = Draw(i % 10, {16, 1, 0.08, 1}, static_cast<std::uint64_t>(i));
    crc = crc32_z(crc, image.data(), image.size());
  }
  EXPECT_EQ(crc, 652132871u);
}

TEST(StrokesTest, PlainDigitsLieWithinTheImageOnCleanGround) {
  for (const int size : {8, 16, 28, 64}) {
    for (int i = 0; i < 100; ++i) {
      const Image image = Draw(i % 10, {size, 0, 0, 0}, static_cast<std::uint64_t>(i));
      for (int p = 0; p < size; ++p) {
        EXPECT_EQ(
            image[p] + image[size * (size - 1) + p] + image[size * p] + image[size * p + size - 1],
            0);
      }
      EXPECT_GE(*std::max_element(image.begin(), image.end()), 128);
      const double ink = std::accumulate(image.begin(), image.end(), 0.0) / (255.0 * size * size);
      EXPECT_GT(ink, 0.02);
      EXPECT_LT(ink, 0.35);
    }
  }
}

TEST(StrokesTest, ExtremeStylesStayInTheImage) {
  for (int i = 0; i < 200; ++i) {
    Draw(i % 10, {8, 2, 1, 20}, static_cast<std::uint64_t>(i));
  }
}

// Classifies by the nearest mean image, which tells most plain digits and far fewer of the
// distorted ones.
double NearestMeanAccuracy(const DigitStyle& style) {
  constexpr int kTrain = 1000, kTest = 500;
  std::array<std::vector<double>, 10> means;
  for (auto& mean : means) mean.resize(static_cast<std::size_t>(style.size) * style.size);
  for (int i = 0; i < kTrain; ++i) {
    const Image image = Draw(i % 10, style, static_cast<std::uint64_t>(i));
    for (std::size_t p = 0; p < image.size(); ++p) means[i % 10][p] += image[p] / (kTrain / 10.0);
  }
  int right = 0;
  for (int i = 0; i < kTest; ++i) {
    const Image image = Draw(i % 10, style, static_cast<std::uint64_t>(kTrain + i));
    int best = 0;
    double least = std::numeric_limits<double>::max();
    for (int digit = 0; digit < 10; ++digit) {
      double distance = 0;
      for (std::size_t p = 0; p < image.size(); ++p) {
        distance += (image[p] - means[digit][p]) * (image[p] - means[digit][p]);
      }
      if (distance < least) {
        least = distance;
        best = digit;
      }
    }
    right += best == i % 10;
  }
  return static_cast<double>(right) / kTest;
}

TEST(StrokesTest, LabelsFitAndDistortionMakesItHard) {
  EXPECT_GT(NearestMeanAccuracy({16, 0.2, 0.05, 0}), 0.9);
  const double hard = NearestMeanAccuracy({16, 1, 0.08, 1});
  EXPECT_GT(hard, 0.3);
  EXPECT_LT(hard, 0.8);
}

}  // namespace
}  // namespace mondeq
