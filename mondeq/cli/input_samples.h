// The samples that --input names, in any format that there is.
#ifndef MONDEQ_CLI_INPUT_SAMPLES_H_
#define MONDEQ_CLI_INPUT_SAMPLES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "mondeq/cli/from_flags.h"
#include "mondeq/cli/samples.h"
#include "mondeq/core/safetensors.h"

namespace mondeq {

struct InputSamples {
  SampleArray x;
  // Whether numbers of x are to be normalised, as bytes always are.
  bool normalize = false;
  // The other arrays of a file of safetensors.
  Safetensors file;
  // Of a folder of images (data/sample_folder.h): each one's file, the number of the folder in it
  // that this is in, and how many these are.
  std::vector<std::string> files;
  std::vector<std::int32_t> labels;
  Index classes = 0;
};

// Reads samples for a network that computes in `dtype` and whose input is `expected`, where that is
// known. Those of safetensors are as the network takes them; others (data/sample_file.h) are to be
// normalised as its data was, unless --normalized says that they are. Images of another size are
// resized where --resize or the data set says so. Errors: those of ReadFile, ParseSafetensors,
// FindSamples, ParseSampleFile, ReadSampleFolder and CheckChannels; kDataLoss for numbers that are
// not finite in that type; kInvalidArgument where it is not known how to normalise, and for flags
// that do not go with the input.
absl::StatusOr<InputSamples> ReadInput(const std::string& path, const Setup& setup,
                                       const absl::optional<Features>& expected, DType dtype);

// What the help of a verb that reads samples says about them.
extern const char kInputHelp[];

}  // namespace mondeq

#endif  // MONDEQ_CLI_INPUT_SAMPLES_H_
