#include "mondeq/data/sample_file.h"

#include <cmath>
#include <cstdint>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/data/idx_testing.h"
#include "mondeq/data/image_testing.h"
#include "mondeq/data/npy_testing.h"

namespace mondeq {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

void ExpectRefused(const std::string& contents, const std::string& what) {
  const absl::Status status = ParseSampleFile(contents, "f").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  EXPECT_THAT(std::string(status.message()),
              AllOf(StartsWith("f: "), HasSubstr("expected"), HasSubstr("found"), HasSubstr(what),
                    Not(HasSubstr("\n"))));
}

TEST(SampleFileTest, FormatsAreToldByTheirFirstBytes) {
  const std::string idx = IdxBytes(0x803, {2, 1, 3}, "abcdef");
  const std::vector<std::tuple<std::string, ElementType, std::vector<Index>>> files = {
      {NpyBytes<float>({2, 3}, {1, 2, 3, 4, 5, 6}), ElementType::kFloat32, {2, 3}},
      {NpyBytes<double>({1, 2, 3, 1}, {1, 2, 3, 4, 5, 6}), ElementType::kFloat64, {1, 2, 3, 1}},
      {NpyBytes<std::uint8_t>({2, 1, 3}, {1, 2, 3, 4, 5, 6}), ElementType::kUint8, {2, 1, 1, 3}},
      {PngBytes({{1, 2, 3}, {1, 2, 3, 4, 5, 6}}), ElementType::kUint8, {1, 3, 1, 2}},
      {JpegBytes({{1, 2, 1}, {1, 2}}), ElementType::kUint8, {1, 1, 1, 2}},
      {idx, ElementType::kUint8, {2, 1, 1, 3}},
      {Gzip(idx), ElementType::kUint8, {2, 1, 1, 3}},
      {"1,2,3\n4,5,6\n", ElementType::kFloat64, {2, 3}},
      {"Größe,b,c\n4,5,6\n", ElementType::kFloat64, {1, 3}}};
  for (const auto& [contents, type, shape] : files) {
    const auto array = ParseSampleFile(contents, "f");
    ASSERT_TRUE(array.ok()) << array.status();
    EXPECT_EQ(array->type, type);
    EXPECT_EQ(array->shape, shape);
  }
}

TEST(SampleFileTest, ImagesAreChannelByChannel) {
  const auto array = ParseSampleFile(PngBytes({{1, 2, 3}, {1, 2, 3, 4, 5, 6}}), "f");
  ASSERT_TRUE(array.ok()) << array.status();
  EXPECT_THAT(array->As<std::uint8_t>(), ElementsAre(1, 4, 2, 5, 3, 6));
}

TEST(SampleFileTest, LabelsOfTablesAreLeftOut) {
  CsvOptions csv;
  csv.separator = ';';
  csv.label = "kind";
  const auto array = ParseSampleFile("a;kind;b\n1;elm;2\n", "f", csv);
  ASSERT_TRUE(array.ok()) << array.status();
  EXPECT_THAT(array->As<double>(), ElementsAre(1, 2));
}

TEST(SampleFileTest, OtherFormatsAreToldTheAcceptedOnes) {
  const std::string accepted = std::string("; the formats are ") + kSampleFormats;
  for (const auto& [contents, found] : std::vector<std::pair<std::string, std::string>>{
           {"", "an empty file"},
           {"GIF89a", "a GIF image"},
           {"PK\3\4", "a zip archive, as PyTorch's .pt and NumPy's .npz are"},
           {"<html>", "an HTML page"},
           {std::string("\0\0\x08\1\0\0\0\0", 8), "IDX labels"},
           {Gzip("1,2\n"), "a gzip file"},
           {std::string("1,\0", 3), "a file of no known format"},
           {"1,\xff\xfe\xfd", "a file of no known format"}}) {
    ExpectRefused(contents, "expected samples, found " + found + accepted);
  }
}

TEST(SampleFileTest, OtherArraysAreRefused) {
  const std::string expected =
      "expected samples, F32, F64 or U8 of shape [N, d], [N, H, W] or [N, C, H, W], none of them "
      "0, found ";
  ExpectRefused(NpyBytes<float>({3}, {1, 2, 3}), expected + "F32[3]; one sample is [1, 3]");
  ExpectRefused(NpyBytes<float>({}, {1}), expected + "F32[]");
  ExpectRefused(NpyBytes<float>({1, 1, 1, 1, 1}, {1}), expected + "F32[1, 1, 1, 1, 1]");
  ExpectRefused(NpyBytes<float>({0, 3}, {}), expected + "F32[0, 3]");
  ExpectRefused(NpyBytes<std::int64_t>({1, 1}, {1}), expected + "I64[1, 1]");
  ExpectRefused(IdxBytes(0x803, {0, 2, 2}, ""), expected + "U8[0, 1, 2, 2]");
  ExpectRefused(NpyBytes<float>({2, 2}, {1, 2, 3, std::nanf("")}),
                "sample 1, value 1: expected a finite number, found nan");
  ExpectRefused(NpyBytes<double>({1, 2}, {HUGE_VAL, 1}), "sample 0, value 0: expected a finite");
  ExpectRefused("1,2\n3,x\n", "line 2, column 2: expected a finite number, found x");
}

// Files that are damaged anywhere are read or refused.
TEST(SampleFileTest, EveryTruncationIsSurvived) {
  for (const std::string& whole :
       {NpyBytes<float>({2, 2}, {1, 2, 3, 4}), IdxBytes(0x803, {2, 1, 2}, "abcd"),
        Gzip(IdxBytes(0x803, {2, 1, 2}, "abcd"))}) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
      ExpectRefused(whole.substr(0, size), "");
    }
  }
}

TEST(SampleFileTest, OtherChannelsAreRefused) {
  const auto normalize = [](std::vector<Index> shape, std::size_t channels) {
    const std::vector<std::uint8_t> bytes(12);
    return CheckChannels(HostArray::From<std::uint8_t>(std::move(shape), bytes), "f",
                         {std::vector<float>(channels, 0), std::vector<float>(channels, 1)});
  };
  EXPECT_TRUE(normalize({1, 3, 2, 2}, 3).ok());
  EXPECT_EQ(normalize({1, 3, 2, 2}, 1).message(),
            "f: expected samples of 1 channel, which the model's are normalised in, found U8[1, 3, "
            "2, 2]");
  EXPECT_TRUE(normalize({2, 6}, 3).ok());
  EXPECT_EQ(normalize({2, 6}, 4).code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace mondeq
