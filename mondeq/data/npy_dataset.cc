// npy: users' own arrays, four files of one array each.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "mondeq/core/file.h"
#include "mondeq/core/registry.h"
#include "mondeq/core/status.h"
#include "mondeq/data/dataset.h"
#include "mondeq/data/find_files.h"
#include "mondeq/data/npy.h"
#include "mondeq/data/npy.pb.h"
#include "mondeq/data/sample_array.h"

namespace mondeq {
namespace {

absl::StatusOr<HostArray> ReadNpy(const std::string& path) {
  MONDEQ_ASSIGN_OR_RETURN(std::string contents, ReadFile(path));
  return ParseNpy(std::move(contents), path);
}

class Npy : public Dataset {
 public:
  Npy(const NpyConfig& config, const Features& features, Normalization normalization,
      const std::string& data_dir)
      : config_(config),
        features_(features),
        normalization_(std::move(normalization)),
        data_dir_(data_dir) {}

  Features features() const override { return features_; }
  int classes() const override { return config_.classes(); }
  Normalization normalization() const override { return normalization_; }

  absl::StatusOr<Samples> Load(Split split) const override {
    const FileSearch search{
        "npy",         data_dir_,
        /*files=*/{},  config_.directory(),
        {""},
        /*idx=*/false, "name the files in train_x, train_labels, test_x and test_labels"};
    MONDEQ_ASSIGN_OR_RETURN(const FoundFiles files,
                            FindSplit(search, {config_.train_x(), config_.train_labels()},
                                      {config_.test_x(), config_.test_labels()}, split));
    const std::string &x_path = files.paths[0], &labels_path = files.paths[1];
    Samples samples;
    samples.source = files.folder;
    samples.features = features_;
    samples.classes = classes();
    MONDEQ_ASSIGN_OR_RETURN(const HostArray x, ReadNpy(x_path));
    MONDEQ_RETURN_IF_ERROR(SetSamples(x, x_path, &samples));
    MONDEQ_ASSIGN_OR_RETURN(const HostArray array, ReadNpy(labels_path));
    MONDEQ_ASSIGN_OR_RETURN(const std::vector<Index> labels, LabelsIn(array, labels_path));
    MONDEQ_RETURN_IF_ERROR(
        SetLabels(labels, labels_path, config_.first_label(), x.shape[0], x_path, &samples));
    return samples;
  }

 private:
  const NpyConfig config_;
  const Features features_;
  const Normalization normalization_;
  const std::string data_dir_;
};

absl::StatusOr<std::unique_ptr<Dataset>> MakeNpy(const NpyConfig& config,
                                                 const Dataset::Context& context) {
  MONDEQ_RETURN_IF_ERROR(CheckFileNames({{"train_x", config.train_x()},
                                         {"train_labels", config.train_labels()},
                                         {"test_x", config.test_x()},
                                         {"test_labels", config.test_labels()}}));
  MONDEQ_RETURN_IF_ERROR(CheckFolderName("directory", config.directory()));
  MONDEQ_ASSIGN_OR_RETURN(const Features features, FeaturesOf(config.shape()));
  MONDEQ_ASSIGN_OR_RETURN(Normalization normalization,
                          NormalizationOf(config.mean(), config.stddev(), features));
  return std::make_unique<Npy>(config, features, std::move(normalization), context.data_dir);
}

MONDEQ_REGISTER(Dataset, npy, MakeNpy);

}  // namespace
}  // namespace mondeq
