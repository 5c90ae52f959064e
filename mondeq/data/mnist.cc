#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "mondeq/core/registry.h"
#include "mondeq/core/status.h"
#include "mondeq/data/dataset.h"
#include "mondeq/data/find_files.h"
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
    const FileSearch search{"mnist",       data_dir_, /*files=*/{}, config_.directory(),
                            {"mnist", ""},
                            /*idx=*/true};
    return ReadIdxSplit(search, {config_.train_images(), config_.train_labels()},
                        {config_.test_images(), config_.test_labels()}, split, features(),
                        classes());
  }

 private:
  const MnistConfig config_;
  const std::string data_dir_;
};

absl::StatusOr<std::unique_ptr<Dataset>> MakeMnist(const MnistConfig& config,
                                                   const Dataset::Context& context) {
  MONDEQ_RETURN_IF_ERROR(CheckFileNames({{"train_images", config.train_images()},
                                         {"train_labels", config.train_labels()},
                                         {"test_images", config.test_images()},
                                         {"test_labels", config.test_labels()}}));
  MONDEQ_RETURN_IF_ERROR(CheckFolderName("directory", config.directory()));
  return std::make_unique<Mnist>(config, context.data_dir);
}

MONDEQ_REGISTER(Dataset, mnist, MakeMnist);

}  // namespace
}  // namespace mondeq
