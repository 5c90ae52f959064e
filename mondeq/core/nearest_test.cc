#include "mondeq/core/nearest.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/core/random.h"

namespace mondeq {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string RandomWord(Random* random) {
  std::string word;
  const std::uint64_t length = random->Below(7);
  for (std::uint64_t i = 0; i < length; ++i) word += static_cast<char>('a' + random->Below(3));
  return word;
}

TEST(EditDistanceTest, KnownDistances) {
  EXPECT_EQ(EditDistance("", ""), 0);
  EXPECT_EQ(EditDistance("", "abc"), 3);
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3);
  EXPECT_EQ(EditDistance("dense", "dnese"), 1);
  EXPECT_EQ(EditDistance("conv", "con"), 1);
}

TEST(EditDistanceTest, IsSymmetricBoundedAndZeroOnlyForEqualWords) {
  Random random(1);
  for (int i = 0; i < 500; ++i) {
    const std::string a = RandomWord(&random);
    const std::string b = RandomWord(&random);
    const int distance = EditDistance(a, b);
    EXPECT_EQ(distance, EditDistance(b, a)) << a << " " << b;
    EXPECT_EQ(distance == 0, a == b) << a << " " << b;
    EXPECT_LE(distance, std::max(a.size(), b.size())) << a << " " << b;
    EXPECT_GE(distance, std::max(a.size(), b.size()) - std::min(a.size(), b.size()));
  }
}

TEST(NearestTest, FindsTyposAbbreviationsAndOtherCase) {
  const std::vector<std::string> names = {"dense", "conv", "peaceman_rachford"};
  EXPECT_EQ(Nearest("dnse", names), "dense");
  EXPECT_EQ(Nearest("Conv", names), "conv");
  EXPECT_EQ(Nearest("peaceman", names), "peaceman_rachford");
  EXPECT_EQ(Nearest("rachford", names), "peaceman_rachford");
  EXPECT_EQ(Nearest("forward_backward", names), "");
  EXPECT_EQ(Nearest(std::string(1000000, 'x'), names), "");
  EXPECT_EQ(Nearest("dense", {}), "");
}

// An exact name in other letters is nearer than a typo or an abbreviation of another.
TEST(NearestTest, OtherLettersComeBeforeTypos) {
  const std::vector<std::string> names = {"elu", "relu", "relu6", "leaky_relu", "hard_tanh"};
  EXPECT_EQ(Nearest("ReLU", names), "relu");
  EXPECT_EQ(Nearest("ELU", names), "elu");
  EXPECT_EQ(Nearest("ReLU6", names), "relu6");
  EXPECT_EQ(Nearest("LeakyReLU", names), "leaky_relu");
  EXPECT_EQ(Nearest("hard-tanh", names), "hard_tanh");
  EXPECT_EQ(Nearest("Hardtahn", names), "hard_tanh");
}

// What another name is meant by is no typo.
TEST(NearestTest, OtherNamesAreNotSuggested) {
  EXPECT_EQ(Nearest("anderson", {"tolerance", "criterion"}), "");
  EXPECT_EQ(Nearest("dense", {"dataset", "experiment"}), "");
  EXPECT_EQ(Nearest("float64", {"FLOAT32", "TF32"}), "");
  EXPECT_EQ(Nearest("cifar100", {"cifar10"}), "");
  EXPECT_EQ(Nearest("float", {"FLOAT32", "TF32"}), "FLOAT32");
}

TEST(UnknownNameTest, NamesTheNearestAndAll) {
  EXPECT_EQ(UnknownName("nonlinearity", "rleu", {"relu", "tanh"}),
            "unknown nonlinearity \"rleu\"; did you mean \"relu\"? known: relu, tanh");
  EXPECT_EQ(UnknownName("kind", "shoe", {"operator"}), "unknown kind \"shoe\"; known: operator");
  EXPECT_EQ(UnknownName("kind", "shoe", {}), "unknown kind \"shoe\"; known: none");
}

TEST(UnknownNameTest, StaysOneShortLine) {
  const std::string text = UnknownName("kind", std::string(1000000, '\n'), {"a"});
  EXPECT_THAT(text, Not(HasSubstr("\n")));
  EXPECT_LT(text.size(), 400u);
  EXPECT_EQ(UnknownName("kind", "caf\xC3\xA9\x1b[31m", {"a"}),
            "unknown kind \"caf\xC3\xA9\\x1b[31m\"; known: a");
}

}  // namespace
}  // namespace mondeq
