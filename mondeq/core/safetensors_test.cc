#include "mondeq/core/safetensors.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/core/file.h"

namespace mondeq {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

bool Equal(const Safetensors& a, const Safetensors& b) {
  const auto same = [](const auto& x, const auto& y) {
    return x.first == y.first && x.second.type == y.second.type &&
           x.second.shape == y.second.shape && x.second.bytes == y.second.bytes;
  };
  return a.metadata == b.metadata && a.arrays.size() == b.arrays.size() &&
         std::equal(a.arrays.begin(), a.arrays.end(), b.arrays.begin(), same);
}

Safetensors Sample() {
  Safetensors file;
  file.arrays["b.weight"] = HostArray::From<float>({2, 3}, {1, -2, 3, 4, 5.5f, 1e-30f});
  file.arrays["a"] = HostArray::From<std::uint8_t>({3}, {0, 128, 255});
  file.arrays["counts"] = HostArray::From<std::int32_t>({1, 2}, {-7, 7});
  file.arrays["d"] = HostArray::From<double>({1}, {std::numeric_limits<double>::quiet_NaN()});
  file.arrays["empty"] = HostArray::From<float>({0, 4}, {});
  file.arrays["scalar"] = HostArray::From<std::int64_t>({}, {-(std::int64_t{1} << 40)});
  file.metadata = {{"note", "quote \" and \xc3\xa9"}, {"", "empty key"}};
  return file;
}

// A file with that header and data, without checksums, as other programs write.
std::string Raw(const std::string& header, const std::string& data) {
  const std::uint64_t length = header.size();
  std::string contents(8, '\0');
  std::memcpy(&contents[0], &length, 8);
  return contents + header + data;
}

absl::Status ParseRaw(const std::string& header, const std::string& data) {
  return ParseSafetensors(Raw(header, data), "f.safetensors").status();
}

void ExpectRefused(const absl::Status& status, const std::string& what) {
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("f.safetensors: byte "), HasSubstr("expected"), HasSubstr("found"),
                    HasSubstr(what), Not(HasSubstr("\n"))));
}

TEST(SafetensorsTest, RoundTripThroughAFile) {
  const std::string path = ::testing::TempDir() + "/round_trip.safetensors";
  ASSERT_TRUE(WriteSafetensors(path, Sample()).ok());
  EXPECT_TRUE(Equal(ReadSafetensors(path).value(), Sample()));
  EXPECT_TRUE(Equal(ParseSafetensors(SerializeSafetensors({}), "f").value(), {}));
  EXPECT_EQ(ReadSafetensors(path + ".none").status().code(), absl::StatusCode::kNotFound);
}

TEST(SafetensorsTest, ElementsAndShapes) {
  const Safetensors file = Sample();
  EXPECT_THAT(file.arrays.at("counts").As<std::int32_t>(), ElementsAre(-7, 7));
  EXPECT_THAT(file.arrays.at("counts").ToDoubles(), ElementsAre(-7.0, 7.0));
  EXPECT_THAT(file.arrays.at("a").ToDoubles(), ElementsAre(0.0, 128.0, 255.0));
  EXPECT_EQ(file.arrays.at("b.weight").size(), 6);
  EXPECT_EQ(file.arrays.at("empty").size(), 0);
  EXPECT_EQ(file.arrays.at("scalar").size(), 1);
  EXPECT_EQ(ToString(file.arrays.at("b.weight")), "F32[2, 3]");
}

TEST(SafetensorsTest, EveryArrayIsAlignedToItsElements) {
  const std::string contents = SerializeSafetensors(Sample());
  std::uint64_t header;
  std::memcpy(&header, contents.data(), 8);
  EXPECT_EQ(header % 8, 0u);
  const Safetensors file = Sample();
  for (const auto& [name, array] : file.arrays) {
    if (array.bytes.empty()) continue;
    const std::size_t at = contents.find(array.bytes, 8 + header);
    ASSERT_NE(at, std::string::npos) << name;
    EXPECT_EQ(at % static_cast<std::size_t>(ElementSize(array.type)), 0u) << name;
  }
}

TEST(SafetensorsTest, EveryFlippedBitIsNoticed) {
  const std::string contents = SerializeSafetensors(Sample());
  for (std::size_t bit = 0; bit < 8 * contents.size(); ++bit) {
    std::string flipped = contents;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    const auto parsed = ParseSafetensors(flipped, "f");
    // A space of the padding may become a tab, which changes nothing.
    if (parsed.ok()) {
      EXPECT_EQ(contents[bit / 8], ' ') << "bit " << bit;
      EXPECT_TRUE(Equal(*parsed, Sample())) << "bit " << bit;
    } else {
      EXPECT_EQ(parsed.status().code(), absl::StatusCode::kDataLoss);
    }
  }
}

