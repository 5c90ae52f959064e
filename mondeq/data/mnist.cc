#include <memory>
#include <string>
#include <vector>

#include "mondeq/core/registry.h"
#include "mondeq/core/status.h"
#include "mondeq/data/dataset.h"
#include "mondeq/data/find_file.h"
#include "mondeq/data/idx.h"
#include "mondeq/data/mnist.pb.h"

namespace mondeq {
namespace {

class Mnist : public Dataset {
 public:
  Mnist(const MnistConfig& config, const std::string& data_dir)
      : config_(config), data_dir_(data_dir) {}

  Features features() const override { return {28, 28, 1}; }
  int classes() const override { return 10; }
  Normalization normalization() const override { return {{config_.mean()}, {config_.stddev()}}; }

  absl::StatusOr<Samples> Load(Split split) const override {
    const bool train = split == Split::kTrain;
    MONDEQ_ASSIGN_OR_RETURN(const std::string images,
                            Find(train ? config_.train_images() : config_.test_images()));
    MONDEQ_ASSIGN_OR_RETURN(const std::string labels,
                            Find(train ? config_.train_labels() : config_.test_labels()));
    return ReadIdxSamples(images, labels, features(), classes());
  }

 private:
  // Finds a file, packed or not, in the data set's folder or right in the data directory.
  absl::StatusOr<std::string> Find(const std::string& file) const {
    FileSearch search{"mnist", data_dir_, {""}, /*gzip=*/true};
    if (!config_.directory().empty()) {
      search.folders.insert(search.folders.begin(), config_.directory());
    }
    return FindFile(search, file);
  }

  const MnistConfig config_;
  const std::string data_dir_;
};

absl::StatusOr<std::unique_ptr<Dataset>> MakeMnist(const MnistConfig& config,
                                                   const Dataset::Context& context) {
  return std::make_unique<Mnist>(config, context.data_dir);
}

MONDEQ_REGISTER(Dataset, mnist, MakeMnist);

}  // namespace
}  // namespace mondeq
