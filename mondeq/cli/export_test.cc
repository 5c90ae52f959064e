// export: weights for other programs.
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/cli/bad_input_testing.h"
#include "mondeq/cli/monotone_op_net_testing.h"
#include "mondeq/core/safetensors.h"
#include "mondeq/core/zip_testing.h"
#include "mondeq/data/npy.h"

namespace mondeq {
namespace {

using ::testing::HasSubstr;

void ExpectSame(const HostArray& found, const HostArray& expected, const std::string& name) {
  EXPECT_EQ(found.type, expected.type) << name;
  EXPECT_EQ(found.shape, expected.shape) << name;
  EXPECT_EQ(found.bytes, expected.bytes) << name;
}

class ExportTest : public ::testing::TestWithParam<PublishedModel> {
 protected:
  void SetUp() override {
    directory_ = NewDirectory(absl::StrCat("export_", GetParam().name));
    config_ = Write(Path("config.textproto"), GetParam().Config());
    theirs_ = Import("theirs", GetParam().StateDict());
  }

  std::string Path(const std::string& name) const { return absl::StrCat(directory_, "/", name); }

  // Imports a state_dict of theirs and returns the weights file.
  std::string Import(const std::string& name, const Safetensors& theirs) const {
    const std::string output = Path(name + "_ours");
    const Outcome outcome = Mondeq({"import", "--format=monotone_op_net", "--config=" + config_,
                                    "--weights=" + Write(Path(name), SerializeSafetensors(theirs)),
                                    "--output=" + output});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return output;
  }

  // Returns the path of what is exported.
  std::string Export(const std::string& weights, const std::string& format,
                     const std::string& names) const {
    const std::string output = absl::StrCat(weights, "_", names, ".", format);
    const Outcome outcome = Mondeq({"export", "--weights=" + weights, "--format=" + format,
                                    "--names=" + names, "--output=" + output});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(outcome.err, "");
    EXPECT_THAT(outcome.out, ::testing::MatchesRegex("parameters: [0-9]+\nm: 1\nalpha: .+\n"));
    return output;
  }

  // Writes weights of random numbers, whose gamma are negative or not, and returns the path.
  std::string Weights(ElementType type, int signs) const {
    Safetensors file = *ReadSafetensors(theirs_);
    int gamma = 0;
    for (const PublishedModel::Array& array : GetParam().arrays) {
      HostArray& ours = file.arrays.at(array.ours);
      std::vector<double> values = ours.ToDoubles();
      if (array.is_g() && (signs >> gamma++ & 1) != 0) values[0] = -values[0];
      // Every bit of the type is in use.
      for (double& value : values) value *= 1 + 1 / 3.0;
      ours = type == ElementType::kFloat64
                 ? HostArray::From<double>(ours.shape, values)
                 : HostArray::From<float>(ours.shape,
                                          std::vector<float>(values.begin(), values.end()));
    }
    file.metadata.erase("lipschitz");
    return Write(Path("w"), SerializeSafetensors(file));
  }

  // The equilibrium of a sample, in float64.
  std::string Equilibrium(const std::string& weights) const {
    Safetensors x;
    x.arrays["x"] = HostArray::From<float>({1, 2, 4, 4}, std::vector<float>(32, 0.5f));
    if (!GetParam().takes_images()) x.arrays["x"].shape = {1, 32};
    const std::string output = Path("z");
    const Outcome outcome =
        Mondeq({"solve", "--weights=" + weights, "--dtype=float64", "--tol=1e-12",
                "--set=model.equilibrium.splitting.peaceman_rachford.alpha.value=0.5",
                "--input=" + Write(Path("x"), SerializeSafetensors(x)), "--output=" + output});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    const Safetensors solution = *ReadSafetensors(output);
    std::string z;
    for (const auto& [name, array] : solution.arrays) {
      if (absl::StartsWith(name, "z.")) z += array.bytes;
    }
    return z;
  }