TEST(SafetensorsTest, EveryTruncationIsNoticed) {
  const std::string contents = SerializeSafetensors(Sample());
  for (std::size_t size = 0; size < contents.size(); ++size) {
    ExpectRefused(ParseSafetensors(contents.substr(0, size), "f.safetensors").status(), "");
  }
  ExpectRefused(ParseSafetensors(contents + "x", "f.safetensors").status(), "1 bytes more");
}

TEST(SafetensorsTest, ReadsFilesWithoutChecksums) {
  const auto file = ParseSafetensors(
      Raw(R"({"x":{"dtype":"I32","shape":[1],"data_offsets":[2,6]}, )"
          R"("__metadata__":{"k":"v"}, "u":{"data_offsets":[0,2],"dtype":"U8","shape":[2,1]}}   )",
          std::string("\1\2\3\0\0\0", 6)),
      "f");
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_THAT(file->arrays.at("x").As<std::int32_t>(), ElementsAre(3));
  EXPECT_THAT(file->arrays.at("u").As<std::uint8_t>(), ElementsAre(1, 2));
  EXPECT_EQ(file->metadata.at("k"), "v");
}

TEST(SafetensorsTest, RefusesBadHeaders) {
  for (const auto& [header, what] : std::vector<std::pair<std::string, std::string>>{
           {"", "JSON"},
           {"{", "JSON"},
           {"[]", "JSON object"},
           {"{} x", "syntax error"},
           {std::string("{}\0", 3), "NUL"},
           {R"({"a":1e999})", "out of range"},
           {R"({"a":[[[[[[[[]]]]]]]]})", "at most 4 objects and arrays within each other"},
           {R"({"a":{"a":{"a":{"a":{}}}}})", "at most 4 objects and arrays within each other"},
           {"7", "JSON object of arrays, found 7"},
           {R"({"a":7})", "dtype, shape and data_offsets"},
           {R"({"__metadata__":{"a":1}})", "strings"},
           {R"({"__metadata__":[]})", "object"},
           {R"({"__metadata__":{"mondeq.crc32":"00000000"}})", "both"}}) {
    ExpectRefused(ParseRaw(header, ""), what);
  }
  std::string endless = Raw("{}", "");
  endless[7] = 1;
  ExpectRefused(ParseSafetensors(endless, "f.safetensors").status(), "not a safetensors file");
}

TEST(SafetensorsTest, RefusesBadArrays) {
  const auto parse = [](const std::string& dtype, const std::string& shape,
                        const std::string& offsets) {
    return ParseRaw(absl::StrCat(R"({"a":{"dtype":)", dtype, R"(,"shape":)", shape,
                                 R"(,"data_offsets":)", offsets, "}}"),
                    "12345678");
  };
  EXPECT_TRUE(parse(R"("F32")", "[2]", "[0,8]").ok());
  for (const auto& [dtype, shape, offsets, what] :
       std::vector<std::tuple<std::string, std::string, std::string, std::string>>{
           {"3", "[2]", "[0,8]", "dtype"},
           {R"("")", "[2]", "[0,8]", "dtype"},
           {R"("BF16")", "[2]", "[0,8]", "expected 4 bytes for BF16[2], found [0,8]"},
           {R"("F16")", "[4611686018427387904]", "[0,8]", "shape"},
           {R"("F4")", "[4611686018427387904,2]", "[0,8]", "shape"},
           {R"("F4")", "[16]", "[8,0]", "data_offsets"},
           {R"("F4")", "[16]", "[0,7]", "1 bytes more"},
           {R"("F32")", "[3]", "[0,8]", "expected 12 bytes for F32[3], found [0,8]"},
           {R"("F32")", "[-2]", "[0,8]", "shape"},
           {R"("F32")", "[2.0]", "[0,8]", "shape"},
           {R"("F32")", "2", "[0,8]", "shape"},
           {R"("F32")", "null", "[0,8]", "shape"},
           {R"("F32")", "[4294967296,4294967296,2]", "[0,8]", "shape"},
           {R"("F32")", "[18446744073709551615]", "[0,8]", "shape"},
           {R"("F32")", "[1]", "[0,4]", "4 bytes more"},
           {R"("F32")", "[1]", "[4,8]", "expected data at 0"},
           {R"("F32")", "[2]", "[8,0]", "data_offsets"},
           {R"("F32")", "[2]", "[8,16]", "data_offsets"},
           {R"("F32")", "[4]", "[0,16]", "expected 16 bytes of array \"a\", found 8"},
           {R"("F32")", "[2]", "[0,8,8]", "two integers"},
           {R"("F32")", "[2]", "[-8,0]", "two integers"},
           {R"("F32")", "[2]", R"("0,8")", "two integers"}}) {
    ExpectRefused(parse(dtype, shape, offsets), what);
  }
}

