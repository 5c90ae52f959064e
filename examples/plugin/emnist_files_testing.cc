// Small files in EMNIST's format, which the conformance suite of data sets reads.
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include "mondeq/data/dataset_files_testing.h"
#include "mondeq/data/idx_testing.h"

namespace example {
namespace {

void WriteSplit(const std::string& start, std::uint32_t count) {
  std::string pixels, labels;
  for (std::uint32_t i = 0; i < count; ++i) {
    labels += static_cast<char>(i % 47);
    for (std::uint32_t p = 0; p < 28 * 28; ++p) pixels += static_cast<char>(i * p + p / 28);
  }
  std::ofstream(start + "images-idx3-ubyte.gz", std::ios::binary)
      << mondeq::Gzip(mondeq::IdxBytes(0x803, {count, 28, 28}, pixels));
  std::ofstream(start + "labels-idx1-ubyte.gz", std::ios::binary)
      << mondeq::Gzip(mondeq::IdxBytes(0x801, {count}, labels));
}

void WriteEmnist(const std::string& data_dir) {
  std::filesystem::create_directories(data_dir + "/emnist");
  WriteSplit(data_dir + "/emnist/emnist-balanced-train-", 94);
  WriteSplit(data_dir + "/emnist/emnist-balanced-test-", 47);
}

[[maybe_unused]] const bool added = mondeq::AddDatasetFiles("emnist", WriteEmnist);

}  // namespace
}  // namespace example
