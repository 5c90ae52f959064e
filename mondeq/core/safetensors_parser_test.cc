// What the reader makes of files of other programs: types, formats, names, long headers.
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/core/safetensors.h"
#include "mondeq/core/safetensors_testing.h"

namespace mondeq {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

void ExpectRefused(const std::string& contents, const std::string& what) {
  const absl::Status status = ParseSafetensors(contents, "f.safetensors").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("f.safetensors: byte "), HasSubstr("expected"), HasSubstr("found"),
                    HasSubstr(what), Not(HasSubstr("\n"))));
}

// The values are what Python's struct makes of the bits ("e" for F16, the upper half of "f").
TEST(SafetensorsParserTest, NarrowFloatsAreWidened) {
  const auto read = [](const std::string& dtype, const std::vector<std::uint16_t>& bits) {
    const std::string data(reinterpret_cast<const char*>(bits.data()), 2 * bits.size());
    const auto file = ParseSafetensors(
        RawSafetensors(absl::StrCat(R"({"a":{"dtype":")", dtype, R"(","shape":[)", bits.size(),
                                    R"(,1],"data_offsets":[0,)", data.size(), "]}}"),
                       data),
        "f");
    EXPECT_TRUE(file.ok()) << file.status();
    const HostArray& array = file->arrays.at("a");
    EXPECT_EQ(ToString(array), absl::StrCat(dtype, "[", bits.size(), ", 1]"));
    return std::vector<float>(array.As<float>().begin(), array.As<float>().end());
  };
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_THAT(read("F16", {0x3c00, 0xc000, 0x3555, 0x7bff, 0x0400, 0x03ff, 0x8001, 0x7c00, 0xfc00}),
              ElementsAre(1, -2, 0.333251953125f, 65504, 6.103515625e-05f, 6.097555160522461e-05f,
                          -5.960464477539063e-08f, infinity, -infinity));
  EXPECT_THAT(read("BF16", {0x3f80, 0xc000, 0x3eab, 0x7f7f, 0x0080, 0x0001, 0xff80}),
              ElementsAre(1, -2, 0.333984375f, 3.3895313892515355e+38f, 1.1754943508222875e-38f,
                          9.183549615799121e-41f, -infinity));
  EXPECT_TRUE(std::signbit(read("F16", {0x8000})[0]));
  EXPECT_TRUE(std::isnan(read("F16", {0x7e00})[0]));
  EXPECT_TRUE(std::isnan(read("BF16", {0x7fc0})[0]));
}

TEST(SafetensorsParserTest, ArraysOfOtherTypesAreKnownByNameAndShape) {
  const auto file = ParseSafetensors(
      RawSafetensors(R"({"mask":{"dtype":"BOOL","shape":[2,1],"data_offsets":[0,2]},)"
                     R"("x":{"dtype":"I32","shape":[1],"data_offsets":[2,6]},)"
                     R"("z":{"dtype":"F\n4","shape":[3],"data_offsets":[6,8]}})",
                     std::string("\1\0\3\0\0\0\7\7", 8)),
      "f");
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_THAT(file->arrays.at("x").As<std::int32_t>(), ElementsAre(3));
  const HostArray& mask = file->arrays.at("mask");
  EXPECT_EQ(mask.type, ElementType::kOther);
  EXPECT_EQ(mask.size(), 2);
  EXPECT_EQ(DescribeArrays(*file), "mask BOOL[2, 1], x I32[1], z F\\n4[3]");
}

TEST(SafetensorsParserTest, WidenedArraysKeepTheNameOfTheirType) {
  const auto file = ParseSafetensors(
      RawSafetensors(R"({"x":{"dtype":"BF16","shape":[1],"data_offsets":[0,2]}})", "\x80\x3f"),
      "f");
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(DescribeArrays(*file), "x BF16[1]");
  EXPECT_THAT(file->arrays.at("x").As<float>(), ElementsAre(1));
  EXPECT_EQ(DescribeArrays(*ParseSafetensors(SerializeSafetensors(*file), "f")), "x F32[1]");
}

TEST(SafetensorsParserTest, DescribesArrays) {
  EXPECT_EQ(DescribeArrays({}), "no arrays");
  Safetensors file;
  for (const char* const name : {"a", "b", "c", "d", "e", "f", "g"}) {
    file.arrays[name] = HostArray::From<double>({1, 0}, {});
  }
  EXPECT_EQ(DescribeArrays(file),
            "a F64[1, 0], b F64[1, 0], c F64[1, 0], d F64[1, 0], e F64[1, 0] "
            "and 2 more");
}

