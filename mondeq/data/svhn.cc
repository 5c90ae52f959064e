// SVHN, cropped digits: a MATLAB file for training and one for testing, each with X [row, column,
// channel, sample] and y [sample, 1], where label 10 means the digit 0. The official X is of class
// uint8 and y of double; any class of numbers will do, and y as one row.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "mondeq/core/registry.h"
#include "mondeq/core/status.h"
#include "mondeq/data/color_images.h"
#include "mondeq/data/dataset.h"
#include "mondeq/data/find_files.h"
#include "mondeq/data/mat_file.h"
#include "mondeq/data/svhn.pb.h"

namespace mondeq {
namespace {

constexpr int kClasses = 10;

absl::Status Error(const std::string& path, absl::string_view message) {
  return absl::DataLossError(absl::StrCat(path, ": variable ", message));
}

absl::Status CheckShapes(const MatArray& x, const MatArray& y, const std::string& path) {
  std::vector<Index> images = x.shape;
  if (images.size() == 3) images.push_back(1);  // MATLAB drops a last extent of 1
  const std::vector<Index> image = {kColorImage.rows, kColorImage.columns, kColorImage.channels};
  const bool fit = images.size() == 4 && std::equal(image.begin(), image.end(), images.begin());
  if (!fit || images[3] < 1) {
    return Error(path, absl::StrCat("X: expected 32 x 32 x 3 x (at least 1) values, found ",
                                    absl::StrJoin(x.shape, " x ")));
  }
  const Index count = images[3];
  if (y.shape != std::vector<Index>{count, 1} && y.shape != std::vector<Index>{1, count}) {
    return Error(path,
                 absl::StrCat("y: expected ", count, " x 1 labels, one for every image in X, ",
                              "found ", absl::StrJoin(y.shape, " x ")));
  }
  return absl::OkStatus();
}

class Svhn : public Dataset {
 public:
  Svhn(Normalization normalization, const std::string& data_dir)
      : normalization_(std::move(normalization)), data_dir_(data_dir) {}

  Features features() const override { return kColorImage; }
  int classes() const override { return kClasses; }
  Normalization normalization() const override { return normalization_; }

  absl::StatusOr<Samples> Load(Split split) const override {
    MONDEQ_ASSIGN_OR_RETURN(const FoundFiles files,
                            FindSplit({"svhn", data_dir_, /*files=*/{}, "", {"svhn", ""}},
                                      {"train_32x32.mat"}, {"test_32x32.mat"}, split));
    const std::string& path = files.paths[0];
    MONDEQ_ASSIGN_OR_RETURN(const std::vector<MatArray> arrays, ReadMatArrays(path, {"X", "y"}));
    const MatArray &x = arrays[0], &y = arrays[1];
    MONDEQ_RETURN_IF_ERROR(CheckShapes(x, y, path));

    Samples samples;
    samples.source = files.folder;
    samples.features = features();
    samples.classes = kClasses;
    samples.pixels.resize(x.values.size());
    const auto dim = static_cast<std::size_t>(kColorImage.dim());
    for (std::size_t i = 0; i < y.values.size(); ++i) {
      const int label = y.values[i];
      if (label < 1 || label > kClasses) {
        return Error(path,
                     absl::StrCat("y: label of sample ", i, ": expected 1 .. 10, found ", label));
      }
      samples.labels.push_back(label % kClasses);
      InterleavePlanes(&x.values[i * dim], 1, kColorImage.rows, &samples.pixels[i * dim]);
    }
    return samples;
  }

 private:
  const Normalization normalization_;
  const std::string data_dir_;
};

absl::StatusOr<std::unique_ptr<Dataset>> MakeSvhn(const SvhnConfig& config,
                                                  const Dataset::Context& context) {
  MONDEQ_ASSIGN_OR_RETURN(Normalization normalization,
                          ColorNormalization(config.mean(), {0.4377, 0.4438, 0.4728},
                                             config.stddev(), {0.1980, 0.2010, 0.1970}));
  return std::make_unique<Svhn>(std::move(normalization), context.data_dir);
}

MONDEQ_REGISTER(Dataset, svhn, MakeSvhn);

}  // namespace
}  // namespace mondeq
