#include "mondeq/data/sample_file.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "mondeq/core/file_format.h"
#include "mondeq/core/status.h"
#include "mondeq/core/utf8.h"
#include "mondeq/data/idx.h"
#include "mondeq/data/npy.h"

namespace mondeq {
namespace {

absl::Status Error(const std::string& path, absl::string_view message) {
  return absl::DataLossError(absl::StrCat(path, ": ", message));
}

// Whether a table may begin like this: with text, in any language.
bool MayBeText(absl::string_view contents) {
  constexpr std::size_t kLooked = 512, kLongestCharacter = 4;
  const absl::string_view start = contents.substr(0, kLooked);
  const std::size_t bad = FindNotUtf8(start);
  const bool is_utf8 = bad == absl::string_view::npos ||
                       (start.size() < contents.size() && bad + kLongestCharacter > start.size());
  return is_utf8 && !absl::StrContains(start, absl::string_view("\0", 1));
}

absl::Status UnknownFormat(const std::string& contents, const std::string& path) {
  const std::string format = FormatOf(contents).name;
  return Error(path, absl::StrCat("expected samples, found ",
                                  format.empty() ? "a file of no known format" : format,
                                  "; the formats are ", kSampleFormats));
}

absl::StatusOr<HostArray> IdxArray(const std::string& contents, const std::string& path) {
  MONDEQ_ASSIGN_OR_RETURN(const IdxImages images, ParseIdxImages(contents, path));
  return HostArray::From<std::uint8_t>({images.count, 1, images.rows, images.columns},
                                       images.pixels);
}

absl::StatusOr<HostArray> ImageArray(const std::string& contents, const std::string& path,
                                     const ImageFit* fit) {
  MONDEQ_ASSIGN_OR_RETURN(Image image, ParseImage(contents, path));
  if (fit != nullptr) {
    MONDEQ_ASSIGN_OR_RETURN(image, Fitted(image, path, *fit));
  }
  const Features& f = image.features;
  HostArray array{ElementType::kUint8, {1, f.channels, f.rows, f.columns}, ""};
  AppendPlanes(image, &array.bytes);
  return array;
}

template <class T>
absl::Status CheckFinite(const HostArray& array, const std::string& path) {
  const absl::Span<const T> values = array.As<T>();
  const auto bad =
      std::find_if(values.begin(), values.end(), [](T value) { return !std::isfinite(value); });
  if (bad == values.end()) return absl::OkStatus();
  const auto place = static_cast<Index>(bad - values.begin());
  const Index dim = array.size() / array.shape[0];
  return Error(path, absl::StrCat("sample ", place / dim, ", value ", place % dim,
                                  ": expected a finite number, found ", *bad));
}

absl::StatusOr<HostArray> CheckSamples(HostArray array, const std::string& path) {
  const std::size_t rank = array.shape.size();
  const bool has_type = array.is_float() || array.type == ElementType::kUint8;
  if (!has_type || rank < 2 || rank > 4 || array.size() == 0) {
    const std::string one =
        rank == 1 ? absl::StrCat("; one sample is [1, ", array.shape[0], "]") : "";
    return Error(path, absl::StrCat("expected samples, F32, F64 or U8 of shape [N, d], [N, H, W] "
                                    "or [N, C, H, W], none of them 0, found ",
                                    ToString(array), one));
  }
  if (rank == 3) array.shape.insert(array.shape.begin() + 1, 1);
  if (array.type == ElementType::kFloat32) MONDEQ_RETURN_IF_ERROR(CheckFinite<float>(array, path));
  if (array.type == ElementType::kFloat64) MONDEQ_RETURN_IF_ERROR(CheckFinite<double>(array, path));
  return array;
}

absl::StatusOr<HostArray> ParseAny(std::string contents, const std::string& path,
                                   const CsvOptions& csv, const ImageFit* fit) {
  if (IsNpy(contents)) return ParseNpy(std::move(contents), path);
  if (AreIdxImages(contents)) return IdxArray(contents, path);
  if (IsImage(contents)) return ImageArray(contents, path, fit);
  const FileFormat format = FormatOf(contents);
  const bool may_be_table = format.kind == FileKind::kText || format.kind == FileKind::kUnknown;
  if (!may_be_table || !MayBeText(contents)) return UnknownFormat(contents, path);
  MONDEQ_ASSIGN_OR_RETURN(CsvTable table, ParseCsv(contents, path, csv));
  return std::move(table.values);
}

}  // namespace

absl::StatusOr<HostArray> ParseSampleFile(std::string contents, const std::string& path,
                                          const CsvOptions& csv, const ImageFit* fit) {
  MONDEQ_ASSIGN_OR_RETURN(HostArray array, ParseAny(std::move(contents), path, csv, fit));
  return CheckSamples(std::move(array), path);
}

absl::Status CheckChannels(const HostArray& samples, const std::string& path,
                           const Normalization& normalization) {
  const auto channels = static_cast<Index>(normalization.mean.size());
  const bool is_image = samples.shape.size() == 4;
  const Index dim = samples.size() / samples.shape[0];
  if (is_image ? samples.shape[1] == channels : dim % channels == 0) return absl::OkStatus();
  return Error(
      path, absl::StrCat("expected samples of ", channels, channels == 1 ? " channel" : " channels",
                         ", which the model's are normalised in, found ", ToString(samples)));
}

}  // namespace mondeq
