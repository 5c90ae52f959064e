// IDX files, plain or gzip (told apart by their first bytes): the format of MNIST and its
// relatives.
//   images  magic 0x00000803, count, rows, columns, then count * rows * columns bytes
//   labels  magic 0x00000801, count, then count bytes; or magic 0x00000c02, count, columns, then
//           count * columns numbers of 4 bytes, big-endian, as QMNIST has them: the first column
//           is the label, the others are not read
// The numbers before the data have 4 bytes each, big-endian.
// Errors: those of ReadFile; kDataLoss, one line with the file, the byte offset (in the unpacked
// file), what was expected and what was found, also where it asks for more than memory holds.
// Nothing is allocated that the file could not fill.
#ifndef MONDEQ_DATA_IDX_H_
#define MONDEQ_DATA_IDX_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "mondeq/core/features.h"
#include "mondeq/data/dataset.h"
#include "mondeq/data/find_files.h"

namespace mondeq {

struct IdxImages {
  Index count = 0;
  Index rows = 0;
  Index columns = 0;
  // [count][rows][columns]
  std::vector<std::uint8_t> pixels;
};

absl::StatusOr<IdxImages> ReadIdxImages(const std::string& path);
// The same with a file's contents in memory; `path` stands for the file in messages.
absl::StatusOr<IdxImages> ParseIdxImages(const std::string& contents, const std::string& path);
// Whether `contents`, plain or packed, begin like IDX images.
bool AreIdxImages(absl::string_view contents);
absl::StatusOr<std::vector<std::int32_t>> ReadIdxLabels(const std::string& path);

// Puts images of that shape, of one channel, that lie column by column, row by row.
std::vector<std::uint8_t> RowByRow(absl::Span<const std::uint8_t> pixels, const Features& features);

// Reads images and their labels, of which first_label is class 0, as samples of the shape
// `features`, which has one channel. Refuses files of another image size, files that do not belong
// together, files without images and labels of no class (kDataLoss).
absl::StatusOr<Samples> ReadIdxSamples(const std::string& images_path,
                                       const std::string& labels_path, const Features& features,
                                       int classes, std::int32_t first_label = 0);

// The two files of a split.
struct IdxNames {
  std::string images, labels;
};

// Finds the files of a split (find_files.h) and reads them; search.files is of no matter.
absl::StatusOr<Samples> ReadIdxSplit(const FileSearch& search, const IdxNames& train,
                                     const IdxNames& test, Split split, const Features& features,
                                     int classes, std::int32_t first_label = 0);

}  // namespace mondeq

#endif  // MONDEQ_DATA_IDX_H_
