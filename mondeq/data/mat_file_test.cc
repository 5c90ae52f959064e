#include "mondeq/data/mat_file.h"

#include <fstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/data/color_images_testing.h"

namespace mondeq {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// Bytes 0 .. 123 of the header are free text and an offset that no one uses.
constexpr std::size_t kVersionByte = 124;
constexpr std::size_t kHeaderBytes = 128;
// X's values begin behind these.
constexpr std::size_t kUncompressedTags = kHeaderBytes + 64;

absl::StatusOr<std::vector<MatArray>> Read(const std::string& bytes,
                                           const std::vector<std::string>& names = {"X", "y"}) {
  const std::string path = ::testing::TempDir() + "/file.mat";
  std::ofstream(path, std::ios::binary) << bytes;
  return ReadMatArrays(path, names);
}

void ExpectRefused(const absl::Status& status, const std::string& what) {
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  EXPECT_THAT(std::string(status.message()),
              AllOf(StartsWith(::testing::TempDir() + "/file.mat: "), HasSubstr("expected"),
                    HasSubstr("found"), HasSubstr(what), Not(HasSubstr("\n"))));
}

TEST(MatFileTest, ReadsWhatSciPyWrote) {
  for (const MatFile& file : {CompressedMat(), UncompressedMat()}) {
    const auto arrays = Read(file.bytes, {"y", "X"});
    ASSERT_TRUE(arrays.ok()) << arrays.status();
    const MatArray &y = (*arrays)[0], &x = (*arrays)[1];
    EXPECT_THAT(y.shape, ElementsAre(file.count, 1));
    EXPECT_THAT(x.shape, ElementsAre(32, 32, 3, file.count));
    ASSERT_EQ(static_cast<Index>(y.values.size()), file.count);
    ASSERT_EQ(static_cast<Index>(x.values.size()), 3072 * file.count);
    for (Index i = 0; i < file.count; ++i) {
      EXPECT_EQ(y.values[i], i % 10 + 1);
      for (Index at = 0; at < 3072; ++at) {
        ASSERT_EQ(x.values[3072 * i + at], MatPixel(file, i, at % 32, at / 32 % 32, at / 1024));
      }
    }
  }
}

TEST(MatFileTest, EveryTruncationIsRefused) {
  for (const MatFile& file : {CompressedMat(), UncompressedMat()}) {
    // A small file is cut at every size, a large one at some.
    const std::size_t step = file.bytes.size() / 1500 + 1;
    for (std::size_t size = 0; size < file.bytes.size(); size += size < 400 ? 1 : step) {
      ExpectRefused(Read(file.bytes.substr(0, size)).status(), "");
    }
    ExpectRefused(Read(file.bytes.substr(0, file.bytes.size() - 1)).status(), "truncated");
    ExpectRefused(Read(file.bytes + "x").status(), "expected a tag of 8 bytes");
  }
}

// They are noticed or do no harm: where pixels repeat, two packed forms may stand for the same.
TEST(MatFileTest, FlippedBitsOfACompressedFileAreNoticed) {
  const std::string whole = CompressedMat().bytes;
  const auto expected = Read(whole);
  int refused = 0, flips = 0;
  for (std::size_t byte = kVersionByte; byte < whole.size(); ++byte) {
    for (const std::size_t bit : {byte % 8, (byte + 3) % 8}) {
      std::string bytes = whole;
      bytes[byte] = static_cast<char>(bytes[byte] ^ 1 << bit);
      const auto arrays = Read(bytes);
      ++flips;
      if (arrays.ok()) {
        for (std::size_t i = 0; i < arrays->size(); ++i) {
          EXPECT_EQ((*arrays)[i].shape, (*expected)[i].shape);
          EXPECT_EQ((*arrays)[i].values, (*expected)[i].values);
        }
      } else {
        ++refused;
        ExpectRefused(arrays.status(), "byte ");
      }
    }
  }
  EXPECT_GT(refused, flips * 99 / 100);
}

// Without checksums, damage may pass for other values, but never for more or fewer of them.
TEST(MatFileTest, FlippedBitsOfAnUncompressedFileDoNoHarm) {
  const std::string whole = UncompressedMat().bytes;
  const std::size_t y_tags = whole.size() - 72;
  int refused = 0, flips = 0;
  for (std::size_t byte = 0; byte < whole.size(); ++byte) {
    if (byte == kUncompressedTags) byte = y_tags;
    for (int bit = 0; bit < 8; ++bit) {
      std::string bytes = whole;
      bytes[byte] = static_cast<char>(bytes[byte] ^ 1 << bit);
      const auto arrays = Read(bytes);
      ++flips;
      if (arrays.ok()) {
        EXPECT_EQ((*arrays)[0].values.size(), 30720u);
        EXPECT_EQ((*arrays)[1].values.size(), 10u);
      } else {
        ++refused;
        ExpectRefused(arrays.status(), "");
      }
    }
  }
  EXPECT_GT(refused, flips / 10);
}

TEST(MatFileTest, RefusesOtherFiles) {
  ExpectRefused(Read("").status(), "byte 0: truncated: expected a MATLAB header of 128 bytes");
  ExpectRefused(Read(std::string(1000, '<')).status(), "byte 126: expected the end of a MATLAB v5");
  std::string hdf5 = CompressedMat().bytes;
  hdf5[124] = 0;
  hdf5[125] = 2;
  ExpectRefused(Read(hdf5).status(), "byte 124: expected version 0x0100 (MATLAB v5), found 0x0200");
  EXPECT_EQ(ReadMatArrays(::testing::TempDir() + "/none.mat", {}).status().code(),
            absl::StatusCode::kNotFound);
}

TEST(MatFileTest, RefusesOtherVariables) {
  for (const MatFile& file : {CompressedMat(), UncompressedMat()}) {
    ExpectRefused(Read(file.bytes, {"X", "z"}).status(),
                  "variable z: expected an array of that name, found none");
  }
  std::string bytes = UncompressedMat().bytes;
  // The class of X becomes that of a cell array, which was uint8.
  ASSERT_EQ(bytes[144], 9);
  bytes[144] = 1;
  ExpectRefused(Read(bytes).status(),
                "variable X: expected an array of real numbers, found a cell array");
}

TEST(MatFileTest, IsSilent) {
  ::testing::internal::CaptureStderr();
  ::testing::internal::CaptureStdout();
  const std::string whole = UncompressedMat().bytes;
  for (std::size_t byte = kHeaderBytes; byte < kUncompressedTags; ++byte) {
    std::string bytes = whole;
    bytes[byte] = static_cast<char>(bytes[byte] ^ 0x55);
    Read(bytes).status().IgnoreError();
  }
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "");
}

}  // namespace
}  // namespace mondeq