// The values are what Python's struct makes of the bits ("e" for F16, the upper half of "f").
TEST(SafetensorsTest, NarrowFloatsAreWidened) {
  const auto read = [](const std::string& dtype, const std::vector<std::uint16_t>& bits) {
    const std::string data(reinterpret_cast<const char*>(bits.data()), 2 * bits.size());
    const auto file = ParseSafetensors(
        Raw(absl::StrCat(R"({"a":{"dtype":")", dtype, R"(","shape":[)", bits.size(),
                         R"(,1],"data_offsets":[0,)", data.size(), "]}}"),
            data),
        "f");
    EXPECT_TRUE(file.ok()) << file.status();
    const HostArray& array = file->arrays.at("a");
    EXPECT_EQ(ToString(array), absl::StrCat("F32[", bits.size(), ", 1]"));
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

TEST(SafetensorsTest, ArraysOfOtherTypesAreKnownByNameAndShape) {
  const auto file =
      ParseSafetensors(Raw(R"({"mask":{"dtype":"BOOL","shape":[2,1],"data_offsets":[0,2]},)"
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

TEST(SafetensorsTest, DescribesArrays) {
  EXPECT_EQ(DescribeArrays({}), "no arrays");
  EXPECT_EQ(DescribeArrays(Sample()),
            "a U8[3], b.weight F32[2, 3], counts I32[1, 2], d F64[1], empty F32[0, 4] and 1 more");
}

TEST(SafetensorsTest, DescribesWhatIsThereInPlaceOfWhatIsMissing) {
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

TEST(SafetensorsTest, OtherFormatsAreNamed) {
  for (const auto& [start, what] : std::vector<std::pair<std::string, std::string>>{
           {"PK\3\4", "found a zip archive, as PyTorch's .pt"},
           {"\x80\2}q", "found a Python pickle"},
           {"\x93NUMPY\1", "found a NumPy .npy array"},
           {"\x89HDF\r\n\x1a\n", "found an HDF5 file"},
           {"name: \"mnist\" ", "found text"}}) {
    const std::string contents = start + std::string(1000, 'x');
    ExpectRefused(ParseSafetensors(contents, "f.safetensors").status(), what);
  }
}

// Headers at which quadratic time or stack would not do.
TEST(SafetensorsTest, LongHeaders) {
  constexpr int kArrays = 100000;
  std::string arrays;
  for (int i = 0; i < kArrays; ++i) {
    absl::StrAppend(&arrays, i > 0 ? "," : "", R"("array.)", i,
                    R"(":{"dtype":"U8","shape":[1],"data_offsets":[)", i, ",", i + 1, "]}");
  }
  const std::string data(kArrays, '\7');
  const auto file = ParseSafetensors(Raw("{" + arrays + "}", data), "f");
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(file->arrays.size(), static_cast<std::size_t>(kArrays));
  EXPECT_EQ(file->arrays.at("array.99999").bytes, "\7");
  ExpectRefused(
      ParseRaw("{" + arrays + R"(,"array.7":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}})",
               data),
      "\"array.7\" twice");
  const auto again = ParseSafetensors(SerializeSafetensors(*file), "f");
  EXPECT_TRUE(again.ok() && Equal(*again, *file)) << again.status();

  std::string metadata;
  for (int i = 0; i < kArrays; ++i)
    absl::StrAppend(&metadata, i > 0 ? "," : "", "\"", i, "\":\"v\"");
  EXPECT_TRUE(ParseRaw(R"({"__metadata__":{)" + metadata + "}}", "").ok());
  std::string ones = "1";
  for (int i = 0; i < kArrays; ++i) ones += ",1";
  EXPECT_TRUE(
      ParseRaw(R"({"a":{"dtype":"U8","shape":[)" + ones + R"(],"data_offsets":[0,1]}})", "x").ok());
  ExpectRefused(ParseRaw(R"({"a":)" + std::string(10000000, '['), ""), "within each other");
}

TEST(SafetensorsTest, RefusesOverlapsAndDuplicates) {
  const auto two = [](const std::string& first, const std::string& second,
                      const std::string& offsets) {
    return ParseRaw(absl::StrCat(R"({")", first, R"(":{"dtype":"U8","shape":[4],)",
                                 R"("data_offsets":[0,4]},")", second,
                                 R"(":{"dtype":"U8","shape":[4],"data_offsets":)", offsets, "}}"),
                    "12345678");
  };
  EXPECT_TRUE(two("a", "b", "[4,8]").ok());
  ExpectRefused(two("a", "a", "[4,8]"), "\"a\" twice");
  ExpectRefused(two("a", "b", "[0,4]"), "array \"b\"");
  ExpectRefused(two("a", "b", "[3,7]"), "expected data at 4 of the data section, found 3");
  ExpectRefused(two("a", "b", "[5,9]"), "expected data at 4 of the data section, found 5");
}

}  // namespace
}  // namespace mondeq
