// mondeq certify on trained weights.
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/cli/bad_input_testing.h"

namespace mondeq {
namespace {

using ::testing::HasSubstr;

const char kSamplesHeader[] = "index,label,class,margin,radius_l2,radius_linf,radius_linf_interval";
const char kBitsHeader[] =
    "bits,index,class,stays,z_moves_at_most,z_moved,logits_move_at_most,logits_moved";

using Table = std::vector<std::vector<std::string>>;

Table RowsBelow(const std::string& header, const std::string& csv) {
  const Strings lines = absl::StrSplit(csv, '\n', absl::SkipEmpty());
  EXPECT_EQ(lines.front(), header);
  Table rows;
  for (std::size_t i = 1; i < lines.size(); ++i) rows.push_back(absl::StrSplit(lines[i], ','));
  return rows;
}

double Number(const std::string& text) {
  double value = 0;
  EXPECT_TRUE(absl::SimpleAtod(text, &value)) << text;
  return value;
}

class CertifyTest : public BadInput {
 protected:
  Strings Command(const Strings& more) const {
    Strings arguments = {"certify", "--weights=" + Weights(), "--out=" + Path("out")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }
};

TEST_F(CertifyTest, RadiiAndAccuracies) {
  const Outcome outcome = Mondeq(Command({"--samples=70", "--attack_steps=10"}));
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("m: 1\nL: at most "));
  EXPECT_THAT(outcome.out,
              HasSubstr("of mondeq.peaceman_rachford\ncontraction: a factor of at most 0."));
  const Table constants = RowsBelow("constant,value", Read(Path("out/constants.csv")));
  ASSERT_EQ(constants.size(), 6u);
  EXPECT_EQ(constants[0], (Strings{"m", "1"}));
  EXPECT_EQ(constants[1][0], "lipschitz_above");
  EXPECT_EQ(constants[2][0], "lipschitz_estimate");
  const double above = Number(constants[1][1]), estimate = Number(constants[2][1]),
               alpha = Number(constants[3][1]);
  EXPECT_GE(above, estimate * (1 - 1e-8));
  EXPECT_LE(above, 1.01 * estimate);
  EXPECT_EQ(constants[4][0], "contraction");
  EXPECT_LT(Number(constants[4][1]), 1);
  EXPECT_EQ(constants[5][0], "condition");
  EXPECT_NEAR(Number(constants[5][1]), (1 + alpha * above) / (1 + alpha), 1e-6);
  const Table samples = RowsBelow(kSamplesHeader, Read(Path("out/samples.csv")));
  ASSERT_EQ(samples.size(), 70u);
  int right = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    EXPECT_EQ(samples[i][0], std::to_string(i));
    EXPECT_GT(Number(samples[i][3]), 0);
    EXPECT_GT(Number(samples[i][4]), Number(samples[i][5]));
    EXPECT_GT(Number(samples[i][5]), 0);
    EXPECT_GE(Number(samples[i][5]), Number(samples[i][6]));
    right += samples[i][1] == samples[i][2] ? 1 : 0;
  }
  EXPECT_THAT(outcome.out, HasSubstr("interval bounds of linf: the larger radius for "));
  const Table rows =
      RowsBelow("norm,radius,certified_accuracy,attacked_accuracy", Read(Path("out/accuracy.csv")));
  ASSERT_EQ(rows.size(), 42u);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(rows[i][0], i < 21 ? "l2" : "linf");
    const double certified = Number(rows[i][2]);
    // What is robust lies between the two.
    EXPECT_LE(certified, Number(rows[i][3]) + 1e-9);
    if (i % 21 == 0) {
      EXPECT_EQ(rows[i][1], "0");
      EXPECT_NEAR(certified, right / 70.0, 1e-9);
      EXPECT_NEAR(Number(rows[i][3]), right / 70.0, 1e-9);
    } else {
      EXPECT_LE(certified, Number(rows[i - 1][2]) + 1e-12);
    }
  }
  EXPECT_LT(Number(rows[20][2]), 0.1);
  const std::string svg = Read(Path("out/accuracy.svg"));
  EXPECT_THAT(svg, HasSubstr("tiny: 70 test samples"));
  EXPECT_THAT(svg, HasSubstr("after the attack"));
}

// The attack's column is there only where there is one.
TEST_F(CertifyTest, WithoutAnAttack) {
  ASSERT_EQ(Mondeq(Command({})).code, 0);
  EXPECT_EQ(RowsBelow(kSamplesHeader, Read(Path("out/samples.csv"))).size(), 100u);
  EXPECT_EQ(RowsBelow("norm,radius,certified_accuracy", Read(Path("out/accuracy.csv"))).size(),
            42u);
}

TEST_F(CertifyTest, OfRoundedWeights) {
  const Outcome outcome = Mondeq(Command({"--samples=30", "--bits=2,6,12"}));
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const Table rows =
      RowsBelow("bits,index,class,stays,z_moves_at_most,z_moved,logits_move_at_most,logits_moved",
                Read(Path("out/bits.csv")));
  ASSERT_GE(rows.size(), 60u);
  double coarse = 0, fine = 0;
  for (std::size_t i = rows.size() - 60; i < rows.size(); ++i) {
    EXPECT_EQ(rows[i][0], i < rows.size() - 30 ? "6" : "12");
    EXPECT_LE(Number(rows[i][5]), Number(rows[i][4]));
    EXPECT_LE(Number(rows[i][7]), Number(rows[i][6]));
    (rows[i][0] == "6" ? coarse : fine) += Number(rows[i][4]);
    if (rows[i][0] == "12") {
      EXPECT_EQ(rows[i][3], "1");
    }
  }
  EXPECT_LT(fine, 0.1 * coarse);
  EXPECT_THAT(outcome.out, HasSubstr("m - ||dW||"));
  EXPECT_THAT(outcome.out, HasSubstr("30 of 30\n"));
}

