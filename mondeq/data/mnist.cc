#include <sys/stat.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "mondeq/core/registry.h"
#include "mondeq/core/status.h"
#include "mondeq/data/dataset.h"
#include "mondeq/data/idx.h"
#include "mondeq/data/mnist.pb.h"

namespace mondeq {
namespace {

bool Exists(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0;
}

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
  // The path of the file, unpacked or packed, in the data set's folder or right in the data
  // directory.
  absl::StatusOr<std::string> Find(const std::string& file) const {
    constexpr char kAdvice[] =
        "; `tools/download_data mnist DIR` fetches MNIST, then pass --data_dir=DIR";
    if (data_dir_.empty()) {
      return absl::NotFoundError(absl::StrCat("mnist: expected a data directory with ", file,
                                              "[.gz], found none", kAdvice));
    }
    std::vector<std::string> folders = {data_dir_};
    if (!config_.directory().empty()) {
      folders.insert(folders.begin(), absl::StrCat(data_dir_, "/", config_.directory()));
    }
    for (const std::string& folder : folders) {
      for (const char* const suffix : {"", ".gz"}) {
        const std::string path = absl::StrCat(folder, "/", file, suffix);
        if (Exists(path)) return path;
      }
    }
    return absl::NotFoundError(absl::StrCat("mnist: expected the file ", file, "[.gz] in ",
                                            absl::StrJoin(folders, " or "), ", found none",
                                            kAdvice));
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
