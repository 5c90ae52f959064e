// import: the weights of other programs.
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/cli/command_line_testing.h"
#include "mondeq/core/random.h"
#include "mondeq/core/safetensors.h"
#include "mondeq/core/safetensors_testing.h"

namespace mondeq {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A model of each kind that the published code has, of 2 x 4 x 4 images and 10 classes.
struct Kind {
  std::string name;
  std::string injection, op, nonlinearity, readout;
  // Their name, our name and shape. A scalar has no axes there and shape [1] here.
  struct Array {
    std::string theirs, ours;
    std::vector<Index> shape;
  };
  std::vector<Array> arrays;
};

std::vector<Kind> Kinds() {
  const std::string relu = "[mondeq.relu] {}",
                    border = "[mondeq.zero_border] { inner { [mondeq.relu] {} } }";
  const std::string convolution = "[mondeq.padded_conv] {}", affine = "[mondeq.affine] {}";
  const std::string flat = "readout { [mondeq.flatten] {} } ",
                    last = "readout { [mondeq.affine] {} }";
  return {
      {"dense",
       affine,
       "[mondeq.dense] { units: 5 }",
       relu,
       last,
       {{"U.weight", "injection.weight", {5, 32}},
        {"U.bias", "injection.bias", {5}},
        {"A.weight", "operator.A", {5, 5}},
        {"B.weight", "operator.B", {5, 5}},
        {"Wout.weight", "readout.weight", {10, 5}},
        {"Wout.bias", "readout.bias", {10}}}},
      {"conv",
       convolution,
       "[mondeq.conv] { channels: 3 }",
       border,
       "readout { [mondeq.average_pool] { window: 2 } } " + flat + last,
       {{"U.weight", "injection.weight", {3, 2, 3, 3}},
        {"U.bias", "injection.bias", {3}},
        {"A.weight", "operator.A", {3, 3, 3, 3}},
        {"B.weight", "operator.B", {3, 3, 3, 3}},
        {"g", "operator.gamma", {}},
        {"h", "operator.h", {}},
        {"Wout.weight", "readout.weight", {10, 27}},
        {"Wout.bias", "readout.bias", {10}}}},
      {"multi",
       convolution,
       "[mondeq.multi_tier_conv] { channels: 2 channels: 3 }",
       border,
       flat + last,
       {{"U.weight", "injection.weight", {2, 2, 3, 3}},
        {"U.bias", "injection.bias", {2}},
        {"A0.0.weight", "operator.A.0", {2, 2, 3, 3}},
        {"A0.1.weight", "operator.A.1", {3, 3, 3, 3}},
        {"B0.0.weight", "operator.B.0", {2, 2, 3, 3}},
        {"B0.1.weight", "operator.B.1", {3, 3, 3, 3}},
        {"A_n0.0.weight", "operator.A_down.0", {3, 2, 3, 3}},
        {"g.0", "operator.gamma.0", {}},
        {"g.1", "operator.gamma.1", {}},
        {"gn.0", "operator.gamma_down.0", {}},
        {"h.0", "operator.h.0", {}},
        {"h.1", "operator.h.1", {}},
        {"Wout.weight", "readout.weight", {10, 48}},
        {"Wout.bias", "readout.bias", {10}}}},
  };
}

class ImportTest : public ::testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    directory_ = NewDirectory(absl::StrCat("import_", GetParam().name));
    Random random(3);
    for (const Kind::Array& array : GetParam().arrays) {
      HostArray values{ElementType::kFloat32, array.shape, ""};
      std::vector<float> numbers;
      for (Index i = 0; i < values.size(); ++i) {
        numbers.push_back(static_cast<float>(random.Normal()));
      }
      // Scalars are g or gn, and h, which may be negative.
      if (IsG(array)) numbers[0] = std::abs(numbers[0]);
      theirs_.arrays[Theirs(array)] = HostArray::From<float>(array.shape, numbers);
    }
    const std::string input = image_ ? "rows: 4 columns: 4 channels: 2" : "channels: 32";
    config_ =
        Write(directory_ + "/config.textproto",
              absl::StrCat(
                  "name: \"imported\" model { input { ", input,
                  " } classes: 10 equilibrium { injection { ", GetParam().injection,
                  " } operator { ", GetParam().op, " } nonlinearity { ", GetParam().nonlinearity,
                  " } splitting { [mondeq.peaceman_rachford] {} } } ", GetParam().readout, " }"));
  }

  static bool IsG(const Kind::Array& array) {
    return array.ours.find("gamma") != std::string::npos;
  }
  static std::string Theirs(const Kind::Array& array) {
    return array.theirs[0] == 'W' ? array.theirs : "mon.linear_module." + array.theirs;
  }
  std::string Output() const { return directory_ + "/ours.safetensors"; }

  Outcome Import(const Safetensors& theirs) const {
    return Mondeq(
        {"import", "--format=monotone_op_net", "--config=" + config_,
         "--weights=" + Write(directory_ + "/theirs.safetensors", SerializeSafetensors(theirs)),
         "--output=" + Output()});
  }

  void Refuses(const Safetensors& theirs, const std::vector<std::string>& parts) const {
    const auto before = Read(Write(Output(), "old"));
    ExpectError(Import(theirs), 3, parts);
    EXPECT_EQ(Read(Output()), before);
  }

  const bool image_ = GetParam().name != "dense";
  std::string directory_, config_;
  Safetensors theirs_;
};

