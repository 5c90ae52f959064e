// EMNIST (Cohen et al. 2017), the balanced split: MNIST's format and size, 47 digits and letters.
#include <memory>
#include <string>
#include <utility>

#include "emnist.pb.h"
#include "mondeq/core/registry.h"
#include "mondeq/core/status.h"
#include "mondeq/data/dataset.h"
#include "mondeq/data/find_file.h"
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
    mondeq::FileSearch search{"emnist",
                              data_dir_,
                              {"emnist", ""},
                              /*gzip=*/true,
                              "https://www.nist.gov/itl/products-and-services/emnist-dataset "
                              "has it"};
    const std::string name =
        split == mondeq::Split::kTrain ? "emnist-balanced-train-" : "emnist-balanced-test-";
    MONDEQ_ASSIGN_OR_RETURN(const std::string images, FindFile(search, name + "images-idx3-ubyte"));
    MONDEQ_ASSIGN_OR_RETURN(const std::string labels, FindFile(search, name + "labels-idx1-ubyte"));
    MONDEQ_ASSIGN_OR_RETURN(mondeq::Samples samples,
                            mondeq::ReadIdxSamples(images, labels, features(), classes()));
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
