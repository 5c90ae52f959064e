#include "mondeq/data/plugin_files_testing.h"

#include <cstdint>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "mondeq/core/file.h"
#include "mondeq/core/registry.h"
#include "mondeq/core/status.h"
#include "mondeq/data/color_images_testing.h"
#include "mondeq/data/dataset_files_testing.h"
#include "mondeq/data/idx_testing.h"
#include "mondeq/data/image_testing.h"
#include "mondeq/data/npy_testing.h"

namespace mondeq {

void WriteInFolder(const std::string& path, const std::string& bytes) {
  namespace fs = std::filesystem;
  fs::create_directories(fs::path(path).parent_path());
  ASSERT_TRUE(WriteFileAtomically(path, bytes).ok());
}

absl::StatusOr<std::unique_ptr<Dataset>> MakeDataset(const std::string& text,
                                                     const std::string& data_dir) {
  DatasetConfig config;
  ConfigSource source;
  MONDEQ_RETURN_IF_ERROR(ParseConfig(text, "test", {}, &config, &source));
  return Registry<Dataset>::Create(config, source, {data_dir});
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

// Three numbers and a class a line: names with a header, and numbers between tabs.
void WriteCsv(const std::string& folder) {
  for (const std::string split : {"train", "test"}) {
    const int count = split == "train" ? 6 : 4;
    std::string csv = "width,kind,height,weight\n", text;
    for (int i = 0; i < count; ++i) {
      absl::StrAppend(&csv, i, i % 2 == 0 ? ",ash," : ",\"big elm\",", i * i, ", -1.5e-", i, "\n");
      absl::StrAppend(&text, i, "\t", count, "\t.5\t", i % 2 + 1, "\r\n");
    }
    WriteInFolder(folder + "/" + split + ".csv", csv);
    WriteInFolder(folder + "/" + split + ".txt", text);
  }
}

// Images of 4 x 3 pixels with the labels 1 to 3, in letters/, and in qmnist/ with labels in tables.
void WriteIdx(const std::string& folder) {
  for (const std::string split : {"train", "t10k"}) {
    const std::uint32_t count = split == "train" ? 6 : 3;
    std::string pixels, labels, table;
    for (std::uint32_t i = 0; i < count; ++i) {
      labels += static_cast<char>(i % 3 + 1);
      for (const std::uint32_t number : {i % 3 + 1, 77u}) table += IdxBytes(number, {}, "");
      for (std::uint32_t p = 0; p < 12; ++p) pixels += static_cast<char>(i * p + count);
    }
    const std::string images = IdxBytes(0x803, {count, 4, 3}, pixels), name = "/" + split;
    WriteInFolder(folder + "/letters" + name + "-images-idx3-ubyte", images);
    WriteInFolder(folder + "/letters" + name + "-labels-idx1-ubyte",
                  IdxBytes(0x801, {count}, labels));
    WriteInFolder(folder + "/qmnist" + name + "-images.idx3-ubyte.gz", Gzip(images));
    WriteInFolder(folder + "/qmnist" + name + "-labels-idx2-int",
                  IdxBytes(0xc02, {count, 2}, table));
  }
}

// Images of two classes, in colour and, in grey/, of several sizes.
void WriteImages(const std::string& folder) {
  for (const std::string split : {"train", "test"}) {
    for (Index i = 0; i < (split == "train" ? 6 : 4); ++i) {
      const std::string name = absl::StrCat("/", split, "/", i % 2, "/", i);
      Image color{{3, 4, 3}, {}}, grey{{3 + i % 3, 4, 1}, {}};
      for (Index p = 0; p < 36; ++p) color.pixels.push_back(static_cast<std::uint8_t>(p * i + 9));
      for (Index p = 0; p < grey.features.dim(); ++p) {
        grey.pixels.push_back(static_cast<std::uint8_t>(i * 20 + p));
      }
      WriteInFolder(folder + "/color" + name + ".png", PngBytes(color));
      WriteInFolder(folder + "/grey" + name + ".jpg", JpegBytes(grey));
    }
  }
}

// Vectors of 4 numbers, and images of 3 x 5 x 2 bytes in images/, of two classes.
void WriteNpy(const std::string& folder) {
  for (const std::string split : {"train", "test"}) {
    const Index count = split == "train" ? 6 : 4;
    std::vector<float> vectors;
    std::vector<std::uint8_t> images;
    std::vector<std::int64_t> labels;
    for (Index i = 0; i < count; ++i) {
      labels.push_back(i % 2);
      for (Index d = 0; d < 4; ++d) vectors.push_back(static_cast<float>(i * d - count));
      for (Index d = 0; d < 30; ++d) images.push_back(static_cast<std::uint8_t>(i * d * count));
    }
    WriteInFolder(folder + "/" + split + "_x.npy", NpyBytes({count, 4}, vectors));
    WriteInFolder(folder + "/images/" + split + "_x.npy", NpyBytes({count, 2, 3, 5}, images));
    for (const char* const place : {"/", "/images/"}) {
      WriteInFolder(folder + place + split + "_labels.npy", NpyBytes({count}, labels));
    }
  }
}

[[maybe_unused]] const bool added[] = {
    AddDatasetFiles("cifar10",
                    [](const std::string& dir) { WriteCifar10(dir + "/cifar10", 4, 12); }),
    AddDatasetFiles("svhn",
                    [](const std::string& dir) {
                      WriteInFolder(dir + "/svhn/train_32x32.mat", CompressedMat().bytes);
                      WriteInFolder(dir + "/svhn/test_32x32.mat", UncompressedMat().bytes);
                    }),
    AddDatasetFiles("csv", WriteCsv),
    AddDatasetFiles("idx", WriteIdx),
    AddDatasetFiles("image_folder", WriteImages),
    AddDatasetFiles("npy", WriteNpy),
    AddDatasetFiles("fashion_mnist",
                    [](const std::string& dir) { WriteMnist(dir + "/fashion_mnist"); }),
    AddDatasetFiles("mnist",
                    [](const std::string& dir) {
                      WriteMnist(dir);
                      WriteMnist(dir + "/mnist");
                    }),
};

}  // namespace
}  // namespace mondeq
