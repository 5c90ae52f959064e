#include "mondeq/cli/command_line_testing.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/match.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/cli/run.h"
#include "mondeq/core/random.h"
#include "mondeq/core/status.h"
#include "mondeq/data/idx_testing.h"
#include "mondeq/training/checkpoint_files.h"

namespace mondeq {
namespace {

std::string Noise(std::size_t size, std::uint64_t seed) {
  Random random(seed);
  std::string bytes;
  for (std::size_t i = 0; i < size; ++i) bytes.push_back(static_cast<char>(random.Below(256)));
  return bytes;
}

std::string Labels(std::size_t count) {
  std::string labels;
  for (std::size_t i = 0; i < count; ++i) labels.push_back(static_cast<char>(i % 10));
  return labels;
}

}  // namespace

Outcome Mondeq(const std::vector<std::string>& arguments) {
  std::ostringstream out, err;
  Outcome outcome;
  outcome.code = Run(arguments, out, err, /*terminal=*/false);
  outcome.out = out.str();
  outcome.err = err.str();
  return outcome;
}

std::string NewDirectory(const std::string& name) {
  const std::string path = ::testing::TempDir() + name;
  std::filesystem::remove_all(path);
  std::filesystem::create_directories(path);
  return path;
}

std::map<std::string, std::string> FilesIn(const std::string& directory) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (entry.is_regular_file()) files[entry.path().string()] = Read(entry.path().string());
  }
  return files;
}

std::string Read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.good()) << path;
  std::ostringstream contents;
  contents << file.rdbuf();
  return contents.str();
}

std::string Write(const std::string& path, const std::string& contents) {
  std::ofstream(path, std::ios::binary) << contents;
  return path;
}

std::string NewestCheckpoint(const std::string& run) {
  return CheckpointsIn(run + "/checkpoint").at(0);
}

std::string Replace(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  MONDEQ_CHECK(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

std::string TinyExperiment() {
  return R"(name: "tiny"
data {
  [mondeq.digits] { size: 12 train_count: 300 test_count: 100 }
  batch_size: 50
}
model {
  equilibrium {
    injection { [mondeq.affine] {} }
    operator { [mondeq.dense] { units: 20 } }
    nonlinearity { [mondeq.relu] {} }
    splitting { [mondeq.peaceman_rachford] { alpha { value: 0.5 } } }
  }
  readout { [mondeq.affine] {} }
}
training {
  epochs: 2
  optimizer { [mondeq.adam] {} }
  schedule { [mondeq.constant] { learning_rate: 5e-3 } }
}
)";
}

std::string TinyMnist() {
  return Replace(TinyExperiment(), "[mondeq.digits] { size: 12 train_count: 300 test_count: 100 }",
                 "[mondeq.mnist] {}");
}

void WriteMnistFiles(const std::string& directory) {
  Write(directory + "/train-images-idx3-ubyte", IdxBytes(0x803, {40, 28, 28}, Noise(40 * 784, 1)));
  Write(directory + "/train-labels-idx1-ubyte", IdxBytes(0x801, {40}, Labels(40)));
  Write(directory + "/t10k-images-idx3-ubyte.gz",
        Gzip(IdxBytes(0x803, {10, 28, 28}, Noise(10 * 784, 2))));
  Write(directory + "/t10k-labels-idx1-ubyte.gz", Gzip(IdxBytes(0x801, {10}, Labels(10))));
}

void ExpectError(const Outcome& outcome, int code, const std::vector<std::string>& parts) {
  EXPECT_EQ(outcome.code, code) << outcome.err;
  std::string error = outcome.err;
  while (absl::StartsWith(error, "mondeq: warning: ") &&
         std::count(error.begin(), error.end(), '\n') > 1) {
    error.erase(0, error.find('\n') + 1);
  }
  EXPECT_THAT(error, ::testing::StartsWith("mondeq: "));
  EXPECT_THAT(error, ::testing::EndsWith("\n"));
  EXPECT_EQ(std::count(error.begin(), error.end(), '\n'), 1) << outcome.err;
  for (const std::string& part : parts) EXPECT_THAT(error, ::testing::HasSubstr(part));
}

}  // namespace mondeq
