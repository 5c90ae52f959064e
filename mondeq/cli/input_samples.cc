#include "mondeq/cli/input_samples.h"

#include <utility>

#include "absl/flags/flag.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "mondeq/cli/flags.h"
#include "mondeq/core/file.h"
#include "mondeq/core/status.h"
#include "mondeq/data/sample_file.h"

namespace mondeq {
namespace {

// Safetensors have a JSON header.
bool IsSafetensors(const std::string& contents, const std::string& path) {
  return (contents.size() > 8 && contents[8] == '{') || absl::EndsWith(path, ".safetensors");
}

absl::StatusOr<HostArray> Normalize(const HostArray& samples, const std::string& path,
                                    const Setup& setup) {
  if (absl::GetFlag(FLAGS_normalized)) {
    if (samples.is_float()) return samples;
    return absl::InvalidArgumentError(
        absl::StrCat("--normalized: ", path, " holds bytes, which are pixels; leave it out"));
  }
  const absl::optional<Normalization> normalization = setup.PixelNormalization();
  if (normalization.has_value()) return NormalizeSamples(samples, path, *normalization);
  if (samples.is_float()) return samples;
  return setup.source.Error(setup.experiment, "",
                            "missing field \"data\": without it pixels cannot be normalised");
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
                                       const absl::optional<Features>& expected) {
  MONDEQ_ASSIGN_OR_RETURN(std::string contents, ReadFile(path));
  InputSamples input;
  if (IsSafetensors(contents, path)) {
    MONDEQ_ASSIGN_OR_RETURN(input.file, ParseSafetensors(contents, path));
    MONDEQ_ASSIGN_OR_RETURN(input.x, FindSamples(input.file, path, expected));
    return input;
  }
  MONDEQ_ASSIGN_OR_RETURN(const HostArray samples, ParseSampleFile(std::move(contents), path));
  MONDEQ_ASSIGN_OR_RETURN(input.x.array, Normalize(samples, path, setup));
  return input;
}

}  // namespace mondeq
