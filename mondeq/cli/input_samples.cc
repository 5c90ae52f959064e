#include "mondeq/cli/input_samples.h"

#include <cstdint>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/flags/flag.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "mondeq/cli/flags.h"
#include "mondeq/core/file.h"
#include "mondeq/core/status.h"
#include "mondeq/data/idx.h"
#include "mondeq/data/image_files.h"
#include "mondeq/data/sample_file.h"
#include "mondeq/data/sample_folder.h"
#include "mondeq/model/weights.h"

namespace mondeq {
namespace {

// Safetensors have a JSON header, of which the first 8 bytes tell the length.
bool IsSafetensors(const std::string& contents, const std::string& path) {
  if (absl::EndsWith(path, ".safetensors")) return true;
  const bool small = contents.size() > 8 && contents[6] == 0 && contents[7] == 0;
  return small && contents[8] == '{';
}

// [N, 1, H, W] from images that are column by column, [N, 1, W, H].
HostArray ImagesRowByRow(const HostArray& images) {
  const Features features{images.shape[3], images.shape[2], 1};
  return HostArray::From<std::uint8_t>({images.shape[0], 1, features.rows, features.columns},
                                       RowByRow(images.As<std::uint8_t>(), features));
}

// Checks that it is known how these samples are normalised.
absl::Status CheckNormalizable(const HostArray& samples, const std::string& path,
                               const Setup& setup) {
  const absl::optional<Normalization> normalization = setup.PixelNormalization();
  if (normalization.has_value()) return CheckChannels(samples, path, *normalization);
  return setup.source.Error(
      setup.experiment, "",
      absl::StrCat("missing field \"data\": without it ", path, " cannot be normalised",
                   samples.is_float() ? "; --normalized says that it is" : ""));
}

// What images are to be for that network, if it takes images.
absl::optional<ImageFit> FitOf(const Setup& setup, const absl::optional<Features>& expected) {
  if (!expected || !expected->is_image()) return absl::nullopt;
  if (expected->channels != 1 && expected->channels != 3) return absl::nullopt;
  const bool resize =
      absl::GetFlag(FLAGS_resize) || (setup.dataset != nullptr && setup.dataset->resizes_images());
  return ImageFit{*expected, resize, "--resize"};
}

absl::StatusOr<InputSamples> ReadFolder(const std::string& path,
                                        const absl::optional<ImageFit>& fit) {
  if (!fit.has_value()) {
    return absl::DataLossError(absl::StrCat(
        path, ": expected a file, for this network does not take images of 1 or 3 channels; ",
        "found a directory"));
  }
  MONDEQ_ASSIGN_OR_RETURN(FolderSamples samples, ReadSampleFolder(path, *fit));
  InputSamples input;
  input.x.array = std::move(samples.x);
  input.files = std::move(samples.files);
  input.labels = std::move(samples.labels);
  input.classes = samples.classes;
  input.normalize = true;
  return input;
}

absl::StatusOr<InputSamples> ReadFileOrFolder(const std::string& path, const Setup& setup,
                                              const absl::optional<Features>& expected) {
  const absl::optional<ImageFit> fit = FitOf(setup, expected);
  std::error_code unknown;
  if (std::filesystem::is_directory(path, unknown)) return ReadFolder(path, fit);
  MONDEQ_ASSIGN_OR_RETURN(std::string contents, ReadFile(path));
  if (absl::GetFlag(FLAGS_resize) && !IsImage(contents)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--resize: is of PNG and JPEG images, ", path, " is none"));
  }
  InputSamples input;
  if (IsSafetensors(contents, path)) {
    MONDEQ_ASSIGN_OR_RETURN(input.file, ParseSafetensors(contents, path));
    MONDEQ_ASSIGN_OR_RETURN(input.x, FindSamples(input.file, path, expected));
    input.file.arrays.erase("x");
    return input;
  }
  const bool by_columns =
      AreIdxImages(contents) && setup.dataset != nullptr && setup.dataset->stores_columns();
  MONDEQ_ASSIGN_OR_RETURN(input.x.array, ParseSampleFile(std::move(contents), path, /*csv=*/{},
                                                         fit.has_value() ? &*fit : nullptr));
  if (by_columns) input.x.array = ImagesRowByRow(input.x.array);
  input.normalize = true;
  return input;
}

}  // namespace

const char kInputHelp[] =
    "The input is safetensors with an array x, an .npy array, IDX images (plain or gzip), a CSV\n"
    "table of numbers, a sample a line, a PNG or JPEG image or a folder of images, or of a folder "
    "for\n"
    "each class: [N, d], [N, H, W] or [N, C, H, W]. x of safetensors is taken as it is, all else "
    "is\n"
    "normalised as in training; --normalized says of numbers that they are. --resize brings images "
    "to\n"
    "the network's size, as a data set that resizes them does without it.\n";

absl::StatusOr<InputSamples> ReadInput(const std::string& path, const Setup& setup,
                                       const absl::optional<Features>& expected, DType dtype) {
  MONDEQ_ASSIGN_OR_RETURN(InputSamples input, ReadFileOrFolder(path, setup, expected));
  const HostArray& x = input.x.array;
  if (absl::GetFlag(FLAGS_normalized)) {
    if (!x.is_float()) {
      return absl::InvalidArgumentError(
          absl::StrCat("--normalized: ", path, " holds bytes, which are pixels; leave it out"));
    }
    input.normalize = false;
  }
  if (input.normalize) {
    MONDEQ_RETURN_IF_ERROR(CheckNormalizable(x, path, setup));
  } else {
    MONDEQ_RETURN_IF_ERROR(CheckFinite(x, dtype, path + ": x"));
  }
  return input;
}

}  // namespace mondeq
