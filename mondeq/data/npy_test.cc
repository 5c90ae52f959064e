#include "mondeq/data/npy.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/data/npy_testing.h"

namespace mondeq {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// What numpy.save (NumPy 2) wrote of np.array([[1, -2, 3.5], [0, 1e-3, 5]], '<f4').
// spaces.
std::string SixFloats() {
  return std::string("\x93NUMPY\x01\x00\x76\x00", 10) +
         "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }" + std::string(58, ' ') +
         "\n" +
         std::string(
             "\x00\x00\x80\x3f\x00\x00\x00\xc0\x00\x00\x60\x40\x00\x00\x00\x00"
             "\x6f\x12\x83\x3a\x00\x00\xa0\x40",
             24);
}

std::string Bytes(int count) {
  std::string bytes;
  for (int i = 0; i < count; ++i) bytes += static_cast<char>('a' + i);
  return bytes;
}

void ExpectRefused(const std::string& contents, const std::string& what) {
  const absl::Status status = ParseNpy(contents, "f.npy").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  EXPECT_THAT(std::string(status.message()),
              AllOf(StartsWith("f.npy: byte "), HasSubstr("expected"), HasSubstr("found"),
                    HasSubstr(what), Not(HasSubstr("\n"))));
}

TEST(NpyTest, ReadsWhatNumPyWrites) {
  const auto array = ParseNpy(SixFloats(), "f.npy");
  ASSERT_TRUE(array.ok()) << array.status();
  EXPECT_EQ(array->shape, (std::vector<Index>{2, 3}));
  EXPECT_THAT(array->As<float>(), ElementsAre(1, -2, 3.5f, 0, 1e-3f, 5));
}

TEST(NpyTest, ReadsEveryTypeAndVersion) {
  const std::pair<std::string, ElementType> types[] = {
      {"<f4", ElementType::kFloat32}, {"<f8", ElementType::kFloat64}, {"<i4", ElementType::kInt32},
      {"<i8", ElementType::kInt64},   {"|u1", ElementType::kUint8},   {"<u1", ElementType::kUint8}};
  for (const auto& [descr, type] : types) {
    for (const int major : {1, 2, 3}) {
      const std::string data = Bytes(6 * static_cast<int>(ElementSize(type)) / 2);
      const auto array = ParseNpy(NpyFile(NpyHeaderText(descr, {3, 1}), data, major), "f.npy");
      ASSERT_TRUE(array.ok()) << array.status();
      EXPECT_EQ(array->type, type);
      EXPECT_EQ(array->shape, (std::vector<Index>{3, 1}));
      EXPECT_EQ(array->bytes, data);
    }
  }
}

TEST(NpyTest, ReadsEveryShape) {
  for (const auto& shape : std::vector<std::vector<Index>>{
           {}, {4}, {1, 2}, {2, 3, 2}, {2, 1, 3, 2}, {0}, {Index{1} << 61, 0}}) {
    int size = 1;
    for (const Index extent : shape) size *= static_cast<int>(extent);
    for (const bool fortran : {false, true}) {
      const auto array =
          ParseNpy(NpyFile(NpyHeaderText("|u1", shape, fortran), Bytes(size)), "f.npy");
      ASSERT_TRUE(array.ok()) << array.status();
      EXPECT_EQ(array->shape, shape);
    }
  }
}

TEST(NpyTest, FortranOrderBecomesC) {
  const std::vector<Index> shape = {2, 3, 4, 5};
  std::vector<std::int32_t> values(120);
  std::string data(480, '\0');
  for (int i = 0, at = 0; i < 2; ++i) {
    for (int j = 0; j < 3; ++j) {
      for (int k = 0; k < 4; ++k) {
        for (int l = 0; l < 5; ++l, ++at) {
          values[static_cast<std::size_t>(at)] = at;
          const int place = i + 2 * (j + 3 * (k + 4 * l));
          data[static_cast<std::size_t>(4 * place)] = static_cast<char>(at);
        }
      }
    }
  }
  const auto array = ParseNpy(NpyFile(NpyHeaderText("<i4", shape, true), data), "f.npy");
  ASSERT_TRUE(array.ok()) << array.status();
  EXPECT_EQ(array->As<std::int32_t>(), absl::MakeConstSpan(values));
}

// The order of keys, quotes and spaces are free.
TEST(NpyTest, ReadsHeadersOfOtherPrograms) {
  for (const char* const text :
       {"{\"shape\":(2,3),\"descr\":\"|u1\",\"fortran_order\":False}",
        " { 'fortran_order' : False , 'shape' : ( 2 , 3 , ) , 'descr' : '|u1' , } \n"}) {
    const auto array = ParseNpy(NpyFile(text, Bytes(6)), "f.npy");
    ASSERT_TRUE(array.ok()) << array.status();
    EXPECT_EQ(array->shape, (std::vector<Index>{2, 3}));
  }
}

TEST(NpyTest, EveryTruncationAndAnythingMoreIsRefused) {
  for (const std::string& whole :
       {SixFloats(), NpyFile(NpyHeaderText("|u1", {3}), Bytes(3), /*major=*/2)}) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
      ExpectRefused(whole.substr(0, size), "");
    }
    ExpectRefused(whole + "x", "expected the end of the file after ");
  }
  ExpectRefused(SixFloats().substr(0, 140),
                "byte 140: truncated: expected 2 x 3 elements of 4 bytes, found 12 bytes");
}