TEST_P(ImportTest, EveryArrayGetsItsName) {
  const Outcome outcome = Import(theirs_);
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("parameters: "));
  const auto ours = ReadSafetensors(Output());
  ASSERT_TRUE(ours.ok()) << ours.status();
  for (const Kind::Array& array : GetParam().arrays) {
    const HostArray& in = theirs_.arrays.at(Theirs(array));
    ASSERT_EQ(ours->arrays.count(array.ours), 1u) << array.ours;
    const HostArray& out = ours->arrays.at(array.ours);
    EXPECT_EQ(out.shape, array.shape.empty() ? std::vector<Index>{1} : array.shape);
    if (IsG(array)) {
      EXPECT_THAT(out.ToDoubles(), ElementsAre(std::sqrt(in.ToDoubles()[0])));
    } else {
      EXPECT_EQ(out.ToDoubles(), in.ToDoubles());
    }
  }
  EXPECT_EQ(ours->arrays.size(), GetParam().arrays.size());
  EXPECT_EQ(ours->metadata.at("experiment"), "imported");
  EXPECT_THAT(ours->metadata.at("config"), HasSubstr("classes: 10"));
}

TEST_P(ImportTest, TheResultCanBeUsed) {
  ASSERT_EQ(Import(theirs_).code, 0);
  Safetensors x;
  x.arrays["x"] = HostArray::From<float>({1, 2, 4, 4}, std::vector<float>(32, 0.5f));
  if (!image_) x.arrays["x"].shape = {1, 32};
  const Outcome outcome =
      Mondeq({"solve", "--weights=" + Output(), "--dtype=float64", "--tol=1e-12",
              "--input=" + Write(directory_ + "/x.safetensors", SerializeSafetensors(x)),
              "--output=" + directory_ + "/y.safetensors"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const auto y = ReadSafetensors(directory_ + "/y.safetensors");
  ASSERT_TRUE(y.ok()) << y.status();
  EXPECT_LT(y->arrays.at("residual").ToDoubles()[0], 1e-10);
}

TEST_P(ImportTest, RefusesAMissingArray) {
  for (const Kind::Array& array : GetParam().arrays) {
    Safetensors theirs = theirs_;
    theirs.arrays.erase(Theirs(array));
    Refuses(theirs, {"theirs.safetensors: " + Theirs(array), array.ours, "found none"});
  }
}

TEST_P(ImportTest, RefusesAnotherShapeOrType) {
  for (const Kind::Array& array : GetParam().arrays) {
    Safetensors theirs = theirs_;
    HostArray& changed = theirs.arrays[Theirs(array)];
    changed = HostArray::From<float>({1, 2}, {1, 2});
    Refuses(theirs, {Theirs(array), array.ours, "F32[1, 2]"});
    changed = HostArray::From<std::int32_t>({1}, {1});
    Refuses(theirs, {Theirs(array), array.ours, "I32[1]"});
  }
}

TEST_P(ImportTest, RefusesSurplusArrays) {
  theirs_.arrays["mon.linear_module.C.weight"] = HostArray::From<float>({2}, {1, 2});
  Refuses(theirs_, {"mon.linear_module.C.weight", "F32[2]", "mon.linear_module.U.weight"});
}

// What is no array of floats beside theirs does not matter; narrow floats are floats.
TEST_P(ImportTest, TypesOfOthers) {
  RawArrays file;
  file.Add("mask", "BOOL", {1, 3}, "\1\1\1");
  file.Add("bn.num_batches_tracked", "I64", {}, std::string(8, '\1'));
  for (const auto& [name, array] : theirs_.arrays) {
    std::string upper;
    for (std::size_t i = 0; i < array.bytes.size(); i += 4) upper += array.bytes.substr(i + 2, 2);
    file.Add(name, "BF16", array.shape, upper);
  }
  const std::string path = Write(directory_ + "/theirs.safetensors", file.File());
  const Outcome outcome = Mondeq({"import", "--format=monotone_op_net", "--config=" + config_,
                                  "--weights=" + path, "--output=" + Output()});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
}

TEST_P(ImportTest, SaysWhatIsThereInPlaceOfWhatIsMissing) {
  Safetensors parallel;
  for (const auto& [name, array] : theirs_.arrays) parallel.arrays["module." + name] = array;
  Refuses(parallel, {"found none, but module.mon.linear_module.", "DataParallel"});
}

TEST_P(ImportTest, RefusesANegativeG) {
  for (const Kind::Array& array : GetParam().arrays) {
    if (!IsG(array)) continue;
    Safetensors theirs = theirs_;
    theirs.arrays[Theirs(array)] = HostArray::From<float>({}, {-0.25f});
    Refuses(theirs, {Theirs(array), ">= 0", "-0.25", "monotone"});
    theirs.arrays[Theirs(array)] = HostArray::From<float>({}, {0.0f});
    EXPECT_EQ(Import(theirs).code, 0) << "0 is the root of 0";
  }
}

TEST_P(ImportTest, RefusesANumberThatIsNone) {
  for (const Kind::Array& array : GetParam().arrays) {
    Safetensors theirs = theirs_;
    theirs.arrays[Theirs(array)].bytes.replace(0, 4, std::string("\0\0\xc0\x7f", 4));
    Refuses(theirs, {Theirs(array), "finite", "nan"});
  }
}

TEST_P(ImportTest, RefusesAnotherFormat) {
  ExpectError(Mondeq({"import", "--format=onnx", "--config=" + config_, "--weights=w",
                      "--output=" + Output()}),
              2, {"--format", "monotone_op_net", "\"onnx\""});
}

INSTANTIATE_TEST_SUITE_P(All, ImportTest, ::testing::ValuesIn(Kinds()),
                         [](const ::testing::TestParamInfo<Kind>& kind) {
                           return kind.param.name;
                         });

TEST(Import, RefusesAModelThatThePublishedCodeHasNot) {
  const std::string directory = NewDirectory("import_other");
  const std::string config =
      Write(directory + "/config.textproto",
            Replace(TinyExperiment(), "readout { [mondeq.affine] {} }",
                    "readout { [mondeq.affine] { units: 5 } } readout { [mondeq.affine] {} }"));
  const std::string theirs = Write(directory + "/theirs.safetensors", SerializeSafetensors({}));
  ExpectError(Mondeq({"import", "--format=monotone_op_net", "--config=" + config,
                      "--weights=" + theirs, "--output=" + directory + "/ours.safetensors"}),
              2, {"monotone_op_net", "readout.0.weight"});
}

TEST(Import, KnowsItsOwnWeights) {
  const std::string directory = NewDirectory("import_own"), run = directory + "/run";
  const std::string config = Write(directory + "/config.textproto", TinyExperiment());
  ASSERT_EQ(Mondeq({"train", "--config=" + config, "--out=" + run, "--epochs=1"}).code, 0);
  const std::string weights = run + "/weights.safetensors";
  ExpectError(Mondeq({"import", "--format=monotone_op_net", "--config=" + config,
                      "--weights=" + weights, "--output=" + directory + "/ours.safetensors"}),
              3, {weights, "found mondeq's own, which need no import"});
}

}  // namespace
}  // namespace mondeq
