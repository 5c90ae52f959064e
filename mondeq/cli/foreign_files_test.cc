// Files as other programs write them: other formats, types, names and orders, and absurd sizes.
#include <cstdint>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "mondeq/cli/bad_input_testing.h"
#include "mondeq/core/safetensors_testing.h"
#include "mondeq/data/idx_testing.h"

namespace mondeq {
namespace {

using ForeignFiles = BadInput;

TEST_F(ForeignFiles, WeightsOfAnotherKind) {
  const std::string checkpoint = NewestCheckpoint(run_);
  for (const Strings& arguments :
       {Strings{"eval", "--weights=" + checkpoint}, Trained("eval", {"--weights=" + checkpoint})}) {
    Refuses(arguments, kFile, {checkpoint, "a checkpoint", "weights.safetensors"});
  }
  const std::string zip = File("model.pt", "PK\3\4" + std::string(1000, 'x'));
  Refuses(Trained("eval", {"--weights=" + zip}), kFile, {zip, "zip archive", "PyTorch"});
  const std::string pickle = File("old.pt", "\x80\2}q" + std::string(1000, 'x'));
  Refuses(Trained("eval", {"--weights=" + pickle}), kFile, {pickle, "pickle"});
  Safetensors file = *ReadSafetensors(OlderWeights()), renamed;
  for (const auto& entry : file.arrays) renamed.arrays["module." + entry.first] = entry.second;
  const std::string parallel = File("parallel.safetensors", SerializeSafetensors(renamed));
  Refuses(Trained("eval", {"--weights=" + parallel}), kFile,
          {parallel, "module.operator.A", "DataParallel"});
}
// As TensorFlow and images in files have it.
TEST_F(ForeignFiles, InputWithChannelsLast) {
  const std::string last = Input({2, 12, 12, 1}, std::vector<float>(288));
  const Strings parts = {last, "x", "expected samples of shape 12x12x1", "[N, 1, 12, 12]",
                         "found 12x1x12 in [2, 12, 12, 1], which is [N, H, W, C]"};
  Refuses(Solve(last), kFile, parts);
  Refuses(SolveWith(OlderWeights(), last), kFile, parts);
  Refuses(Trained("predict", {"--weights=" + Weights(), "--input=" + last}), kFile, parts);
}
// Where x is what the config says and the weights are not, it is the weights that are wrong.
TEST_F(ForeignFiles, WeightsOfAnotherWidth) {
  const Outcome outcome = Mondeq(
      SolveWith(OlderWeights(), GoodInput(), {"--set=model.equilibrium.operator.dense.units=21"}));
  ExpectError(outcome, kFile, {Path("weights.safetensors"), "operator.A", "[21, 21]", "[20, 20]"});
  EXPECT_EQ(outcome.err.find("x.safetensors"), std::string::npos) << outcome.err;
}
// Without a config that tells the input, the weights do.
TEST_F(ForeignFiles, InputThatOnlyTheWeightsKnow) {
  const std::string all = TinyExperiment();
  const std::size_t model = all.find("model {"), training = all.find("training {");
  const std::string config =
      File("bare.textproto", "name: \"bare\"\n" + all.substr(model, training - model));
  const std::string weights = OlderWeights();
  const auto refuses = [&](const std::string& input, const Strings& parts) {
    Refuses({"solve", "--config=" + config, "--weights=" + weights, "--input=" + input,
             "--output=" + Path("y")},
            kFile, parts);
  };
  const std::string wrong = Input({2, 143}, std::vector<float>(286));
  refuses(wrong, {weights, "injection.weight", "[20, 144]", "for x F32[2, 143] of " + wrong});
}
TEST_F(ForeignFiles, SamplesInAFormatOfOthers) {
  for (const auto& [contents, format] : std::vector<std::pair<std::string, std::string>>{
           {"\x89PNG\r\n\x1a\n1234567890", "expected a PNG image, found a damaged one"},
           {"\xff\xd8\xff\xe0 1234567890", "expected a JPEG image, found a damaged one"},
           {"\x93NUMPY\1 1234567890", "expected version 1.0, 2.0 or 3.0, found 1.32"},
           {"PK\3\4 1234567890", "NumPy's .npz are; the formats are safetensors with x"},
           {"", "found an empty file; the formats are"}}) {
    const std::string path = File("x", contents);
    Refuses(Trained("predict", {"--weights=" + Weights(), "--input=" + path}), kFile,
            {path, format});
    Refuses(Solve(path), kFile, {path, format});
  }
}
TEST_F(ForeignFiles, PredictOnImagesWithoutPixels) {
  for (const std::vector<std::uint32_t>& extents :
       {std::vector<std::uint32_t>{0xffffffffu, 0, 28}, std::vector<std::uint32_t>{0, 12, 12}}) {
    const std::string path = File("x", IdxBytes(0x803, extents, ""));
    Refuses(Trained("predict", {"--weights=" + Weights(), "--input=" + path}), kFile,
            {path, "none of them 0", "found"});
  }
}
// What a file asks for may be more than there is.
TEST_F(ForeignFiles, FilesOfAbsurdSize) {
  const std::string path = File("x", "x");
  std::error_code error;
  std::filesystem::resize_file(path, std::uintmax_t{1} << 42, error);
  if (error) GTEST_SKIP() << "the file system has no files of that size";
  for (const Strings& arguments :
       {Trained("predict", {"--weights=" + Weights(), "--input=" + path}), Solve(path),
        Trained("eval", {"--weights=" + path})}) {
    ExpectError(Mondeq(arguments), kFile, {path, "memory"});
  }
  std::filesystem::remove(path);
}
// Weights and x in bfloat16 give what the same numbers give in float32, and a mask beside them does
// not matter.
TEST_F(ForeignFiles, NarrowFloatsAndArraysOfOtherTypes) {
  const Safetensors trained = *ReadSafetensors(OlderWeights());
  Safetensors rounded, x;
  RawArrays narrow_weights, narrow_x;
  const auto narrow = [&](const std::string& name, const HostArray& array, RawArrays* file) {
    std::string upper;
    HostArray wide = array;
    for (std::size_t i = 0; i < wide.bytes.size(); i += 4) {
      upper += wide.bytes.substr(i + 2, 2);
      wide.bytes.replace(i, 2, 2, '\0');
    }
    file->Add(name, "BF16", array.shape, upper);
    return wide;
  };
  narrow_weights.Add("mask", "BOOL", {3}, std::string("\1\0\1", 3));
  for (const auto& [name, array] : trained.arrays) {
    rounded.arrays[name] = narrow(name, array, &narrow_weights);
  }
  narrow_x.Add("mask", "BOOL", {2}, "\1\1");
  x.arrays["x"] =
      narrow("x", HostArray::From<float>({2, 144}, std::vector<float>(288, 0.7f)), &narrow_x);

  const auto solve = [&](const std::string& weights, const std::string& input) {
    const std::string output = Path("y");
    const Outcome outcome = Mondeq(
        Trained("solve", {"--weights=" + weights, "--input=" + input, "--output=" + output}));
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return Read(output);
  };
  const std::string weights = File("w", SerializeSafetensors(rounded));
  const std::string input = File("x", SerializeSafetensors(x));
  const std::string expected = solve(weights, input);
  EXPECT_EQ(solve(File("narrow_w", narrow_weights.File()), File("narrow_x", narrow_x.File())),
            expected);
  EXPECT_NE(solve(OlderWeights(), input), expected);
}
// What is asked for must be of a type that is read.
TEST_F(ForeignFiles, NeededArraysOfOtherTypesAreNamed) {
  const std::string x = File(
      "x",
      RawSafetensors(R"({"x":{"dtype":"F8_E4M3","shape":[2,2],"data_offsets":[0,4]}})", "1234"));
  Refuses(Solve(x), kFile, {x, "x", "F32, F64, F16 or BF16", "found F8_E4M3[2, 2]"});
  Refuses(Trained("predict", {"--weights=" + Weights(), "--input=" + x}), kFile,
          {x, "found F8_E4M3[2, 2]"});
}
// Types that are widened on the way are called what they are.
TEST_F(ForeignFiles, NarrowLabelsAreNamed) {
  for (const char* const type : {"F16", "BF16", "I16", "U16", "BOOL"}) {
    RawArrays file;
    const std::string two(std::string(type) == "BOOL" ? 2 : 4, '\0');
    file.Add("x", "F32", {2, 144}, std::string(1152, '\0'));
    file.Add("labels", type, {2}, two);
    const std::string x = File("x", file.File());
    Refuses(Solve(x), kFile,
            {x, std::string("labels: expected I64 or I32 of shape [2], found ") + type + "[2]"});
  }
}
// Files of mondeq's own that are no weights.
TEST_F(ForeignFiles, ResultsAndSamplesAreNoWeights) {
  const std::string input = GoodInput(), result = Path("result.safetensors");
  ASSERT_EQ(
      Mondeq({"solve", "--weights=" + Weights(), "--input=" + input, "--output=" + result}).code,
      0);
  for (const auto& [file, what] : std::vector<std::pair<std::string, std::string>>{
           {result, "a result of solve"}, {input, "samples, which --input takes"}}) {
    Refuses({"eval", "--weights=" + file}, kFile, {file, "expected weights, found " + what});
    Refuses(Trained("eval", {"--weights=" + file}), kFile, {file, what});
  }
}
// A convolution's weights tell that x has its channels last.
TEST_F(ForeignFiles, ChannelsLastWithoutAnInputInTheConfig) {
  const std::string conv =
      Replace(Replace(Replace(TinyExperiment(), "[mondeq.affine] {}", "[mondeq.padded_conv] {}"),
                      "[mondeq.dense] { units: 20 }", "[mondeq.conv] { channels: 2 }"),
              "readout {", "readout { [mondeq.flatten] {} } readout {");
  const std::string run = Path("conv");
  ASSERT_EQ(
      Mondeq({"train", "--config=" + File("conv.textproto", conv), "--out=" + run, "--epochs=1"})
          .code,
      0);
  Safetensors file = *ReadSafetensors(run + "/weights.safetensors");
  file.metadata.clear();
  const std::string weights = File("w", SerializeSafetensors(file));
  const std::size_t model = conv.find("model {"), training = conv.find("training {");
  const std::string config =
      File("bare.textproto", "name: \"bare\"\n" + conv.substr(model, training - model));
  const std::string last = Input({2, 12, 12, 1}, std::vector<float>(288));
  Refuses({"solve", "--config=" + config, "--weights=" + weights, "--input=" + last,
           "--output=" + Path("y")},
          kFile, {last, "[N, 1, 12, 12]", "[2, 12, 12, 1], which is [N, H, W, C]"});
}
}  // namespace
}  // namespace mondeq