// Operators of images: one too large for intervals, whose taps are rounded, and one of which W is
// not known either.
TEST_F(CertifyTest, OfManyUnits) {
  const auto train = [this](const std::string& name, const std::string& op) {
    std::string config = Replace(TinyExperiment(), "train_count: 300", "train_count: 50");
    config = Replace(config, "[mondeq.affine]", "[mondeq.padded_conv]");
    config = Replace(config, "[mondeq.dense] { units: 20 }", op);
    config = Replace(config, "readout {", "readout { [mondeq.flatten] {} } readout {");
    config =
        Replace(config, "[mondeq.relu] {}", "[mondeq.zero_border] { inner { [mondeq.relu] {} } }");
    const Outcome outcome =
        Mondeq({"train", "--config=" + File(name + ".textproto", config), "--out=" + Path(name)});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return Strings{"certify", "--weights=" + Path(name + "/weights.safetensors"),
                   "--out=" + Path("out"), "--samples=2", "--bits=12"};
  };
  const Outcome outcome = Mondeq(train("conv", "[mondeq.conv] { channels: 6 }"));
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("interval bounds of linf: for at most 1024 units, found 1"));
  EXPECT_EQ(RowsBelow(kSamplesHeader, Read(Path("out/samples.csv")))[0].back(), "");
  EXPECT_EQ(RowsBelow(kBitsHeader, Read(Path("out/bits.csv"))).size(), 2u);
  Refuses(train("tiers", "[mondeq.multi_tier_conv] { channels: [24, 2] }"), kUsage,
          {"--bits", "of at most 4096 units", "units, whose W it has as a matrix"});
}

TEST_F(CertifyTest, OfAnotherConfig) {
  ASSERT_EQ(Mondeq(Command({"--samples=20"})).code, 0);
  const std::string before = Read(Path("out/samples.csv"));
  const std::string config =
      File("half.textproto", Replace(TinyExperiment(), "units: 20", "units: 20 m: 0.5"));
  // Weights of earlier versions do not know m.
  const Outcome outcome = Mondeq({"certify", "--weights=" + OlderWeights(), "--config=" + config,
                                  "--out=" + Path("half"), "--samples=20"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("m: 0.5\n"));
  EXPECT_NE(Read(Path("half/samples.csv")), before);
}

TEST_F(CertifyTest, OfAMethodWithoutAGeometricRate) {
  const std::string config = File(
      "halpern.textproto", Replace(TinyExperiment(), "mondeq.peaceman_rachford", "mondeq.halpern"));
  const Outcome outcome = Mondeq({"certify", "--weights=" + OlderWeights(), "--config=" + config,
                                  "--out=" + Path("out"), "--samples=1"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("of mondeq.halpern\ncontraction: no geometric rate\n"));
  EXPECT_THAT(Read(Path("out/constants.csv")), HasSubstr("\ncontraction,\ncondition,"));
}

TEST_F(CertifyTest, BadFlags) {
  Refuses({"certify", "--out=" + Path("out")}, kUsage, {"certify needs --weights=FILE"});
  Refuses({"certify", "--weights=" + Weights()}, kUsage, {"certify needs --out=DIR"});
  Refuses(Command({"--samples=0"}), kUsage, {"--samples", "1 to", "found 0"});
  Refuses(Command({"--samples=101"}), kUsage, {"--samples", "the test samples", "found 101"});
  Refuses(Command({"--attack_steps=-1"}), kUsage, {"--attack_steps", "1 to", "found -1"});
  Refuses(Command({"--attack_steps=x"}), kUsage, {"--attack_steps", "integer", "\"x\""});
  for (const char* bits : {"1", "17", "x", "4,", "4.5", "-4"}) {
    Refuses(Command({absl::StrCat("--bits=", bits)}), kUsage,
            {"--bits", "whole numbers from 2 to 16"});
  }
  Refuses(Command({"--bits=4,8,4"}), kUsage, {"--bits: 4 is there twice"});
  Refuses(Command({"--iterations=3"}), kUsage, {"certify does not take --iterations"});
}

TEST_F(CertifyTest, ResultsThatAreThereStay) {
  ASSERT_EQ(Mondeq(Command({"--samples=1"})).code, 0);
  Refuses(Command({}), kUsage,
          {"--out: ", Path("out/constants.csv"), "is there already", "another directory"});
}

TEST_F(CertifyTest, BadFiles) {
  Refuses({"certify", "--weights=" + Path("none"), "--out=" + Path("out")}, kFile,
          {Path("none"), "no such file"});
  Refuses({"certify", "--weights=" + OlderWeights(), "--out=" + Path("out")}, kUsage,
          {"--config=FILE"});
  Refuses({"certify", "--weights=" + Weights(), "--out=" + File("file", "")}, kFile,
          {Path("file"), "cannot write"});
}

}  // namespace
}  // namespace mondeq
