// image_folder: PNG and JPEG images, in a folder for each class.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "mondeq/core/file.h"
#include "mondeq/core/first_few.h"
#include "mondeq/core/registry.h"
#include "mondeq/core/status.h"
#include "mondeq/core/utf8.h"
#include "mondeq/data/dataset.h"
#include "mondeq/data/find_files.h"
#include "mondeq/data/image_files.h"
#include "mondeq/data/image_folder.pb.h"
#include "mondeq/data/sample_array.h"

namespace mondeq {
namespace {

namespace fs = std::filesystem;

std::string Shown(const std::vector<std::string>& names) {
  if (names.empty()) return "none";
  return FirstFew(names, [](const std::string& name) { return Printable(name); });
}

class ImageFolder : public Dataset {
 public:
  ImageFolder(const ImageFolderConfig& config, Normalization normalization,
              const std::string& data_dir)
      : config_(config), normalization_(std::move(normalization)), data_dir_(data_dir) {}

  Features features() const override {
    return {config_.rows(), config_.columns(), config_.channels()};
  }
  int classes() const override { return config_.classes(); }
  Normalization normalization() const override { return normalization_; }
  bool resizes_images() const override { return config_.resize(); }

  absl::StatusOr<Samples> Load(Split split) const override {
    if (data_dir_.empty()) {
      return absl::NotFoundError(
          absl::StrCat("image_folder: expected a data directory with ", config_.train_folder(),
                       " and ", config_.test_folder(), ", found none; pass --data_dir=DIR"));
    }
    const fs::path train = Folder() / config_.train_folder();
    const fs::path folder = split == Split::kTrain ? train : Folder() / config_.test_folder();
    MONDEQ_ASSIGN_OR_RETURN(const std::vector<std::string> names, ClassesIn(train));
    MONDEQ_ASSIGN_OR_RETURN(const std::vector<std::string> found, ClassesIn(folder));
    if (found != names) {
      return absl::DataLossError(absl::StrCat(folder.string(),
                                              ": expected the classes that training has, ",
                                              Shown(names), ", found ", Shown(found)));
    }
    Samples samples;
    samples.source = folder.string();
    samples.features = features();
    samples.classes = classes();
    samples.class_names = names;
    for (std::size_t label = 0; label < names.size(); ++label) {
      MONDEQ_RETURN_IF_ERROR(
          AddClass(folder / names[label], static_cast<std::int32_t>(label), &samples));
    }
    return samples;
  }

 private:
  fs::path Folder() const {
    const fs::path dir = data_dir_;
    std::error_code error;
    const bool is_it = fs::canonical(dir, error).filename() == config_.directory();
    return config_.directory().empty() || is_it ? dir : dir / config_.directory();
  }

  absl::StatusOr<std::vector<std::string>> ClassesIn(const fs::path& folder) const {
    const auto found = FoldersIn(folder.string());
    if (!found.ok()) {
      return absl::Status(found.status().code(),
                          absl::StrCat("image_folder: ", found.status().message(),
                                       "; --data_dir=DIR must be the folder that it is in"));
    }
    const std::vector<std::string>& names = *found;
    if (static_cast<int>(names.size()) == classes()) return names;
    return absl::DataLossError(absl::StrCat(
        folder.string(), ": expected ", classes(), " folders, one for each class, found ",
        names.size(), names.empty() ? "" : ": ", names.empty() ? "" : Shown(names)));
  }

  absl::Status AddClass(const fs::path& folder, std::int32_t label, Samples* samples) const {
    MONDEQ_ASSIGN_OR_RETURN(const std::vector<std::string> images, SomeImagesIn(folder.string()));
    const std::size_t count = samples->labels.size() + images.size();
    MONDEQ_RETURN_IF_ERROR(
        CheckMemory(folder.string(), static_cast<std::uint64_t>(features().dim()) * count));
    const ImageFit fit{features(), config_.resize(), "resize: true"};
    for (const std::string& name : images) {
      MONDEQ_ASSIGN_OR_RETURN(const Image image, ReadImage((folder / name).string(), fit));
      samples->pixels.insert(samples->pixels.end(), image.pixels.begin(), image.pixels.end());
      samples->labels.push_back(label);
    }
    return absl::OkStatus();
  }

  const ImageFolderConfig config_;
  const Normalization normalization_;
  const std::string data_dir_;
};

absl::StatusOr<std::unique_ptr<Dataset>> MakeImageFolder(const ImageFolderConfig& config,
                                                         const Dataset::Context& context) {
  MONDEQ_RETURN_IF_ERROR(CheckFileName("train_folder", config.train_folder()));
  MONDEQ_RETURN_IF_ERROR(CheckFileName("test_folder", config.test_folder()));
  MONDEQ_RETURN_IF_ERROR(CheckFolderName("directory", config.directory()));
  MONDEQ_ASSIGN_OR_RETURN(Normalization normalization,
                          NormalizationOf(config.mean(), config.stddev(),
                                          {config.rows(), config.columns(), config.channels()}));
  return std::make_unique<ImageFolder>(config, std::move(normalization), context.data_dir);
}

MONDEQ_REGISTER(Dataset, image_folder, MakeImageFolder);

}  // namespace
}  // namespace mondeq
