// Samples in a file, in whatever format its first bytes tell: what is to be predicted or solved
// for. (Safetensors, which have arrays by name, are read elsewhere.)
#ifndef MONDEQ_DATA_SAMPLE_FILE_H_
#define MONDEQ_DATA_SAMPLE_FILE_H_

#include <string>

#include "absl/status/statusor.h"
#include "mondeq/core/safetensors.h"
#include "mondeq/data/csv.h"
#include "mondeq/data/dataset.h"

namespace mondeq {

// The formats, for messages.
inline constexpr char kSampleFormats[] =
    "safetensors with x, an .npy array, IDX images (plain or gzip), a PNG or JPEG image and a CSV "
    "table of numbers";

// Reads samples of shape [N, d] or [N, C, H, W], none of them 0: of type uint8, which are pixels,
// or float32 or float64, which are values; all are finite. An .npy array may be [N, H, W], of one
// channel. `csv` says how tables are read; a column of labels is left out. `path` stands for the
// file in messages. Errors: those of the parsers (npy.h, idx.h, image_file.h, csv.h); kDataLoss,
// one line that names the file, for other formats, shapes and types.
absl::StatusOr<HostArray> ParseSampleFile(std::string contents, const std::string& path,
                                          const CsvOptions& csv = {});
// The same of the file `path`; errors also of ReadFile.
absl::StatusOr<HostArray> ReadSampleFile(const std::string& path, const CsvOptions& csv = {});

// Returns these samples normalised as a data set's are, in float64: rounded to the type of a model
// they are what a loader gives for pixels, and for values in float32. An image in [N, d] has its
// values in the order C, H, W. Errors: kDataLoss if the channels are others than those of the
// normalisation.
absl::StatusOr<HostArray> NormalizeSamples(const HostArray& samples, const std::string& path,
                                           const Normalization& normalization);

}  // namespace mondeq

#endif  // MONDEQ_DATA_SAMPLE_FILE_H_
