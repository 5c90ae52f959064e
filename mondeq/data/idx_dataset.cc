// idx: images of any size and any classes in the format of MNIST.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "mondeq/core/registry.h"
#include "mondeq/core/status.h"
#include "mondeq/data/dataset.h"
#include "mondeq/data/find_files.h"
#include "mondeq/data/idx.h"
#include "mondeq/data/idx.pb.h"

namespace mondeq {
namespace {

class Idx : public Dataset {
 public:
  Idx(const IdxConfig& config, const std::string& data_dir)
      : config_(config), data_dir_(data_dir) {}

  Features features() const override { return {config_.rows(), config_.columns(), 1}; }
  int classes() const override { return config_.classes(); }
  Normalization normalization() const override { return {{config_.mean()}, {config_.stddev()}}; }

  bool stores_columns() const override { return config_.column_by_column(); }

  absl::StatusOr<Samples> Load(Split split) const override {
    const FileSearch search{
        "idx",        data_dir_,
        /*files=*/{}, config_.directory(),
        {""},
        /*idx=*/true, "name the files in train_images, train_labels, test_images and test_labels"};
    Features stored = features();
    if (config_.column_by_column()) std::swap(stored.rows, stored.columns);
    MONDEQ_ASSIGN_OR_RETURN(
        Samples samples, ReadIdxSplit(search, {config_.train_images(), config_.train_labels()},
                                      {config_.test_images(), config_.test_labels()}, split, stored,
                                      classes(), config_.first_label()));
    samples.features = features();
    if (config_.column_by_column()) samples.pixels = RowByRow(samples.pixels, features());
    return samples;
  }

 private:
  const IdxConfig config_;
  const std::string data_dir_;
};

absl::StatusOr<std::unique_ptr<Dataset>> MakeIdx(const IdxConfig& config,
                                                 const Dataset::Context& context) {
  MONDEQ_RETURN_IF_ERROR(CheckFileNames({{"train_images", config.train_images()},
                                         {"train_labels", config.train_labels()},
                                         {"test_images", config.test_images()},
                                         {"test_labels", config.test_labels()}}));
  MONDEQ_RETURN_IF_ERROR(CheckFolderName("directory", config.directory()));
  return std::make_unique<Idx>(config, context.data_dir);
}

MONDEQ_REGISTER(Dataset, idx, MakeIdx);

}  // namespace
}  // namespace mondeq
