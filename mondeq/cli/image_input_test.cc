// predict and solve on PNG and JPEG images and on folders of them.
#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/cli/bad_input_testing.h"
#include "mondeq/core/random.h"
#include "mondeq/data/image_testing.h"
#include "mondeq/data/npy_testing.h"
#include "mondeq/data/plugin_files_testing.h"

namespace mondeq {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

namespace fs = std::filesystem;

std::vector<std::uint8_t> Noise(Index size, std::uint64_t seed) {
  Random random(seed);
  std::vector<std::uint8_t> pixels;
  for (Index i = 0; i < size; ++i) pixels.push_back(static_cast<std::uint8_t>(random.Below(256)));
  return pixels;
}

using Cells = std::vector<std::string>;

std::vector<Cells> RowsOf(const Outcome& outcome) {
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  std::vector<Cells> rows;
  for (const auto line : absl::StrSplit(outcome.out, '\n', absl::SkipEmpty())) {
    rows.push_back(absl::StrSplit(line, ','));
  }
  return rows;
}

// Without columns `begin` to `end` - 1.
std::vector<Cells> Without(std::vector<Cells> rows, std::ptrdiff_t begin, std::ptrdiff_t end) {
  for (Cells& row : rows) row.erase(row.begin() + begin, row.begin() + end);
  return rows;
}

// A model of 12 x 12 grey images and 10 classes.
class ImageInput : public BadInput {
 protected:
  std::string WriteImage(const std::string& name, std::uint64_t seed,
                         const Features& features = {12, 12, 1}) const {
    WriteInFolder(Path(name), PngBytes({features, Noise(features.dim(), seed)}));
    return Path(name);
  }
  Strings Predict(const std::string& input, const Strings& more = {}) const {
    Strings arguments = {"predict", "--weights=" + Weights(), "--input=" + input};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }
};

TEST_F(ImageInput, AFolderIsItsImages) {
  std::vector<std::uint8_t> pixels;
  for (const std::uint64_t seed : {1, 2, 3}) {
    WriteImage(absl::StrCat("photos/", seed, ".png"), seed);
    const std::vector<std::uint8_t> more = Noise(144, seed);
    pixels.insert(pixels.end(), more.begin(), more.end());
  }
  const std::string array = File("x.npy", NpyBytes<std::uint8_t>({3, 12, 12}, pixels));
  const std::vector<Cells> rows = RowsOf(Mondeq(Predict(Path("photos"))));
  EXPECT_EQ(Without(rows, 1, 2), RowsOf(Mondeq(Predict(array))));
  EXPECT_THAT(rows[0][1], "file");
  EXPECT_THAT(rows[3][1], "3.png");

  const auto solve = [&](const std::string& input, const std::string& output) {
    const Outcome outcome = Mondeq({"solve", "--weights=" + Weights(), "--input=" + input,
                                    "--output=" + Path(output), "--dtype=float64"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return Read(Path(output));
  };
  EXPECT_EQ(solve(Path("photos"), "y"), solve(array, "z"));
}

TEST_F(ImageInput, FoldersAreLabelsWhereTheyAreAsManyAsClasses) {
  for (int i = 0; i < 10; ++i) {
    WriteImage(absl::StrCat("photos/", i, "/a,\"b\".png"), static_cast<std::uint64_t>(i));
  }
  const Outcome outcome = Mondeq(Predict(Path("photos")));
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, StartsWith("index,file,class,label,probability_0,"));
  const std::string row = absl::StrCat("\n7,\"7/a,\"\"b\"\".png\",");
  ASSERT_THAT(outcome.out, HasSubstr(row));
  const Cells rest = absl::StrSplit(outcome.out.substr(outcome.out.find(row) + row.size()), ',');
  EXPECT_EQ(rest[1], "7");
  fs::remove_all(Path("photos/9"));
  EXPECT_THAT(Mondeq(Predict(Path("photos"))).out, StartsWith("index,file,class,probability_0,"));
}

TEST_F(ImageInput, SizesAgreeOrResizeSaysSo) {
  const std::string image = WriteImage("photos/a.png", 1, {20, 9, 1});
  for (const std::string& input : {image, Path("photos")}) {
    Refuses(Predict(input), kFile,
            {image + ": expected an image of 12 x 12 pixels, found 20 x 9; --resize resizes it"});
    EXPECT_EQ(Mondeq(Predict(input, {"--resize"})).code, 0);
    EXPECT_EQ(Mondeq(Solve(input, {"--resize"})).code, 0);
  }
  // What is of that size already stays as it is, and colours become grey.
  const std::string same = WriteImage("b.png", 2), color = WriteImage("c.png", 3, {12, 12, 3});
  EXPECT_EQ(Mondeq(Predict(same, {"--resize"})).out, Mondeq(Predict(same)).out);
  EXPECT_EQ(Mondeq(Predict(color)).code, 0);
  Refuses(Predict(GoodInput(), {"--resize"}), kUsage,
          {"--resize: is of PNG and JPEG images", "x.safetensors is none"});
  Refuses({"predict", "--weights=" + Weights(), "--split=test", "--resize"}, kUsage,
          {"--resize: is of --input, found --split"});
}

// A folder of test images is the test split, with --resize, or without it where the data set
// resizes.
TEST_F(ImageInput, AFolderIsWhatTheDataSetMakesOfIt) {
  for (const std::string split : {"train", "test"}) {
    for (int i = 0; i < 6; ++i) {
      WriteImage(absl::StrCat("data/", split, i % 2 == 0 ? "/cat/" : "/dog/", i, ".png"),
                 static_cast<std::uint64_t>(i), {8 + i, 10, 1 + i / 3 * 2});
    }
  }
  const std::string dataset =
      "[mondeq.image_folder] { rows: 7 columns: 5 channels: 3 classes: 2 mean: 0.4 stddev: 0.2 "
      "resize: true }";
  std::string text = Replace(TinyExperiment(), "injection { [mondeq.affine]",
                             "injection { [mondeq.flatten] {} } injection { [mondeq.affine]");
  const std::size_t data = text.find("data {"), model = text.find("model {");
  ASSERT_LT(data, model);
  text.replace(data, model - data, "data { " + dataset + " batch_size: 4 }\n");
  const std::string config = File("folder.textproto", text), run = Path("folder");
  const Outcome trained = Mondeq(
      {"train", "--config=" + config, "--data_dir=" + Path("data"), "--out=" + run, "--epochs=1"});
  ASSERT_EQ(trained.code, 0) << trained.err;
  const Strings predict = {"predict", "--weights=" + run + "/weights.safetensors"};
  const auto rows = [&](const Strings& more) {
    Strings arguments = predict;
    arguments.insert(arguments.end(), more.begin(), more.end());
    return RowsOf(Mondeq(arguments));
  };
  const auto expected = rows({"--split=test", "--data_dir=" + Path("data")});
  const std::string input = "--input=" + Path("data/test");
  EXPECT_EQ(expected.size(), 7u);
  EXPECT_EQ(Without(rows({input}), 1, 2), expected);
  const std::string strict = "--set=data.image_folder.resize=false";
  EXPECT_EQ(Without(rows({input, strict, "--resize"}), 1, 2), expected);
  EXPECT_THAT(Mondeq({predict[0], predict[1], input, strict}).err,
              HasSubstr("--resize resizes it"));
}

TEST_F(ImageInput, WhatIsNoImageIsRefused) {
  fs::create_directories(Path("photos"));
  Refuses(Predict(Path("photos")), kFile, {Path("photos") + ": expected images", "found none"});
  ASSERT_EQ(mkfifo(Path("photos/a.png").c_str(), 0600), 0);
  const Outcome outcome = Mondeq(Predict(Path("photos")));
  ExpectError(outcome, kFile, {Path("photos/a.png"), "expected an image, found what is no file"});
  fs::remove(Path("photos/a.png"));
  WriteImage("photos/a.png", 1);
  Refuses(Predict(Path("photos"), {"--normalized"}), kUsage,
          {"--normalized: ", "holds bytes, which are pixels"});
}

}  // namespace
}  // namespace mondeq