TEST(NpyTest, EveryDamageOfTheHeaderIsSurvived) {
  const std::string whole = SixFloats();
  for (std::size_t at = 0; at < 70; ++at) {
    for (const char c : {'\0', '\xff', '{', '}', '\'', '9', ','}) {
      std::string damaged = whole;
      damaged[at] = c;
      const auto array = ParseNpy(damaged, "f.npy");
      if (array.ok()) {
        EXPECT_EQ(array->bytes.size(), 24u);
      } else {
        ExpectRefused(damaged, "");
      }
    }
  }
}

// They are refused without reserving anything.
TEST(NpyTest, RefusesAbsurdSizes) {
  const std::string huge = "(9223372036854775807, 9223372036854775807)";
  const std::string head = "{'descr': '<f8', 'fortran_order': False, 'shape': ";
  ExpectRefused(NpyFile(head + huge + "}", "abcd"), "truncated: expected 9223372036854775807 x");
  ExpectRefused(NpyFile(head + "(2305843009213693953,)}", "abcdefgh"), "truncated");
  ExpectRefused(NpyFile(head + "(9223372036854775808,)}", ""),
                "expected extents of at most 9223372036854775807, found 9223372036854775808");
  ExpectRefused(NpyFile(head + "(" + std::string(10000, '9') + ")}", ""), "found 9999");
  ExpectRefused(NpyFile(head + "(2305843009213693953, 4, 0)}", ""), "truncated");
  std::string many;
  for (int i = 0; i < 65; ++i) many += "1,";
  ExpectRefused(NpyFile(head + "(" + many + ")}", "abcdefgh"), "at most 64 dimensions");
  ExpectRefused(NpyFile("{}", "", 2, 0xffffffff),
                "truncated: expected a header of 4294967295 bytes, found 2");
}

TEST(NpyTest, RefusesOtherFormatsAndVersions) {
  ExpectRefused("PK\3\4....", "found a zip archive, as PyTorch's .pt and NumPy's .npz are");
  ExpectRefused("1,2,3\n",
                "byte 0: expected an .npy file, which begins with \\x93NUMPY, found text");
  for (const int major : {0, 4, 255}) {
    ExpectRefused(NpyFile("{}", "", major),
                  absl::StrCat("byte 6: expected version 1.0, 2.0 or 3.0, found ", major, ".0"));
  }
}

TEST(NpyTest, RefusesOtherTypes) {
  for (const auto& [descr, found] : std::vector<std::pair<std::string, std::string>>{
           {">f4", "found >f4; save array.astype(array.dtype.newbyteorder('<'))"},
           {"<f2", "found <f2; save array.astype('float32')"},
           {"|b1", "found |b1; save"},
           {"<c8", "found <c8"},
           {"<U5", "found <U5"},
           {"|O", "found |O (Python objects)"}}) {
    ExpectRefused(NpyFile(NpyHeaderText(descr, {1}), "abcd"),
                  "descr: expected <f4, <f8, |u1, <i4 or <i8, " + found);
  }
  ExpectRefused(NpyFile("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", "abcd"),
                "expected the type of all elements, such as '<f4', found [('a', '<f4')]");
}

TEST(NpyTest, RefusesOtherHeaders) {
  const std::string descr = "'descr': '|u1'", order = "'fortran_order': False",
                    shape = "'shape': (2,)";
  const std::string all = descr + ", " + order + ", " + shape;
  for (const auto& [text, what] : std::vector<std::pair<std::string, std::string>>{
           {"", "byte 10: expected '{' in the header, found the end of the header"},
           {"{", "expected a key of the header"},
           {"{}", "expected a key 'descr' in the header, found none"},
           {"{" + descr + ", " + order + "}", "expected a key 'shape' in the header"},
           {"{" + descr + ", " + shape + "}", "expected a key 'fortran_order' in the header"},
           {"{" + all + "} x", "expected the end of the header, found x"},
           {"{" + all + " " + descr + "}", "expected '}' in the header, found 'descr'"},
           {"{" + all + ", " + descr + "}", "every key of the header once, found another 'descr'"},
           {"{" + all + ", 'x': 1}", "'fortran_order' and 'shape', found 'x'"},
           {"{" + descr + ", " + order + ", 'shape': (-2,)}", "an extent of the shape, found -2"},
           {"{" + descr + ", " + order + ", 'shape': (2.0,)}", "expected ')'"},
           {"{" + descr + ", " + order + ", 'shape': 2}", "expected '(' in the header, found 2}"},
           {"{" + descr + ", 'fortran_order': 1, " + shape + "}", "expected True or False, found"},
           {"{'descr", "expected a key of the header, found 'descr"}}) {
    ExpectRefused(NpyFile(text, "ab"), what);
  }
}

}  // namespace
}  // namespace mondeq
