#include "mondeq/data/sample_folder.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "mondeq/core/file.h"
#include "mondeq/core/status.h"

namespace mondeq {
namespace {

// Appends the images of those names, which are in the folder of that label.
absl::Status Add(const std::string& path, const std::vector<std::string>& names, std::int32_t label,
                 const ImageFit& fit, FolderSamples* samples) {
  samples->x.shape[0] += static_cast<Index>(names.size());
  MONDEQ_RETURN_IF_ERROR(CheckMemory(path, static_cast<std::uint64_t>(samples->x.size())));
  samples->x.bytes.reserve(static_cast<std::size_t>(samples->x.size()));
  for (const std::string& name : names) {
    MONDEQ_ASSIGN_OR_RETURN(const Image image, ReadImage(absl::StrCat(path, "/", name), fit));
    AppendPlanes(image, &samples->x.bytes);
    samples->files.push_back(name);
    samples->labels.push_back(label);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<FolderSamples> ReadSampleFolder(const std::string& path, const ImageFit& fit) {
  MONDEQ_ASSIGN_OR_RETURN(const std::vector<std::string> folders, FoldersIn(path));
  MONDEQ_ASSIGN_OR_RETURN(const std::vector<std::string> images, ImagesIn(path));
  if (folders.empty() == images.empty()) {
    return absl::DataLossError(absl::StrCat(
        path, ": expected images, .png, .jpg or .jpeg, or folders of them, one for each class, ",
        images.empty() ? "found none" : "found both"));
  }
  const Features& f = fit.features;
  FolderSamples samples;
  samples.x = {ElementType::kUint8, {0, f.channels, f.rows, f.columns}, ""};
  samples.classes = static_cast<Index>(folders.size());
  MONDEQ_RETURN_IF_ERROR(Add(path, images, /*label=*/0, fit, &samples));
  for (std::size_t label = 0; label < folders.size(); ++label) {
    const std::string folder = absl::StrCat(path, "/", folders[label]);
    MONDEQ_ASSIGN_OR_RETURN(std::vector<std::string> names, SomeImagesIn(folder));
    for (std::string& name : names) name = absl::StrCat(folders[label], "/", name);
    MONDEQ_RETURN_IF_ERROR(Add(path, names, static_cast<std::int32_t>(label), fit, &samples));
  }
  return samples;
}

}  // namespace mondeq
