// Samples in a file, in whatever format its first bytes tell: what is to be predicted or solved
// for. (Safetensors, which have arrays by name, are read elsewhere.)
#ifndef MONDEQ_DATA_SAMPLE_FILE_H_
#define MONDEQ_DATA_SAMPLE_FILE_H_

#include <string>

#include "absl/status/statusor.h"
#include "mondeq/core/safetensors.h"
#include "mondeq/data/csv.h"
#include "mondeq/data/dataset.h"
#include "mondeq/data/image_files.h"

namespace mondeq {

// The formats, for messages.
inline constexpr char kSampleFormats[] =
    "safetensors with x, an .npy array, IDX images (plain or gzip), a PNG or JPEG image and a CSV "
    "table of numbers";

// Reads samples of shape [N, d] or [N, C, H, W], none of them 0: of type uint8, which are pixels,
// or float32 or float64, which are values; all are finite. An .npy array may be [N, H, W], of one
// channel. `csv` says how tables are read; a column of labels is left out. `path` stands for the
// file in messages. Errors: those of the parsers (npy.h, idx.h, image_file.h, csv.h); kDataLoss,
// one line that names the file, for other formats, shapes and types. A PNG or JPEG image becomes
// what `fit` says where that is not null.
absl::StatusOr<HostArray> ParseSampleFile(std::string contents, const std::string& path,
                                          const CsvOptions& csv = {},
                                          const ImageFit* fit = nullptr);

// Checks that samples can be normalised as those of a data set are: that they are of its channels.
// Errors: kDataLoss.
absl::Status CheckChannels(const HostArray& samples, const std::string& path,
                           const Normalization& normalization);

}  // namespace mondeq

#endif  // MONDEQ_DATA_SAMPLE_FILE_H_
