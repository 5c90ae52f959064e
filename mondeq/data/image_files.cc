#include "mondeq/data/image_files.h"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <system_error>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "mondeq/core/file.h"
#include "mondeq/core/status.h"

namespace mondeq {
namespace {

namespace fs = std::filesystem;

// The names in `folder` of what is wanted.
absl::StatusOr<std::vector<std::string>> NamesIn(
    const std::string& folder, absl::FunctionRef<bool(const fs::directory_entry&)> wanted) {
  std::vector<std::string> names;
  std::error_code error;
  fs::directory_iterator entry(folder, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name[0] != '.' && wanted(*entry)) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  if (!error) return names;
  const bool missing = error == std::errc::no_such_file_or_directory;
  return absl::Status(
      missing ? absl::StatusCode::kNotFound : absl::StatusCode::kDataLoss,
      absl::StrCat("expected the folder ", folder, ", found ", missing ? "none" : error.message()));
}

bool IsFolder(const fs::directory_entry& entry) {
  std::error_code unknown;
  return entry.is_directory(unknown);
}

bool IsNamedAsImage(const fs::directory_entry& entry) {
  const std::string name = absl::AsciiStrToLower(entry.path().filename().string());
  return absl::EndsWith(name, ".png") || absl::EndsWith(name, ".jpg") ||
         absl::EndsWith(name, ".jpeg");
}

}  // namespace

absl::StatusOr<std::vector<std::string>> FoldersIn(const std::string& folder) {
  return NamesIn(folder, IsFolder);
}

absl::StatusOr<std::vector<std::string>> ImagesIn(const std::string& folder) {
  absl::Status status;
  const auto is_image = [&](const fs::directory_entry& entry) {
    if (!IsNamedAsImage(entry) || IsFolder(entry)) return false;
    std::error_code unknown;
    if (!entry.is_regular_file(unknown)) {
      status = absl::DataLossError(
          absl::StrCat(entry.path().string(), ": expected an image, found ",
                       entry.exists(unknown) ? "what is no file" : "a link to nothing"));
    }
    return true;
  };
  MONDEQ_ASSIGN_OR_RETURN(std::vector<std::string> names, NamesIn(folder, is_image));
  MONDEQ_RETURN_IF_ERROR(status);
  return names;
}

absl::StatusOr<std::vector<std::string>> SomeImagesIn(const std::string& folder) {
  MONDEQ_ASSIGN_OR_RETURN(std::vector<std::string> names, ImagesIn(folder));
  if (!names.empty()) return names;
  return absl::DataLossError(
      absl::StrCat(folder, ": expected images, .png, .jpg or .jpeg, found none"));
}

absl::StatusOr<Image> Fitted(const Image& image, const std::string& path, const ImageFit& fit) {
  const Features &found = image.features, &wanted = fit.features;
  if (!fit.resize && (found.rows != wanted.rows || found.columns != wanted.columns)) {
    return absl::DataLossError(absl::StrCat(path, ": expected an image of ", wanted.rows, " x ",
                                            wanted.columns, " pixels, found ", found.rows, " x ",
                                            found.columns, "; ", fit.resizer, " resizes it"));
  }
  return Resized(WithChannels(image, wanted.channels), wanted.rows, wanted.columns);
}

absl::StatusOr<Image> ReadImage(const std::string& path, const ImageFit& fit) {
  MONDEQ_ASSIGN_OR_RETURN(const std::string contents, ReadFile(path));
  MONDEQ_ASSIGN_OR_RETURN(const Image image, ParseImage(contents, path));
  return Fitted(image, path, fit);
}

void AppendPlanes(const Image& image, std::string* bytes) {
  const auto channels = static_cast<std::size_t>(image.features.channels);
  for (std::size_t c = 0; c < channels; ++c) {
    for (std::size_t i = c; i < image.pixels.size(); i += channels) {
      bytes->push_back(static_cast<char>(image.pixels[i]));
    }
  }
}

}  // namespace mondeq
