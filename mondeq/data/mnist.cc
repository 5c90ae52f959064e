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
    const std::vector<std::string> train = {config_.train_images(), config_.train_labels()};
    const std::vector<std::string> test = {config_.test_images(), config_.test_labels()};
    const FileSearch search{
        "mnist",       data_dir_, {train[0], train[1], test[0], test[1]}, config_.directory(),
        {"mnist", ""},
        /*idx=*/true};
    MONDEQ_ASSIGN_OR_RETURN(const FoundFiles files,
                            FindFiles(search, split == Split::kTrain ? train : test));
    MONDEQ_ASSIGN_OR_RETURN(Samples samples,
                            ReadIdxSamples(files.paths[0], files.paths[1], features(), classes()));
    samples.source = files.folder;
    return samples;
  }

 private:
  const MnistConfig config_;
  const std::string data_dir_;
};

absl::StatusOr<std::unique_ptr<Dataset>> MakeMnist(const MnistConfig& config,
                                                   const Dataset::Context& context) {
  for (const auto& [field, name] : {std::make_pair("train_images", config.train_images()),
                                    std::make_pair("train_labels", config.train_labels()),
                                    std::make_pair("test_images", config.test_images()),
                                    std::make_pair("test_labels", config.test_labels())}) {
    MONDEQ_RETURN_IF_ERROR(CheckFileName(field, name));
  }
  MONDEQ_RETURN_IF_ERROR(CheckFolderName("directory", config.directory()));
  return std::make_unique<Mnist>(config, context.data_dir);
}

MONDEQ_REGISTER(Dataset, mnist, MakeMnist);

}  // namespace
}  // namespace mondeq
