// EMNIST (Cohen et al. 2017), the balanced split: MNIST's format and size, 47 digits and letters.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "emnist.pb.h"
#include "mondeq/core/registry.h"
#include "mondeq/core/status.h"
#include "mondeq/data/dataset.h"
#include "mondeq/data/find_files.h"
#include "mondeq/data/idx.h"

namespace example {
namespace {

// EMNIST's files hold images column by column.
void Transpose(mondeq::Samples* samples) {
  const mondeq::Index side = samples->features.rows;
  for (mondeq::Index sample = 0; sample < samples->count(); ++sample) {
    std::uint8_t* image = samples->pixels.data() + sample * side * side;
    for (mondeq::Index row = 0; row < side; ++row) {
      for (mondeq::Index column = 0; column < row; ++column) {
        std::swap(image[row * side + column], image[column * side + row]);
      }
    }
  }
}

class Emnist : public mondeq::Dataset {
 public:
  Emnist(const EmnistConfig& config, const std::string& data_dir)
      : config_(config), data_dir_(data_dir) {}

  mondeq::Features features() const override { return {28, 28, 1}; }
  int classes() const override { return 47; }
  mondeq::Normalization normalization() const override {
    return {{config_.mean()}, {config_.stddev()}};
  }

  absl::StatusOr<mondeq::Samples> Load(mondeq::Split split) const override {
    const std::vector<std::string> train = {"emnist-balanced-train-images-idx3-ubyte",
                                            "emnist-balanced-train-labels-idx1-ubyte"};
    const std::vector<std::string> test = {"emnist-balanced-test-images-idx3-ubyte",
                                           "emnist-balanced-test-labels-idx1-ubyte"};
    const mondeq::FileSearch search{
        "emnist",
        data_dir_,
        {train[0], train[1], test[0], test[1]},
        /*named_folder=*/"",
        {"emnist", ""},
        /*idx=*/true,
        "https://www.nist.gov/itl/products-and-services/emnist-dataset has it"};
    MONDEQ_ASSIGN_OR_RETURN(const mondeq::FoundFiles files,
                            FindFiles(search, split == mondeq::Split::kTrain ? train : test));
    MONDEQ_ASSIGN_OR_RETURN(
        mondeq::Samples samples,
        mondeq::ReadIdxSamples(files.paths[0], files.paths[1], features(), classes()));
    samples.source = files.folder;
    Transpose(&samples);
    return samples;
  }

 private:
  const EmnistConfig config_;
  const std::string data_dir_;
};

absl::StatusOr<std::unique_ptr<mondeq::Dataset>> MakeEmnist(
    const EmnistConfig& config, const mondeq::Dataset::Context& context) {
  return std::make_unique<Emnist>(config, context.data_dir);
}

MONDEQ_REGISTER(mondeq::Dataset, emnist, MakeEmnist);

}  // namespace
}  // namespace example
