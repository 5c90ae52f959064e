// CIFAR-10, binary version: five training files and a test file of 10,000 records; a record is a
// label and the red, green and blue planes, row by row. Files with fewer records are taken as they
// are.
#include <algorithm>
#include <cstddef>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "mondeq/core/file.h"
#include "mondeq/core/file_format.h"
#include "mondeq/core/registry.h"
#include "mondeq/core/status.h"
#include "mondeq/data/cifar10.pb.h"
#include "mondeq/data/color_images.h"
#include "mondeq/data/dataset.h"
#include "mondeq/data/find_files.h"

namespace mondeq {
namespace {

constexpr int kClasses = 10;
// As in batches.meta.txt, which comes with the records.
constexpr const char* kClassNames[kClasses] = {"airplane", "automobile", "bird",  "cat",  "deer",
                                               "dog",      "frog",       "horse", "ship", "truck"};
constexpr int kTrainFiles = 5;
constexpr std::size_t kMostRecords = 10000;
constexpr std::size_t kRecordBytes = 1 + 32 * 32 * 3;

absl::Status Error(const std::string& path, std::size_t byte, absl::string_view message) {
  return absl::DataLossError(absl::StrCat(path, ": byte ", byte, ": ", message));
}

// " (the file is a gzip file)", for files that are something else than records.
std::string OtherFormat(absl::string_view file) {
  const std::string format = FormatOf(file).name;
  return format.empty() ? "" : absl::StrCat(" (the file is ", format, ")");
}

absl::Status CheckSize(const std::string& path, absl::string_view file) {
  const std::size_t bytes = file.size();
  const std::size_t records = bytes / kRecordBytes;
  if (bytes == 0) return Error(path, 0, "expected records of 3073 bytes, found an empty file");
  if (bytes % kRecordBytes != 0) {
    return Error(path, bytes,
                 absl::StrCat("expected whole records of 3073 bytes, found ", bytes % kRecordBytes,
                              " bytes of record ", records, OtherFormat(file)));
  }
  if (records > kMostRecords) {
    return Error(path, kMostRecords * kRecordBytes,
                 absl::StrCat("expected at most ", kMostRecords, " records, found ", records));
  }
  return absl::OkStatus();
}

// Appends the file's records to *samples.
absl::Status ReadRecords(const std::string& path, Samples* samples) {
  MONDEQ_ASSIGN_OR_RETURN(const std::string file, ReadFile(path));
  MONDEQ_RETURN_IF_ERROR(CheckSize(path, file));
  const auto* const bytes = reinterpret_cast<const std::uint8_t*>(file.data());
  std::size_t at = samples->pixels.size();
  samples->pixels.resize(at + file.size() / kRecordBytes * (kRecordBytes - 1));
  for (std::size_t byte = 0; byte < file.size(); byte += kRecordBytes) {
    const int label = bytes[byte];
    if (label >= kClasses) {
      return Error(path, byte,
                   absl::StrCat("label of record ", byte / kRecordBytes,
                                ": expected 0 .. 9, found ", label, OtherFormat(file)));
    }
    samples->labels.push_back(label);
    InterleavePlanes(bytes + byte + 1, kColorImage.columns, 1, &samples->pixels[at]);
    at += kRecordBytes - 1;
  }
  return absl::OkStatus();
}

// Checks that the last file read has not the same records as one before it. File i has the samples
// from begins[i] on.
absl::Status CheckNew(const std::vector<std::string>& paths,
                      const std::vector<std::ptrdiff_t>& begins, const Samples& samples) {
  constexpr std::ptrdiff_t kPixels = kRecordBytes - 1;
  const auto labels = samples.labels.begin();
  const auto pixels = samples.pixels.begin();
  const std::ptrdiff_t last = begins.back(), count = samples.count() - last;
  for (std::size_t i = 0; i + 1 < begins.size(); ++i) {
    const std::ptrdiff_t begin = begins[i];
    if (begins[i + 1] - begin == count &&
        std::equal(labels + begin, labels + begin + count, labels + last) &&
        std::equal(pixels + kPixels * begin, pixels + kPixels * (begin + count),
                   pixels + kPixels * last)) {
      return absl::DataLossError(absl::StrCat(paths[begins.size() - 1],
                                              ": expected other records than those of ", paths[i],
                                              ", found the same"));
    }
  }
  return absl::OkStatus();
}

class Cifar10 : public Dataset {
 public:
  Cifar10(Normalization normalization, const std::string& data_dir)
      : normalization_(std::move(normalization)), data_dir_(data_dir) {}

  Features features() const override { return kColorImage; }
  int classes() const override { return kClasses; }
  Normalization normalization() const override { return normalization_; }

  absl::StatusOr<Samples> Load(Split split) const override {
    std::vector<std::string> train;
    for (int i = 1; i <= kTrainFiles; ++i) train.push_back(absl::StrCat("data_batch_", i, ".bin"));
    const std::vector<std::string> test = {"test_batch.bin"};
    FileSearch search{"cifar10", data_dir_, train, "", {"cifar10", "cifar-10-batches-bin", ""}};
    search.files.push_back(test[0]);
    search.fetched = "the binary version";
    MONDEQ_ASSIGN_OR_RETURN(const FoundFiles files,
                            FindFiles(search, split == Split::kTrain ? train : test));
    Samples samples;
    samples.source = files.folder;
    samples.features = features();
    samples.classes = kClasses;
    samples.class_names = {std::begin(kClassNames), std::end(kClassNames)};
    std::vector<std::ptrdiff_t> begins;
    for (const std::string& path : files.paths) {
      begins.push_back(samples.count());
      MONDEQ_RETURN_IF_ERROR(ReadRecords(path, &samples));
      MONDEQ_RETURN_IF_ERROR(CheckNew(files.paths, begins, samples));
      if (path == files.paths[0]) {
        samples.pixels.reserve(files.paths.size() * samples.pixels.size());
      }
    }
    return samples;
  }

 private:
  const Normalization normalization_;
  const std::string data_dir_;
};

absl::StatusOr<std::unique_ptr<Dataset>> MakeCifar10(const Cifar10Config& config,
                                                     const Dataset::Context& context) {
  MONDEQ_ASSIGN_OR_RETURN(Normalization normalization,
                          ColorNormalization(config.mean(), {0.4914, 0.4822, 0.4465},
                                             config.stddev(), {0.2470, 0.2435, 0.2616}));
  return std::make_unique<Cifar10>(std::move(normalization), context.data_dir);
}

MONDEQ_REGISTER(Dataset, cifar10, MakeCifar10);

}  // namespace
}  // namespace mondeq