TEST(SafetensorsParserTest, DescribesWhatIsThereInPlaceOfWhatIsMissing) {
  Safetensors file;
  EXPECT_EQ(DescribeMissing(file, "x"), "none; the file has no arrays");
  file.arrays["y"] = HostArray::From<float>({1}, {0});
  file.arrays["maxx"] = HostArray::From<float>({1}, {0});
  EXPECT_EQ(DescribeMissing(file, "x"), "none; the file has maxx F32[1], y F32[1]");
  file.arrays["my.x"] = HostArray::From<float>({1}, {0});
  EXPECT_EQ(DescribeMissing(file, "x"), "none, but my.x: leave out \"my.\" before the names");
  file.arrays["module.x"] = HostArray::From<float>({1}, {0});
  EXPECT_THAT(DescribeMissing(file, "x"),
              HasSubstr("none, but module.x, as PyTorch's DataParallel"));
  file.metadata["format"] = "mondeq checkpoint";
  EXPECT_THAT(DescribeMissing(file, "x"), HasSubstr("none, but a checkpoint"));
}

TEST(SafetensorsParserTest, OtherFormatsAreNamed) {
  for (const auto& [start, what] : std::vector<std::pair<std::string, std::string>>{
           {"PK\3\4", "found a zip archive, as PyTorch's .pt"},
           {"\x80\2}q", "found a Python pickle"},
           {"\x93NUMPY\1", "found a NumPy .npy array"},
           {"\x89HDF\r\n\x1a\n", "found an HDF5 file"},
           {"name: \"mnist\" ", "found text"}}) {
    const std::string contents = start + std::string(1000, 'x');
    ExpectRefused(contents, what);
  }
}

// Headers at which quadratic time or stack would not do.
TEST(SafetensorsParserTest, LongHeaders) {
  constexpr int kArrays = 100000;
  std::string arrays;
  for (int i = 0; i < kArrays; ++i) {
    absl::StrAppend(&arrays, i > 0 ? "," : "", R"("array.)", i,
                    R"(":{"dtype":"U8","shape":[1],"data_offsets":[)", i, ",", i + 1, "]}");
  }
  const std::string data(kArrays, '\7');
  const auto file = ParseSafetensors(RawSafetensors("{" + arrays + "}", data), "f");
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(file->arrays.size(), static_cast<std::size_t>(kArrays));
  EXPECT_EQ(file->arrays.at("array.99999").bytes, "\7");
  ExpectRefused(
      RawSafetensors(
          "{" + arrays + R"(,"array.7":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}})", data),
      "\"array.7\" twice");
  const auto again = ParseSafetensors(SerializeSafetensors(*file), "f");
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->arrays.size(), file->arrays.size());

  std::string metadata;
  for (int i = 0; i < kArrays; ++i)
    absl::StrAppend(&metadata, i > 0 ? "," : "", "\"", i, "\":\"v\"");
  EXPECT_TRUE(
      ParseSafetensors(RawSafetensors(R"({"__metadata__":{)" + metadata + "}}", ""), "f").ok());
  std::string ones = "1";
  for (int i = 0; i < kArrays; ++i) ones += ",1";
  EXPECT_TRUE(ParseSafetensors(RawSafetensors(R"({"a":{"dtype":"U8","shape":[)" + ones +
                                                  R"(],"data_offsets":[0,1]}})",
                                              "x"),
                               "f")
                  .ok());
  ExpectRefused(RawSafetensors(R"({"a":)" + std::string(10000000, '['), ""), "within each other");
}

// Bytes are those of the file, where the array's own name begins in it.
TEST(SafetensorsParserTest, ErrorsTellWhereAnArrayIsNamed) {
  const std::string before =
      R"({"__metadata__":{"x":"\"x","y":"x"},"a":{"dtype":"F32","shape":[1],)"
      R"("data_offsets":[0,4]},)";
  for (const std::string name : {R"("x")", R"("dtype")", R"("\u0078")"}) {
    const std::string header =
        before + name + R"( : {"dtype":"F32","shape":[-1],)" + R"("data_offsets":[4,8]}})";
    ExpectRefused(RawSafetensors(header, "12345678"),
                  absl::StrCat("byte ", 8 + before.size(), ": array "));
  }
}

TEST(SafetensorsParserTest, LongShapesAreCut) {
  std::string extents = "1";
  for (int i = 1; i < 200000; ++i) extents += ",1";
  const std::string header =
      absl::StrCat(R"({"x":{"dtype":"F32","shape":[)", extents, R"(],"data_offsets":[0,)");
  ExpectRefused(RawSafetensors(header + "5]}}", "12345"),
                "expected 4 bytes for F32[1, 1, 1, 1, 1, 1, 1, 1 and 199992 more], found [0,5]");
  const auto file = ParseSafetensors(RawSafetensors(header + "4]}}", "1234"), "f");
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(ToString(file->arrays.at("x")), "F32[1, 1, 1, 1, 1, 1, 1, 1 and 199992 more]");
}

}  // namespace
}  // namespace mondeq
