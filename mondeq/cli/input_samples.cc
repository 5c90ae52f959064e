#include "mondeq/cli/input_samples.h"

#include <cstdint>
#include <utility>

#include "absl/flags/flag.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "mondeq/cli/flags.h"
#include "mondeq/core/file.h"
#include "mondeq/core/status.h"
#include "mondeq/data/idx.h"
#include "mondeq/data/sample_file.h"
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

}  // namespace

const char kInputHelp[] =
    "The input is safetensors with an array x, an .npy array, IDX images (plain or gzip), a PNG "
    "or\n"
    "JPEG image or a CSV table of numbers, a sample a line: [N, d], [N, H, W] or [N, C, H, W]. x "
    "of\n"
    "safetensors is taken as it is, all else is normalised as in training; --normalized says of\n"
    "numbers that they are.\n";

absl::StatusOr<InputSamples> ReadInput(const std::string& path, const Setup& setup,
                                       const absl::optional<Features>& expected, DType dtype) {
  MONDEQ_ASSIGN_OR_RETURN(std::string contents, ReadFile(path));
  InputSamples input;
  HostArray& x = input.x.array;
  if (IsSafetensors(contents, path)) {
    MONDEQ_ASSIGN_OR_RETURN(input.file, ParseSafetensors(contents, path));
    MONDEQ_ASSIGN_OR_RETURN(input.x, FindSamples(input.file, path, expected));
    input.file.arrays.erase("x");
  } else {
    const bool by_columns =
        AreIdxImages(contents) && setup.dataset != nullptr && setup.dataset->stores_columns();
    MONDEQ_ASSIGN_OR_RETURN(x, ParseSampleFile(std::move(contents), path));
    if (by_columns) x = ImagesRowByRow(x);
    input.normalize = !absl::GetFlag(FLAGS_normalized);
  }
  if (input.normalize) {
    MONDEQ_RETURN_IF_ERROR(CheckNormalizable(x, path, setup));
    return input;
  }
  if (x.is_float()) {
    MONDEQ_RETURN_IF_ERROR(CheckFinite(x, dtype, path + ": x"));
    return input;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("--normalized: ", path, " holds bytes, which are pixels; leave it out"));
}

}  // namespace mondeq
