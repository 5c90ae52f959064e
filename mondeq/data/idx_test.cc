#include "mondeq/data/idx.h"

#include <string>
#include <tuple>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/core/file.h"
#include "mondeq/data/idx_testing.h"

namespace mondeq {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr std::uint32_t kImages = 0x803;
constexpr std::uint32_t kLabels = 0x801;

std::string Write(const std::string& name, const std::string& bytes) {
  const std::string path = ::testing::TempDir() + "/" + name;
  EXPECT_TRUE(WriteFileAtomically(path, bytes).ok());
  return path;
}

// Three images of 2 x 2 pixels and their labels.
std::string ThreeImages() { return IdxBytes(kImages, {3, 2, 2}, "abcdefghijkl"); }
std::string ThreeLabels() { return IdxBytes(kLabels, {3}, std::string("\0\2\1", 3)); }

void ExpectRefused(const absl::Status& status, const std::string& path, const std::string& what) {
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  EXPECT_THAT(std::string(status.message()),
              AllOf(StartsWith(path + ": byte "), HasSubstr("expected"), HasSubstr("found"),
                    HasSubstr(what), Not(HasSubstr("\n"))));
}

absl::Status ReadImages(const std::string& bytes) {
  return ReadIdxImages(Write("images", bytes)).status();
}

TEST(IdxTest, ReadsPlainAndGzip) {
  for (const bool gzip : {false, true}) {
    const auto images = ReadIdxImages(Write("images", gzip ? Gzip(ThreeImages()) : ThreeImages()));
    ASSERT_TRUE(images.ok()) << images.status();
    EXPECT_EQ(images->count, 3);
    EXPECT_EQ(images->rows, 2);
    EXPECT_EQ(images->columns, 2);
    EXPECT_EQ(std::string(images->pixels.begin(), images->pixels.end()), "abcdefghijkl");
    const auto labels = ReadIdxLabels(Write("labels", gzip ? Gzip(ThreeLabels()) : ThreeLabels()));
    ASSERT_TRUE(labels.ok()) << labels.status();
    EXPECT_THAT(*labels, ElementsAre(0, 2, 1));
  }
}

TEST(IdxTest, ReadsSamples) {
  const auto samples = ReadIdxSamples(Write("images", ThreeImages()),
                                      Write("labels", ThreeLabels()), Features{2, 2, 1}, 3);
  ASSERT_TRUE(samples.ok()) << samples.status();
  EXPECT_EQ(samples->features, (Features{2, 2, 1}));
  EXPECT_EQ(samples->classes, 3);
  EXPECT_THAT(samples->labels, ElementsAre(0, 2, 1));
  EXPECT_EQ(samples->pixels[4], 'e');
}

TEST(IdxTest, EveryTruncationAndAnythingMoreIsRefused) {
  const std::string path = ::testing::TempDir() + "/images";
  for (const std::string& whole : {ThreeImages(), Gzip(ThreeImages())}) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
      ExpectRefused(ReadImages(whole.substr(0, size)), path, "");
    }
    ExpectRefused(ReadImages(whole + "x"), path, "expected the end of the");
  }
  ExpectRefused(ReadImages(Gzip(ThreeImages() + "x")), path, "byte 28: expected the end of the");
  ExpectRefused(ReadImages(Gzip(ThreeImages().substr(0, 20))), path,
                "byte 20: truncated: expected 3 x 2 x 2 bytes of data, found 4");
}

TEST(IdxTest, RefusesAnotherMagic) {
  const std::string path = ::testing::TempDir() + "/images";
  ExpectRefused(ReadImages(ThreeLabels()), path,
                "byte 0: expected magic number 0x00000803 (IDX images), found 0x00000801");
  ExpectRefused(ReadImages("<html>"), path, "found 0x3c68746d");
  ExpectRefused(ReadImages(Gzip("<html>")), path, "found 0x3c68746d");
  ExpectRefused(ReadIdxLabels(Write("labels", ThreeImages())).status(),
                ::testing::TempDir() + "/labels", "expected magic number 0x00000801 (IDX labels)");
}

// Packed files too are told by more than their first bytes.
TEST(IdxTest, NamesOtherFormatsWhole) {
  const std::string path = ::testing::TempDir() + "/images";
  const std::string tar = std::string(257, 'a') + "ustar" + std::string(250, 'a');
  for (const std::string& file : {tar, Gzip(tar)}) {
    ExpectRefused(ReadImages(file), path, "found 0x61616161 (a tar archive)");
  }
  ExpectRefused(ReadImages(Gzip(std::string(3073, '\1'))), path,
                "found 0x01010101 (a batch of CIFAR-10's binary version)");
  // What damage hides does not matter here.
  const std::string page = Gzip("<html>" + std::string(600, 'a'));
  ExpectRefused(ReadImages(page.substr(0, page.size() - 2)), path,
                "found 0x3c68746d (an HTML page)");
}

TEST(IdxTest, NamesOtherFormats) {
  const std::string path = ::testing::TempDir() + "/images";
  ExpectRefused(ReadImages("\x89PNG\r\n\x1a\n..."), path, "found 0x89504e47 (a PNG image)");
  ExpectRefused(ReadImages("<html>"), path, "found 0x3c68746d (an HTML page)");
  ExpectRefused(ReadImages(ThreeLabels()), path, "found 0x00000801 (IDX labels)");
}

// They are refused without reserving the terabytes first.
TEST(IdxTest, RefusesAbsurdSizes) {
  const std::string path = ::testing::TempDir() + "/images";
  for (const std::uint32_t n : {0x7fffffffu, 0xffffffffu}) {
    const std::string bytes = IdxBytes(kImages, {n, n, n}, "abcd");
    ExpectRefused(ReadImages(bytes), path, "truncated");
    ExpectRefused(ReadImages(Gzip(bytes)), path, "truncated");
  }
  ExpectRefused(ReadImages(Gzip(IdxBytes(kImages, {100000, 28, 28}, "abcd"))), path, "truncated");
}

TEST(IdxTest, RefusesGzipWithAWrongChecksum) {
  std::string packed = Gzip(ThreeImages());
  packed[packed.size() - 8] = static_cast<char>(packed[packed.size() - 8] ^ 1);
  ExpectRefused(ReadImages(packed), ::testing::TempDir() + "/images", "incorrect data check");
}

TEST(IdxTest, RefusesSamplesThatDoNotFit) {
  const Features features{2, 2, 1};
  const std::string images = Write("images", ThreeImages()),
                    labels = Write("labels", ThreeLabels());
  const std::string two = Write("two", IdxBytes(kLabels, {2}, std::string(2, '\0')));
  const std::string none = Write("none", IdxBytes(kImages, {0, 2, 2}, ""));
  ExpectRefused(ReadIdxSamples(images, two, features, 3).status(), two,
                "expected 3 labels, one for every image of " + images + ", found 2");
  ExpectRefused(ReadIdxSamples(images, labels, features, 2).status(), labels,
                "byte 9: label of sample 1: expected 0 .. 1, found 2");
  ExpectRefused(ReadIdxSamples(images, labels, Features{4, 1, 1}, 3).status(), images,
                "expected images of 4 x 1 pixels, found 2 x 2");
  ExpectRefused(ReadIdxSamples(none, two, features, 3).status(), none, "at least one image");
  EXPECT_EQ(ReadIdxSamples(images, labels + ".none", features, 3).status().code(),
            absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace mondeq
