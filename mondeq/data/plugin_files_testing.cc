#include "mondeq/data/plugin_files_testing.h"

#include <cstdint>
#include <filesystem>

#include "gtest/gtest.h"
#include "mondeq/core/file.h"
#include "mondeq/data/color_images_testing.h"
#include "mondeq/data/dataset_files_testing.h"
#include "mondeq/data/idx_testing.h"

namespace mondeq {

void WriteInFolder(const std::string& path, const std::string& bytes) {
  namespace fs = std::filesystem;
  fs::create_directories(fs::path(path).parent_path());
  ASSERT_TRUE(WriteFileAtomically(path, bytes).ok());
}

void WriteMnist(const std::string& folder) {
  for (const bool train : {true, false}) {
    const std::uint32_t count = train ? 30 : 20;
    std::string pixels, labels;
    for (std::uint32_t i = 0; i < count; ++i) {
      labels += static_cast<char>(i % 10);
      for (std::uint32_t p = 0; p < 784; ++p) pixels += static_cast<char>(i * p + p / 28);
    }
    const std::string images_file = IdxBytes(0x803, {count, 28, 28}, pixels);
    const std::string labels_file = IdxBytes(0x801, {count}, labels);
    if (train) {
      WriteInFolder(folder + "/train-images-idx3-ubyte.gz", Gzip(images_file));
      WriteInFolder(folder + "/train-labels-idx1-ubyte.gz", Gzip(labels_file));
    } else {
      WriteInFolder(folder + "/t10k-images-idx3-ubyte", images_file);
      WriteInFolder(folder + "/t10k-labels-idx1-ubyte", labels_file);
    }
  }
}

namespace {

[[maybe_unused]] const bool added[] = {
    AddDatasetFiles("cifar10",
                    [](const std::string& dir) { WriteCifar10(dir + "/cifar10", 4, 12); }),
    AddDatasetFiles("svhn",
                    [](const std::string& dir) {
                      WriteInFolder(dir + "/svhn/train_32x32.mat", CompressedMat().bytes);
                      WriteInFolder(dir + "/svhn/test_32x32.mat", UncompressedMat().bytes);
                    }),
    AddDatasetFiles("mnist",
                    [](const std::string& dir) {
                      WriteMnist(dir);
                      WriteMnist(dir + "/mnist");
                    }),
};

}  // namespace
}  // namespace mondeq
