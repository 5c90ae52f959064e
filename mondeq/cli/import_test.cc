// import: the weights of other programs.
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/cli/command_line_testing.h"
#include "mondeq/cli/monotone_op_net_testing.h"
#include "mondeq/core/safetensors.h"
#include "mondeq/core/safetensors_testing.h"

namespace mondeq {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ImportTest : public ::testing::TestWithParam<PublishedModel> {
 protected:
  void SetUp() override {
    directory_ = NewDirectory(absl::StrCat("import_", GetParam().name));
    config_ = Write(directory_ + "/config.textproto", GetParam().Config());
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

  std::string directory_, config_;
  Safetensors theirs_ = GetParam().StateDict();
};

TEST_P(ImportTest, EveryArrayGetsItsName) {
  const Outcome outcome = Import(theirs_);
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("parameters: "));
  const auto ours = ReadSafetensors(Output());
  ASSERT_TRUE(ours.ok()) << ours.status();
  for (const PublishedModel::Array& array : GetParam().arrays) {
    const HostArray& in = theirs_.arrays.at(array.their_name());
    ASSERT_EQ(ours->arrays.count(array.ours), 1u) << array.ours;
    const HostArray& out = ours->arrays.at(array.ours);
    EXPECT_EQ(out.shape, array.shape.empty() ? std::vector<Index>{1} : array.shape);
    if (array.is_g()) {
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
  if (!GetParam().takes_images()) x.arrays["x"].shape = {1, 32};
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
  for (const PublishedModel::Array& array : GetParam().arrays) {
    Safetensors theirs = theirs_;
    theirs.arrays.erase(array.their_name());
    Refuses(theirs, {"theirs.safetensors: " + array.their_name(), array.ours, "found none"});
  }
}

TEST_P(ImportTest, RefusesAnotherShapeOrType) {
  for (const PublishedModel::Array& array : GetParam().arrays) {
    Safetensors theirs = theirs_;
    HostArray& changed = theirs.arrays[array.their_name()];
    changed = HostArray::From<float>({1, 2}, {1, 2});
    Refuses(theirs, {array.their_name(), array.ours, "F32[1, 2]"});
    changed = HostArray::From<std::int32_t>({1}, {1});
    Refuses(theirs, {array.their_name(), array.ours, "I32[1]"});
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
  for (const PublishedModel::Array& array : GetParam().arrays) {
    if (!array.is_g()) continue;
    Safetensors theirs = theirs_;
    theirs.arrays[array.their_name()] = HostArray::From<float>({}, {-0.25f});
    Refuses(theirs, {array.their_name(), ">= 0", "-0.25", "monotone"});
    theirs.arrays[array.their_name()] = HostArray::From<float>({}, {0.0f});
    EXPECT_EQ(Import(theirs).code, 0) << "0 is the root of 0";
  }
}

TEST_P(ImportTest, RefusesANumberThatIsNone) {
  for (const PublishedModel::Array& array : GetParam().arrays) {
    Safetensors theirs = theirs_;
    theirs.arrays[array.their_name()].bytes.replace(0, 4, std::string("\0\0\xc0\x7f", 4));
    Refuses(theirs, {array.their_name(), "finite", "nan"});
  }
}

TEST_P(ImportTest, RefusesAnotherFormat) {
  ExpectError(Mondeq({"import", "--format=onnx", "--config=" + config_, "--weights=w",
                      "--output=" + Output()}),
              2, {"--format", "monotone_op_net", "\"onnx\""});
}

INSTANTIATE_TEST_SUITE_P(All, ImportTest, ::testing::ValuesIn(PublishedModels()),
                         [](const ::testing::TestParamInfo<PublishedModel>& model) {
                           return model.param.name;
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
