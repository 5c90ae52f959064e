#include "mondeq/core/safetensors.h"

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
#include "mondeq/core/safetensors_testing.h"

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

absl::Status ParseRaw(const std::string& header, const std::string& data) {
  return ParseSafetensors(RawSafetensors(header, data), "f.safetensors").status();
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
      RawSafetensors(
          R"({"x":{"dtype":"I32","shape":[1],"data_offsets":[2,6]}, )"
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
  std::string endless = RawSafetensors("{}", "");
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