  std::string directory_, config_, theirs_;
};

// What their code saved comes back: g = sqrt(g)^2 with three roundings of float64 and all else bit
// for bit.
TEST_P(ExportTest, TheirsComeBack) {
  const Safetensors theirs = GetParam().StateDict();
  const auto back = ReadSafetensors(Export(theirs_, "safetensors", "monotone_op_net"));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->metadata.size(), 0u);
  ASSERT_EQ(back->arrays.size(), theirs.arrays.size());
  for (const PublishedModel::Array& array : GetParam().arrays) {
    const HostArray &found = back->arrays.at(array.their_name()),
                    &expected = theirs.arrays.at(array.their_name());
    if (!array.is_g()) {
      ExpectSame(found, expected, array.theirs);
      continue;
    }
    EXPECT_EQ(found.shape, std::vector<Index>{});
    const double g = expected.ToDoubles()[0];
    EXPECT_NEAR(found.ToDoubles()[0], g, 3 * 0x1p-53 * g);
  }
}

// Ours come back bit for bit: in binary floating-point arithmetic the root of a rounded square is
// what was squared. Where gamma is negative its kernel is, and the equilibria have the same bits.
TEST_P(ExportTest, OursComeBack) {
  for (const ElementType type : {ElementType::kFloat32, ElementType::kFloat64}) {
    for (const int signs : {0, 1, 2, 4, 7}) {
      const std::string path = Weights(type, signs);
      const Safetensors ours = *ReadSafetensors(path);
      const std::string returned =
          Import("back", *ReadSafetensors(Export(path, "safetensors", "monotone_op_net")));
      const Safetensors back = *ReadSafetensors(returned);
      EXPECT_EQ(back.arrays.size(), ours.arrays.size());
      for (const auto& [name, array] : ours.arrays) {
        absl::string_view suffix = name;
        const bool gamma = absl::ConsumePrefix(&suffix, "operator.gamma");
        const bool kernel = absl::ConsumePrefix(&suffix, "operator.A");
        const auto owner = ours.arrays.find(absl::StrCat("operator.gamma", suffix));
        const bool negated =
            kernel && owner != ours.arrays.end() && owner->second.ToDoubles()[0] < 0;
        std::vector<double> expected = array.ToDoubles();
        for (double& value : expected) value = gamma ? std::abs(value) : negated ? -value : value;
        std::vector<double> found = back.arrays.at(name).ToDoubles();
        if (gamma && type == ElementType::kFloat32) found[0] = static_cast<float>(found[0]);
        EXPECT_EQ(found, expected) << name;
      }
      if (type == ElementType::kFloat64) {
        EXPECT_EQ(Equilibrium(returned), Equilibrium(path));
      }
    }
  }
}

// Under our own names every format has the same arrays, as they are in the weights file.
TEST_P(ExportTest, EveryFormatHasEveryArray) {
  for (const ElementType type : {ElementType::kFloat32, ElementType::kFloat64}) {
    const std::string path = Weights(type, 0);
    const std::map<std::string, HostArray> ours = ReadSafetensors(path)->arrays;
    const Safetensors copy = *ReadSafetensors(Export(path, "safetensors", "mondeq"));
    const auto npz = FilesInZip(Read(Export(path, "npz", "mondeq")));
    const auto torch = FilesInZip(Read(Export(path, "torch", "mondeq")));
    EXPECT_EQ(copy.arrays.size(), ours.size());
    EXPECT_EQ(npz.size(), ours.size() + copy.metadata.size());
    EXPECT_EQ(torch.size(), ours.size() + 3);
    int number = 0;
    for (const auto& [name, array] : ours) {
      ExpectSame(copy.arrays.at(name), array, name);
      ExpectSame(ParseNpy(npz.at(name + ".npy"), name).value(), array, name);
      EXPECT_EQ(torch.at(absl::StrCat("archive/data/", number++)), array.bytes) << name;
      EXPECT_THAT(torch.at("archive/data.pkl"), HasSubstr(name));
    }
    for (const auto& entry : copy.metadata) {
      EXPECT_EQ(npz.count(absl::StrCat("metadata.", entry.first, ".npy")), 1u) << entry.first;
    }
  }
}

// Their names come without metadata, which load_state_dict would take for parameters.
TEST_P(ExportTest, TheirNamesStandAlone) {
  const std::size_t count = GetParam().arrays.size();
  const auto npz = FilesInZip(Read(Export(theirs_, "npz", "monotone_op_net")));
  const auto torch = FilesInZip(Read(Export(theirs_, "torch", "monotone_op_net")));
  EXPECT_EQ(npz.size(), count);
  EXPECT_EQ(torch.size(), count + 3);
  for (const PublishedModel::Array& array : GetParam().arrays) {
    EXPECT_EQ(npz.count(array.their_name() + ".npy"), 1u) << array.theirs;
    EXPECT_THAT(torch.at("archive/data.pkl"), HasSubstr(array.their_name()));
  }
}

TEST_P(ExportTest, WeightsThatKnowTheirMeaningKeepIt) {
  const Safetensors before = *ReadSafetensors(theirs_);
  EXPECT_EQ(ReadSafetensors(Export(theirs_, "safetensors", "mondeq"))->metadata, before.metadata);
}

INSTANTIATE_TEST_SUITE_P(All, ExportTest, ::testing::ValuesIn(PublishedModels()),
                         [](const ::testing::TestParamInfo<PublishedModel>& model) {
                           return model.param.name;
                         });

class BadExport : public BadInput {
 protected:
  Strings Export(const Strings& more, const std::string& weights = Weights()) const {
    Strings arguments = {"export", "--weights=" + weights, "--output=" + File("out", "old")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }

  // Weights of the tiny experiment with `from` replaced by `to`.
  std::string WeightsOf(const std::string& from, const std::string& to) const {
    const std::string config = Write(Path("c"), Replace(TinyExperiment(), from, to));
    const Outcome outcome =
        Mondeq({"train", "--config=" + config, "--out=" + Path("run"), "--epochs=1"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return Path("run/weights.safetensors");
  }
};

TEST_F(BadExport, UnknownFormatOrNames) {
  Refuses(Export({"--format=onnx"}), kUsage,
          {"--format: must be npz, torch or safetensors, found \"onnx\""});
  Refuses(Export({"--format=npz", "--names=keras"}), kUsage,
          {"--names: must be mondeq or monotone_op_net, found \"keras\""});
  Refuses(Export({}), kUsage, {"export needs --format=NAME"});
}
TEST_F(BadExport, OutputIsTheInput) {
  const std::string weights = File("w", Read(Weights()));
  Refuses({"export", "--weights=" + weights, "--format=npz", "--output=" + weights}, kUsage,
          {"--output: " + weights, "is the file of --weights"});
  Refuses({"export", "--weights=" + weights, "--format=npz", "--output=" + Path("none/y")}, kFile,
          {Path("none/y"), "cannot write"});
  Refuses({"export", "--weights=" + weights, "--format=npz", "--output=/dev/full"}, kFile,
          {"/dev/full", "full"});
}
TEST_F(BadExport, WeightsThatAreNone) {
  const std::string checkpoint = NewestCheckpoint(run_), input = GoodInput();
  Refuses(Export({"--format=npz"}, checkpoint), kFile, {checkpoint, "a checkpoint"});
  Refuses(Export({"--format=npz"}, input), kFile, {input, "samples, which --input takes"});
  Refuses(Export({"--format=npz"}, Path("none")), kFile, {Path("none"), "no such file"});
}
TEST_F(BadExport, WeightsWithoutAConfig) {
  const std::string weights = OlderWeights();
  Refuses(Export({"--format=npz"}, weights), kUsage, {weights, "--config=FILE must give it"});
  const Outcome outcome =
      Mondeq(Export({"--format=npz", "--config=" + run_ + "/experiment.textproto"}, weights));
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(FilesInZip(Read(Path("out"))).count("metadata.config.npy"), 1u);
}
TEST_F(BadExport, WeightsThatAreNotFinite) {
  Safetensors file = *ReadSafetensors(Weights());
  file.arrays.at("readout.bias").bytes.replace(0, 4, std::string("\0\0\xc0\x7f", 4));
  const std::string weights = File("w", SerializeSafetensors(file));
  Refuses(Export({"--format=torch"}, weights), kFile, {weights, "readout.bias", "nan"});
}
TEST_F(BadExport, ModelsThatThePublishedCodeHasNot) {
  const auto refuses = [&](const std::string& from, const std::string& to,
                           const std::string& part) {
    const std::string weights = WeightsOf(from, to);
    Refuses(Export({"--format=torch", "--names=monotone_op_net"}, weights), kUsage,
            {"--names=monotone_op_net: has no models with", part, "as this config"});
    EXPECT_EQ(Mondeq(Export({"--format=torch"}, weights)).code, 0);
    std::filesystem::remove_all(Path("run"));
  };
  const std::string readout = "readout { [mondeq.affine] {} }";
  refuses(readout, "readout { [mondeq.affine] { units: 5 } } " + readout,
          "with a parameter readout.0.weight");
  refuses("units: 20", "units: 20 weight_normalization: true",
          "with a parameter operator.gamma beside dense matrices");
  refuses(readout, "readout { [mondeq.affine] { bias: false } }",
          "without a parameter readout.bias");
}
// Where A is not zero, L is too large before.
TEST_F(BadExport, GammaWhoseSquareIsNoFloat) {
  const PublishedModel conv = PublishedModels()[1];
  Safetensors theirs = conv.StateDict();
  HostArray& kernel = theirs.arrays.at("mon.linear_module.A.weight");
  kernel.bytes.assign(kernel.bytes.size(), '\0');
  const std::string weights = Path("w");
  ASSERT_EQ(
      Mondeq({"import", "--format=monotone_op_net",
              "--config=" + File("conv.textproto", conv.Config()),
              "--weights=" + File("theirs", SerializeSafetensors(theirs)), "--output=" + weights})
          .code,
      0);
  Safetensors ours = *ReadSafetensors(weights);
  ours.arrays.at("operator.gamma") = HostArray::From<float>({1}, {1e20f});
  ours.metadata.erase("lipschitz");
  Write(weights, SerializeSafetensors(ours));
  Refuses(Export({"--format=npz", "--names=monotone_op_net"}, weights), kFile,
          {weights + ": operator.gamma", "whose square F32 can hold, found 1e+20"});
}

}  // namespace
}  // namespace mondeq
