// What is in a MATLAB file besides what is asked for, and the types that numbers come in.
#include <cstdint>
#include <fstream>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/data/mat_file.h"
#include "mondeq/data/mat_testing.h"

namespace mondeq {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

using Shape = std::vector<std::uint32_t>;

absl::StatusOr<std::vector<MatArray>> Read(const std::string& bytes) {
  const std::string path = ::testing::TempDir() + "/variables.mat";
  std::ofstream(path, std::ios::binary) << bytes;
  return ReadMatArrays(path, {"y"});
}

void ExpectRefused(const std::string& bytes, const ::testing::Matcher<std::string>& what) {
  const absl::Status status = Read(bytes).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  EXPECT_THAT(
      std::string(status.message()),
      AllOf(StartsWith(::testing::TempDir() + "/variables.mat: "), what, Not(HasSubstr("\n"))));
}

std::string Y() { return MatNumbers<std::uint8_t>(9, {2, 1}, "y", 2, {3, 10}); }

// Reads numbers of type T, plain and packed.
template <class T>
void ExpectRead(std::uint32_t array_class, std::uint32_t type) {
  const std::string y = MatNumbers<T>(array_class, {3, 1}, "y", type, {T{0}, T{9}, T{127}});
  for (const std::string& variable : {y, MatPacked(y)}) {
    const auto arrays = Read(MatHeader() + variable);
    ASSERT_TRUE(arrays.ok()) << arrays.status();
    EXPECT_THAT((*arrays)[0].values, ElementsAre(0, 9, 127)) << type;
    EXPECT_THAT((*arrays)[0].shape, ElementsAre(3, 1));
  }
}

TEST(MatVariablesTest, NumbersOfEveryType) {
  ExpectRead<double>(6, 9);
  ExpectRead<float>(7, 7);
  ExpectRead<std::int8_t>(8, 1);
  ExpectRead<std::uint8_t>(9, 2);
  ExpectRead<std::int16_t>(10, 3);
  ExpectRead<std::uint16_t>(11, 4);
  ExpectRead<std::int32_t>(12, 5);
  ExpectRead<std::uint32_t>(13, 6);
  ExpectRead<std::int64_t>(14, 12);
  ExpectRead<std::uint64_t>(15, 13);
  // MATLAB stores doubles in a smaller type where they fit; a logical array has a flag.
  ExpectRead<std::uint8_t>(6, 2);
  ExpectRead<std::int16_t>(6, 3);
  ExpectRead<std::uint8_t>(9 | 0x200, 2);
}

TEST(MatVariablesTest, OtherNumbersAreToldWithTheirPlace) {
  const auto refused = [](const std::string& y, const std::string& found) {
    ExpectRefused(MatHeader() + y, EndsWith("variable y: element 1: expected a whole number of 0 "
                                            ".. 255, found " +
                                            found));
  };
  refused(MatNumbers<double>(6, {2, 1}, "y", 9, {1, 0.5}), "0.5");
  refused(MatNumbers<double>(6, {2, 1}, "y", 9, {1, std::numeric_limits<double>::quiet_NaN()}),
          "nan");
  refused(MatNumbers<float>(7, {2, 1}, "y", 7, {1, 1e30f}), "1e+30");
  refused(MatNumbers<double>(6, {2, 1}, "y", 9, {1, 3.0000001}), "3.0000001");
  refused(MatNumbers<std::int8_t>(8, {2, 1}, "y", 1, {1, -1}), "-1");
  refused(MatNumbers<std::int64_t>(14, {2, 1}, "y", 12, {1, 256}), "256");
  refused(MatNumbers<std::int64_t>(14, {2, 1}, "y", 12, {1, std::int64_t{1} << 32}), "4294967296");
  refused(MatNumbers<std::uint64_t>(15, {2, 1}, "y", 13, {1, ~std::uint64_t{0}}),
          "18446744073709551615");
}

TEST(MatVariablesTest, AVariableThatIsThereTwiceIsRefused) {
  const std::string y = MatNumbers<double>(6, {2, 1}, "y", 9, {1, 2});
  ExpectRefused(MatHeader() + y + y, EndsWith("expected one variable y, found two"));
}

// Text, a struct with a nested cell, a cell, a sparse matrix, complex numbers, a function handle,
// an object (which has no extents), and what a subsystem leaves.
std::vector<std::string> Others() {
  const std::string text = MatVariableBytes(4, {1, 2}, "t", MatElementBytes(4, "a\0b"));
  const std::string cell = MatVariableBytes(1, {1, 1}, "", text);
  return {text,
          MatVariableBytes(2, {1, 1}, "s",
                           MatElementBytes(5, std::string("\2\0\0\0", 4)) +
                               MatElementBytes(1, std::string("a\0", 2)) + cell),
          MatVariableBytes(1, {1, 1}, "c", cell),
          MatVariableBytes(5, {2, 2}, "sp", MatElementBytes(5, "") + MatElementBytes(5, "")),
          MatNumbers<double>(6 | 0x800, {1, 1}, "z", 9, {1}),
          MatVariableBytes(16, {1, 1}, "f", text),
          MatElementBytes(14, MatElementBytes(6, std::string("\x11\0\0\0\0\0\0\0", 8)) +
                                  MatElementBytes(1, "o") + MatElementBytes(1, "MCOS")),
          MatNumbers<std::uint8_t>(9, {1, 4}, "", 2, {1, 2, 3, 4})};
}

TEST(MatVariablesTest, OtherVariablesDoNotMatter) {
  std::string before, after;
  for (const std::string& other : Others()) {
    before += other;
    after += MatPacked(other);
  }
  for (const std::string& y : {Y(), MatPacked(Y())}) {
    for (const std::string& file : {before + y + after, after + y + before}) {
      const auto arrays = Read(MatHeader() + file);
      ASSERT_TRUE(arrays.ok()) << arrays.status();
      EXPECT_THAT((*arrays)[0].values, ElementsAre(3, 10));
    }
  }
  ExpectRefused(
      MatHeader() + before,
      EndsWith("variable y: expected an array of that name, found none; the file has t "
               "(text, 1 x 2), s (a struct, 1 x 1), c (a cell array, 1 x 1), sp (a sparse "
               "matrix, 2 x 2), z (double, 1 x 1) and 3 more"));
  ExpectRefused(MatHeader(), HasSubstr("the file has no variables"));
}

TEST(MatVariablesTest, ClassesAreNamed) {
  for (const auto& [flags, name] : std::vector<std::pair<std::uint32_t, std::string>>{
           {1, "a cell array"},
           {2, "a struct"},
           {3, "an object"},
           {4, "text"},
           {5, "a sparse matrix"},
           {16, "a function handle"},
           {18, "unknown class 18"},
           {6 | 0x800, "complex numbers of class double"}}) {
    const std::string y = MatNumbers<double>(flags, {1, 1}, "y", 9, {1});
    for (const std::string& variable : {y, MatPacked(y)}) {
      ExpectRefused(MatHeader() + variable,
                    EndsWith("variable y: expected an array of real numbers, found " + name));
    }
  }
}

TEST(MatVariablesTest, OtherVersionsAreNamedWithWhatToDo) {
  const std::string advice =
      "; in MATLAB save it with -v7, in Python write it with "
      "scipy.io.savemat";
  std::string v73 = MatHeader() + std::string(512, '\0');
  v73[125] = 2;
  ExpectRefused(v73, EndsWith("byte 124: expected version 0x0100 (MATLAB v5), found 0x0200 (v7.3, "
                              "HDF5)" +
                              advice));
  ExpectRefused(
      "\x89HDF\r\n\x1a\n" + std::string(512, '\0'),
      EndsWith("byte 0: expected a MATLAB v5 file, found an HDF5 one, as v7.3 is" + advice));
  // y = [1; 2] as uint8 (50) in both byte orders.
  for (const std::string& v4 :
       {std::string("\x32\0\0\0\2\0\0\0\1\0\0\0\0\0\0\0\2\0\0\0y\0\1\2", 24),
        std::string("\0\0\4\x1a\0\0\0\2\0\0\0\1\0\0\0\0\0\0\0\2y\0\1\2", 24)}) {
    ExpectRefused(v4, EndsWith("byte 0: expected a MATLAB v5 file, found a v4 one" + advice));
  }
  ExpectRefused("\x89PNG\r\n\x1a\n" + std::string(512, '\0'),
                HasSubstr("(the file is a PNG image)"));
}

// Sizes at which quadratic time would not do.
TEST(MatVariablesTest, ManyVariables) {
  const std::string plain = MatVariableBytes(4, {1, 1}, "t", MatElementBytes(4, "a"));
  const std::string packed = MatPacked(plain);
  std::string file = MatHeader();
  for (int i = 0; i < 100000; ++i) file += i % 2 == 0 ? plain : packed;
  const auto arrays = Read(file + Y());
  ASSERT_TRUE(arrays.ok()) << arrays.status();
  EXPECT_THAT((*arrays)[0].values, ElementsAre(3, 10));
}

// A cell array in a cell array in ... is one variable, which nothing goes into.
TEST(MatVariablesTest, DeepVariables) {
  std::string deep = MatVariableBytes(4, {1, 1}, "t", MatElementBytes(4, "a"));
  for (int i = 0; i < 1000; ++i) deep = MatVariableBytes(1, {1, 1}, "", deep);
  deep = MatVariableBytes(1, {1, 1}, "c", deep);
  const auto arrays = Read(MatHeader() + deep + MatPacked(deep) + Y());
  ASSERT_TRUE(arrays.ok()) << arrays.status();
}

// A packed variable that goes on beyond what it says is not unpacked to its end.
TEST(MatVariablesTest, PackedVariablesOfAnotherSize) {
  std::string y = Y();
  for (const std::string& wrong : {y + std::string(100000000, '\0'), y.substr(0, y.size() - 1)}) {
    ExpectRefused(MatHeader() + MatPacked(wrong), HasSubstr("expected one compressed variable"));
  }
}

}  // namespace
}  // namespace mondeq
