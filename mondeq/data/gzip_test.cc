#include "mondeq/data/gzip.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/data/idx_testing.h"

namespace mondeq {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// Makes a text that is neither constant nor incompressible.
std::string Text(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * i >> 7 ^ i);
  return text;
}

TEST(GzipTest, UnpacksUpToTheLimit) {
  for (const std::size_t size : {0u, 1u, 1000u, 300000u}) {
    const std::string text = Text(size), packed = Gzip(text);
    EXPECT_TRUE(IsGzip(packed));
    EXPECT_GE(GunzipBound(packed), size);
    EXPECT_EQ(Gunzip(packed, size + 1, "f").value(), text);
    EXPECT_EQ(Gunzip(packed, size, "f").value(), text);
    EXPECT_EQ(Gunzip(packed, size / 2, "f").value(), text.substr(0, size / 2));
  }
}

TEST(GzipTest, UnpacksAllMembers) {
  const std::string one = Text(500), two = Text(7);
  EXPECT_EQ(Gunzip(Gzip(one) + Gzip("") + Gzip(two), 10000, "f").value(), one + two);
}

TEST(GzipTest, EveryTruncationIsNoticed) {
  const std::string packed = Gzip(Text(2000));
  for (std::size_t size = 0; size < packed.size(); ++size) {
    const auto unpacked = Gunzip(packed.substr(0, size), 2000, "f");
    ASSERT_EQ(unpacked.status().code(), absl::StatusCode::kDataLoss) << size;
    EXPECT_THAT(std::string(unpacked.status().message()), HasSubstr("truncated"));
  }
}

// The header's time stamp, flags of no consequence and the like may change; the contents may not.
TEST(GzipTest, NoFlippedBitChangesTheContents) {
  const std::string text = Text(300), packed = Gzip(text);
  int refused = 0;
  for (std::size_t bit = 0; bit < 8 * packed.size(); ++bit) {
    std::string flipped = packed;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    const auto unpacked = Gunzip(flipped, 1000000, "f");
    if (unpacked.ok()) {
      EXPECT_TRUE(*unpacked == text) << "bit " << bit;
    } else {
      EXPECT_EQ(unpacked.status().code(), absl::StatusCode::kDataLoss);
      EXPECT_THAT(std::string(unpacked.status().message()), StartsWith("f: byte "));
      ++refused;
    }
  }
  const int header_bits = 80;
  EXPECT_GE(refused, static_cast<int>(8 * packed.size()) - header_bits);
}

TEST(GzipTest, RefusesWhatFollows) {
  const auto unpacked = Gunzip(Gzip("text") + "more", 100, "f");
  EXPECT_EQ(unpacked.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(unpacked.status().message()), HasSubstr("found more"));
}

// As gzip does.
TEST(GzipTest, ZerosThatFillUpABlockDoNotMatter) {
  const std::string text = Text(700);
  for (const std::size_t zeros : {1u, 2u, 9324u, 100000u}) {
    const std::string packed = Gzip(text) + Gzip(text) + std::string(zeros, '\0');
    for (const std::size_t limit : {700u, 1400u, 1401u, 100000u}) {
      const auto unpacked = Gunzip(packed, limit, "f");
      ASSERT_TRUE(unpacked.ok()) << unpacked.status();
      EXPECT_EQ(*unpacked, (text + text).substr(0, limit));
    }
    EXPECT_FALSE(Gunzip(packed + "x", 100000, "f").ok());
    EXPECT_FALSE(Gunzip(packed + Gzip(text), 100000, "f").ok());
  }
}

// A number of members at which quadratic time would not do.
TEST(GzipTest, ManyMembers) {
  const std::string member = Gzip("x");
  std::string packed;
  for (int i = 0; i < 200000; ++i) packed += member;
  const auto unpacked = Gunzip(packed, 1000000, "f");
  ASSERT_TRUE(unpacked.ok()) << unpacked.status();
  EXPECT_EQ(*unpacked, std::string(200000, 'x'));
}

}  // namespace
}  // namespace mondeq
