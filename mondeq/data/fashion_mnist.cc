#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "mondeq/core/registry.h"
#include "mondeq/core/status.h"
#include "mondeq/data/dataset.h"
#include "mondeq/data/fashion_mnist.pb.h"
#include "mondeq/data/find_files.h"
#include "mondeq/data/idx.h"

namespace mondeq {
namespace {

constexpr int kClasses = 10;
// As its authors call them.
constexpr const char* kClassNames[kClasses] = {"T-shirt/top", "trouser",   "pullover", "dress",
                                               "coat",        "sandal",    "shirt",    "sneaker",
                                               "bag",         "ankle boot"};

class FashionMnist : public Dataset {
 public:
  FashionMnist(const FashionMnistConfig& config, const std::string& data_dir)
      : config_(config), data_dir_(data_dir) {}

  Features features() const override { return {28, 28, 1}; }
  int classes() const override { return kClasses; }
  Normalization normalization() const override { return {{config_.mean()}, {config_.stddev()}}; }

  absl::StatusOr<Samples> Load(Split split) const override {
    const FileSearch search{"fashion_mnist",     data_dir_,
                            /*files=*/{},
                            /*named_folder=*/"", {"fashion_mnist", "fashion-mnist", ""},
                            /*idx=*/true};
    MONDEQ_ASSIGN_OR_RETURN(
        Samples samples,
        ReadIdxSplit(search, {"train-images-idx3-ubyte", "train-labels-idx1-ubyte"},
                     {"t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"}, split, features(),
                     classes()));
    samples.class_names = {std::begin(kClassNames), std::end(kClassNames)};
    return samples;
  }

 private:
  const FashionMnistConfig config_;
  const std::string data_dir_;
};

absl::StatusOr<std::unique_ptr<Dataset>> MakeFashionMnist(const FashionMnistConfig& config,
                                                          const Dataset::Context& context) {
  return std::make_unique<FashionMnist>(config, context.data_dir);
}

MONDEQ_REGISTER(Dataset, fashion_mnist, MakeFashionMnist);

}  // namespace
}  // namespace mondeq
