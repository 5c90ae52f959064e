// Bad data, weights and inputs, and divergence.
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "mondeq/cli/bad_input_testing.h"
#include "mondeq/data/idx_testing.h"

namespace mondeq {
namespace {

// Data.

TEST_F(BadInput, MissingDataSet) {
  Refuses(TrainMnist(), kFile, {"train-images-idx3-ubyte", directory_});
}
TEST_F(BadInput, NamedFolderIsMissing) {
  WriteMnistFiles(directory_);
  Strings arguments = TrainMnist();
  arguments.push_back("--set=data.mnist.directory=fashion");
  Refuses(arguments, kFile, {"mnist", directory_ + "/fashion", "found none"});
}
TEST_F(BadInput, TruncatedDataSet) {
  RefusesData("train-images-idx3-ubyte", IdxBytes(0x803, {40, 28, 28}, std::string(1000, 'a')),
              {directory_ + "/train-images-idx3-ubyte", "byte"});
}
TEST_F(BadInput, WrongMagic) {
  RefusesData("train-images-idx3-ubyte", IdxBytes(0x802, {40, 28, 28}, std::string(31360, 'a')),
              {directory_ + "/train-images-idx3-ubyte", "byte 0", "0x00000803", "0x00000802"});
}
TEST_F(BadInput, LabelOutOfRange) {
  std::string labels(40, '\1');
  labels[7] = 10;
  RefusesData("train-labels-idx1-ubyte", IdxBytes(0x801, {40}, labels),
              {directory_ + "/train-labels-idx1-ubyte", "byte 15", "10"});
}
TEST_F(BadInput, DamagedGzip) {
  std::string packed = Gzip(IdxBytes(0x801, {10}, std::string(10, '\1')));
  packed[packed.size() - 6] ^= 1;  // in the checksum
  RefusesData("t10k-labels-idx1-ubyte.gz", packed, {directory_ + "/t10k-labels-idx1-ubyte.gz"});
}

// Weights.

TEST_F(BadInput, MissingWeights) {
  Refuses(Trained("eval", {"--weights=" + Path("none")}), kFile, {Path("none"), "no such file"});
}
TEST_F(BadInput, TheFolderOfARunAsWeights) {
  Refuses({"eval", "--weights=" + run_}, kFile,
          {run_ + ": expected a file, found a directory; the weights in it are " + Weights()});
}
TEST_F(BadInput, WeightsOfAnotherModel) {
  const std::string weights = OlderWeights();
  Refuses(
      Trained("eval", {"--weights=" + weights, "--set=model.equilibrium.operator.dense.units=21"}),
      kFile, {weights, "operator.A", "[21, 21]", "[20, 20]"});
  Refuses(Trained("eval", {"--weights=" + weights,
                           "--set=model.equilibrium.operator.dense.weight_normalization=true"}),
          kFile, {weights, "operator.gamma"});
}
TEST_F(BadInput, ConfigOfAnotherModelThanTheWeights) {
  const auto refuses = [&](const std::string& change, const Strings& parts) {
    Strings all = parts;
    all.push_back(Weights());
    Refuses(Trained("eval", {"--weights=" + Weights(), "--set=" + change}), kUsage, all);
    // It is the same where the config is that of the weights, and for every verb.
    const Strings tail = {"--weights=" + Weights(), "--set=" + change, "--input=" + GoodInput()};
    Refuses({"eval", tail[0], tail[1]}, kUsage, all);
    Refuses({"predict", tail[0], tail[1], tail[2]}, kUsage, all);
    Refuses({"solve", tail[0], tail[1], tail[2], "--output=" + Path("y")}, kUsage, all);
  };
  refuses("model.equilibrium.operator.dense.units=21",
          {"model.equilibrium.operator.[mondeq.dense].units", "expected 20", "found 21"});
  refuses("model.equilibrium.operator.dense.m=0.5", {"[mondeq.dense].m", "expected 1, found 0.5"});
  refuses("model.equilibrium.nonlinearity.tanh={}",
          {"model.equilibrium.nonlinearity", "[mondeq.relu]", "[mondeq.tanh]"});
  refuses("model.readout[0].affine.bias=false", {"model.readout[0].[mondeq.affine].bias"});
}
TEST_F(BadInput, ConfigOfOtherImagesThanTheWeights) {
  const std::string config = File("mnist.textproto", TinyMnist());
  Refuses({"eval", "--config=" + config, "--weights=" + Weights(), "--data_dir=" + directory_},
          kUsage, {Weights(), "model.input.rows", "expected 12, found 28"});
  WriteMnistFiles(directory_);
  const std::string run = Path("run");
  ASSERT_EQ(Mondeq({"train", "--config=" + config, "--data_dir=" + directory_, "--out=" + run,
                    "--epochs=1"})
                .code,
            0);
  Refuses({"eval", "--weights=" + run + "/weights.safetensors", "--data_dir=" + directory_,
           "--set=data.mnist.mean=0.25"},
          kUsage, {run, "mean of the data set", "expected 0.1307", "found 0.25"});
}
TEST_F(BadInput, WeightsWithoutConfigNeedOne) {
  const std::string weights = OlderWeights(), input = GoodInput();
  for (const Strings& arguments :
       {Strings{"eval", "--weights=" + weights},
        Strings{"predict", "--weights=" + weights, "--input=" + input},
        Strings{"solve", "--weights=" + weights, "--input=" + input, "--output=" + Path("y")}}) {
    Refuses(arguments, kUsage, {weights, "without a config", "--config=FILE"});
  }
  EXPECT_EQ(Mondeq(Trained("eval", {"--weights=" + weights})).code, 0);
}
TEST_F(BadInput, DamagedMetadataOfWeights) {
  const auto refuses = [&](const std::string& key, const std::string& value, const Strings& parts) {
    const std::string weights = ChangedWeights(
        [&](std::map<std::string, std::string>* metadata) { (*metadata)[key] = value; });
    Strings all = parts;
    all.push_back(weights);
    Refuses({"eval", "--weights=" + weights}, kFile, all);
    Refuses(Trained("eval", {"--weights=" + weights}), kFile, all);
  };
  refuses("config", "name: \"x\" modle {}", {"metadata config", "\"modle\""});
  refuses("config", "", {"metadata config", "\"name\""});
  refuses("config", TinyExperiment(), {"metadata config", "input and classes"});
  refuses("mean", "0.1 0.2", {"metadata mean", "expected 1", "\"0.1 0.2\""});
  refuses("mean", "nan", {"metadata mean", "finite", "\"nan\""});
  refuses("mean", "many", {"metadata mean", "\"many\""});
  refuses("stddev", "0", {"metadata stddev", "from 1e-09 to 1e+09", "found 0"});
  refuses("mean", "2e9", {"metadata mean", "from -1e+09 to 1e+09", "found 2e+09"});
}
TEST_F(BadInput, TruncatedWeights) {
  const std::string whole = Read(Weights());
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{4}, std::size_t{100}, whole.size() / 2, whole.size() - 1}) {
    const std::string path = File("w.safetensors", whole.substr(0, size));
    Refuses(Trained("eval", {"--weights=" + path}), kFile, {path + ": byte "});
  }
}
TEST_F(BadInput, FlippedBitInWeights) {
  const std::string whole = Read(Weights());
  for (std::size_t at = 0; at < whole.size(); at += whole.size() / 50) {
    std::string flipped = whole;
    flipped[at] = static_cast<char>(flipped[at] ^ 4);
    const std::string path = File("w.safetensors", flipped);
    Refuses(Trained("eval", {"--weights=" + path}), kFile, {path});
  }
}

