#include "mondeq/training/run_data.h"

#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "mondeq/core/safetensors.h"
#include "mondeq/core/status.h"
#include "mondeq/core/utf8.h"

namespace mondeq {
namespace {

template <class T>
std::string Checksum(const std::vector<T>& values) {
  return SafetensorsChecksum(
      {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)});
}

// The keys of a part in the metadata.
std::string SamplesKey(absl::string_view split) { return absl::StrCat(split, "_samples"); }
std::string FolderKey(absl::string_view split) { return absl::StrCat(split, "_folder"); }

absl::Status CheckPart(const std::string& path, const std::map<std::string, std::string>& metadata,
                       absl::string_view split, absl::string_view kind, const RunData::Part& part) {
  const auto samples = metadata.find(SamplesKey(split));
  if (samples == metadata.end() || samples->second == part.samples) return absl::OkStatus();
  // What anybody may have written there.
  constexpr std::size_t kLongest = 500;
  const auto folder = metadata.find(FolderKey(split));
  const bool has_folder = folder != metadata.end() && !folder->second.empty();
  return absl::InvalidArgumentError(absl::StrCat(
      path, ": this run is of other ", kind, " samples: expected ",
      Printable(samples->second, kLongest),
      has_folder ? absl::StrCat(", before in ", Printable(folder->second, kLongest)) : "",
      ", found ", part.samples, part.folder.empty() ? "" : absl::StrCat(", in ", part.folder),
      "; --data_dir=DIR must have the samples of the run, and a run of others needs another "
      "--out"));
}

}  // namespace

RunData::Part DescribeSamples(const Samples& samples) {
  RunData::Part part;
  const bool pixels = samples.are_pixels();
  part.samples =
      absl::StrCat(samples.count(), " of ", samples.features.ToString(), " in ", samples.classes,
                   " classes, CRC-32 of ", pixels ? "pixels " : "values ",
                   pixels ? Checksum(samples.pixels) : Checksum(samples.values), ", of labels ",
                   Checksum(samples.labels));
  if (!samples.source.empty()) {
    std::error_code error;
    const std::string whole = std::filesystem::canonical(samples.source, error).string();
    part.folder = Printable(error ? samples.source : whole);
  }
  return part;
}

RunData DescribeData(const Samples& train, const Samples& test, const Samples* validation) {
  RunData data{DescribeSamples(train), DescribeSamples(test)};
  if (validation != nullptr) data.validation = DescribeSamples(*validation);
  return data;
}

void PutData(const RunData& data, std::map<std::string, std::string>* metadata) {
  (*metadata)[SamplesKey("train")] = data.train.samples;
  (*metadata)[FolderKey("train")] = data.train.folder;
  (*metadata)[SamplesKey("test")] = data.test.samples;
  (*metadata)[FolderKey("test")] = data.test.folder;
  if (!data.validation.has_value()) return;
  (*metadata)[SamplesKey("validation")] = data.validation->samples;
  (*metadata)[FolderKey("validation")] = data.validation->folder;
}

absl::Status CheckSameData(const std::string& path,
                           const std::map<std::string, std::string>& metadata,
                           const RunData& data) {
  MONDEQ_RETURN_IF_ERROR(CheckPart(path, metadata, "train", "training", data.train));
  if (data.validation.has_value()) {
    MONDEQ_RETURN_IF_ERROR(CheckPart(path, metadata, "validation", "validation", *data.validation));
  }
  return CheckPart(path, metadata, "test", "test", data.test);
}

}  // namespace mondeq