// Inputs of predict and solve.

TEST_F(BadInput, InputWithoutX) {
  Refuses(Solve(Weights()), kFile,
          {Weights(), "\"x\"", "found none", "the file has injection.bias F32[20], "});
}
TEST_F(BadInput, InputOfAnotherShape) {
  const std::string wrong = Input({2, 143}, std::vector<float>(286));
  Refuses(Solve(wrong), kFile, {wrong, "x", "12x12x1", "found 143"});
  Refuses(SolveWith(OlderWeights(), wrong), kFile,
          {wrong, "x", "12x12x1", "[N, 1, 12, 12] or [N, 144]", "found 143 in [2, 143]"});
  Refuses(Trained("predict", {"--weights=" + Weights(), "--input=" + wrong}), kFile,
          {wrong, "12x12x1", "143"});
  const std::string transposed = Input({144, 3}, std::vector<float>(432));
  Refuses(Solve(transposed), kFile, {transposed, "found 3 in [144, 3], which is [d, N]"});
  const std::string image = Input({12, 12}, std::vector<float>(144));
  Refuses(Solve(image), kFile, {image, "[12, 12], which is [H, W]; one image is [1, 1, H, W]"});
  const std::string cube = Input({2, 12, 12}, std::vector<float>(288));
  Refuses(Solve(cube), kFile,
          {cube, "x", "[N, d] or [N, C, H, W]",
           "found F32[2, 12, 12]; images of one channel are [2, 1, 12, 12]\n"});
  const std::string vector = Input({144}, std::vector<float>(144));
  Refuses(Solve(vector), kFile, {vector, "found F32[144]; one sample is [1, 144]"});
}
TEST_F(BadInput, EmptyInput) {
  const std::string empty = Input({0, 144}, {});
  Refuses(Solve(empty), kFile, {empty, "[0, 144]"});
}
TEST_F(BadInput, InputOfAnotherType) {
  Safetensors file;
  file.arrays["x"] = HostArray::From<std::int64_t>({1, 2}, std::vector<std::int64_t>{1, 2});
  const std::string path = File("x.safetensors", SerializeSafetensors(file));
  Refuses(Solve(path), kFile, {path, "F32, F64, F16 or BF16", "I64[1, 2]"});
}
TEST_F(BadInput, InputNotFinite) {
  std::vector<float> x(144);
  x[5] = NAN;
  const std::string path = Input({1, 144}, x);
  Refuses(Solve(path), kFile, {path, "x", "finite", "nan", "element 5"});
}
TEST_F(BadInput, LabelsOutOfRange) {
  const std::vector<float> x(288);
  for (const std::int64_t label : {std::int64_t{-1}, std::int64_t{10}, std::int64_t{1} << 40}) {
    const std::string path = Input({2, 144}, x, {0, label});
    Refuses(Solve(path), kFile, {path, "labels", "0 to 9", std::to_string(label), "element 1"});
  }
  const std::string path = Input({2, 144}, x, {0, 1, 2});
  Refuses(Solve(path), kFile, {path, "labels", "I64 or I32 of shape [2]", "I64[3]"});
}
TEST_F(BadInput, PredictOnNoFormat) {
  const std::string path = File("x", std::string("\0\1\2 none of them", 16));
  Refuses(Trained("predict", {"--weights=" + Weights(), "--input=" + path}), kFile,
          {path, "the formats are safetensors with x, an .npy array"});
}
TEST_F(BadInput, PredictOnNothingOrTwoThings) {
  const Strings asks = {"needs --input=FILE or --split=test"};
  Refuses(Trained("predict", {"--weights=" + Weights()}), kUsage, asks);
  Refuses(Trained("predict", {"--weights=" + Weights(), "--split=test", "--input=" + GoodInput()}),
          kUsage, asks);
  Refuses(Trained("predict", {"--weights=" + Weights(), "--split=train"}), kUsage,
          {"--split: must be test, found \"train\""});
  const std::string bytes = File("x", IdxBytes(0x803, {1, 12, 12}, std::string(144, 'a')));
  Refuses(Trained("predict", {"--weights=" + Weights(), "--input=" + bytes, "--normalized"}),
          kUsage, {"--normalized", bytes, "bytes, which are pixels"});
}
TEST_F(BadInput, PredictOnImagesOfAnotherSize) {
  const std::string path = File("x", IdxBytes(0x803, {2, 5, 5}, std::string(50, 'a')));
  Refuses(Trained("predict", {"--weights=" + Weights(), "--input=" + path}), kFile,
          {path, "12x12x1", "5x5x1"});
}

// Divergence: forward-backward with a step far beyond 2m/L^2.

constexpr char kDiverging[] =
    "--set=model.equilibrium.splitting={ [mondeq.forward_backward] { alpha { value: 1000 } } "
    "max_iterations: 10000 }";

TEST_F(BadInput, TrainingDiverges) {
  Refuses(Trained("train", {kDiverging}), kDiverged, {"epoch 1, batch 1", "finite", "no --out"});
}
TEST_F(BadInput, SolveDiverges) {
  Refuses(Solve(GoodInput(), {kDiverging}), kDiverged, {"forward solve diverged"});
}

}  // namespace
}  // namespace mondeq
