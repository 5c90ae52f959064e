#include "mondeq/data/idx.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "mondeq/core/file.h"
#include "mondeq/core/file_format.h"
#include "mondeq/core/status.h"
#include "mondeq/data/gzip.h"

namespace mondeq {
namespace {

constexpr std::uint32_t kImages = 0x00000803;
constexpr std::uint32_t kLabels = 0x00000801;
constexpr std::uint32_t kLabelsInColumns = 0x00000c02;
// More of a file is not read to tell what it is.
constexpr std::size_t kMostToTell = std::size_t{1} << 26;

// What the header says. Elements have 1 byte, or 4.
struct Layout {
  std::size_t header_bytes = 0;
  std::size_t element_bytes = 1;
  std::vector<Index> extents;
  std::size_t total_bytes = 0;

  std::string Extents() const {
    return absl::StrCat(absl::StrJoin(extents, " x "), element_bytes == 4 ? " x 4" : "");
  }
};

// A file's data, and where they are in it.
struct Data {
  Layout layout;
  std::string bytes;
};

absl::Status Error(const std::string& path, std::size_t byte, absl::string_view message) {
  return absl::DataLossError(absl::StrCat(path, ": byte ", byte, ": ", message));
}

std::uint32_t BigEndian(absl::string_view bytes) {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value = value << 8 | static_cast<std::uint8_t>(bytes[i]);
  return value;
}

// Returns the first `size` bytes of the unpacked file, or as many as there are.
absl::StatusOr<std::string> Head(absl::string_view file, std::size_t size,
                                 const std::string& path) {
  if (IsGzip(file)) return Gunzip(file, size, path);
  return std::string(file.substr(0, size));
}

// The error that a file begins with another number than `magic`.
absl::Status OtherMagic(absl::string_view file, const std::string& path, std::uint32_t magic,
                        absl::string_view head) {
  const absl::StatusOr<std::string> whole = Head(file, kMostToTell, path);
  const std::string format = FormatOf(whole.ok() ? *whole : head).name;
  return Error(path, 0,
               absl::StrFormat("expected magic number 0x%08x (IDX %s), found 0x%08x%s", magic,
                               magic == kImages ? "images" : "labels", BigEndian(head),
                               format.empty() ? "" : absl::StrCat(" (", format, ")")));
}

// Checks the magic number, and the extents against the most that the file can hold.
absl::StatusOr<Layout> ReadLayout(absl::string_view file, const std::string& path,
                                  std::uint32_t magic) {
  const std::size_t dimensions = magic & 0xff;
  Layout layout;
  layout.header_bytes = 4 + 4 * dimensions;
  layout.element_bytes = magic == kLabelsInColumns ? 4 : 1;
  const absl::StatusOr<std::string> found = Head(file, layout.header_bytes, path);
  MONDEQ_RETURN_IF_ERROR(found.status());
  const absl::string_view head = *found;
  if (head.size() >= 4 && BigEndian(head) != magic) return OtherMagic(file, path, magic, head);
  if (head.size() < layout.header_bytes) {
    return Error(path, head.size(),
                 absl::StrCat("truncated: expected a header of ", layout.header_bytes,
                              " bytes, found ", head.size()));
  }
  std::size_t payload = layout.element_bytes;
  bool overflow = false;
  // Of the extents that are not 0, which does not hide what is beside it.
  Index size = 1;
  for (std::size_t i = 0; i < dimensions; ++i) {
    const std::uint32_t extent = BigEndian(head.substr(4 + 4 * i));
    layout.extents.push_back(extent);
    if (extent > 0) overflow |= __builtin_mul_overflow(size, Index{extent}, &size);
    overflow |= __builtin_mul_overflow(payload, extent, &payload);
  }
  overflow |= __builtin_add_overflow(payload, layout.header_bytes, &layout.total_bytes);
  const std::size_t most = IsGzip(file) ? GunzipBound(file) : file.size();
  if (overflow || layout.total_bytes > most) {
    return Error(path, IsGzip(file) ? 4 : file.size(),
                 absl::StrCat("truncated: expected ", layout.Extents(),
                              " bytes of data, found at most ", most - layout.header_bytes));
  }
  MONDEQ_RETURN_IF_ERROR(CheckMemory(path, layout.total_bytes));
  return layout;
}

absl::StatusOr<Data> ParseIdx(absl::string_view file, const std::string& path,
                              std::uint32_t magic) {
  MONDEQ_ASSIGN_OR_RETURN(Layout layout, ReadLayout(file, path, magic));
  std::string unpacked;
  if (IsGzip(file)) {
    // One byte more than expected is unpacked, to see whether it is there.
    MONDEQ_ASSIGN_OR_RETURN(unpacked, Gunzip(file, layout.total_bytes + 1, path));
    file = unpacked;
  }
  if (file.size() < layout.total_bytes) {
    return Error(path, file.size(),
                 absl::StrCat("truncated: expected ", layout.Extents(), " bytes of data, found ",
                              file.size() - layout.header_bytes));
  }
  if (file.size() > layout.total_bytes) {
    return Error(path, layout.total_bytes,
                 absl::StrCat("expected the end of the file after ", layout.Extents(),
                              " bytes of data, found more"));
  }
  file.remove_prefix(layout.header_bytes);
  return Data{std::move(layout), std::string(file)};
}

bool HasMagic(absl::string_view contents, std::uint32_t magic) {
  const absl::StatusOr<std::string> head = Head(contents, 4, "");
  return head.ok() && head->size() == 4 && BigEndian(*head) == magic;
}

// Labels, and where they are in their file.
struct Labels {
  std::vector<std::int32_t> values;
  std::size_t begin = 0, stride = 1;
};

absl::StatusOr<Labels> FindLabels(const std::string& path) {
  MONDEQ_ASSIGN_OR_RETURN(const std::string contents, ReadFile(path));
  const bool in_columns = HasMagic(contents, kLabelsInColumns);
  MONDEQ_ASSIGN_OR_RETURN(const Data data,
                          ParseIdx(contents, path, in_columns ? kLabelsInColumns : kLabels));
  Labels labels;
  labels.begin = data.layout.header_bytes;
  if (!in_columns) {
    const absl::Span<const std::uint8_t> bytes(
        reinterpret_cast<const std::uint8_t*>(data.bytes.data()), data.bytes.size());
    labels.values.assign(bytes.begin(), bytes.end());
    return labels;
  }
  if (data.layout.extents[1] < 1) return Error(path, 8, "expected at least 1 column, found 0");
  labels.stride = 4 * static_cast<std::size_t>(data.layout.extents[1]);
  for (std::size_t at = 0; at < data.bytes.size(); at += labels.stride) {
    labels.values.push_back(
        static_cast<std::int32_t>(BigEndian(absl::string_view(data.bytes).substr(at))));
  }
  return labels;
}

}  // namespace

bool AreIdxImages(absl::string_view contents) { return HasMagic(contents, kImages); }

absl::StatusOr<IdxImages> ReadIdxImages(const std::string& path) {
  MONDEQ_ASSIGN_OR_RETURN(const std::string contents, ReadFile(path));
  return ParseIdxImages(contents, path);
}

absl::StatusOr<IdxImages> ParseIdxImages(const std::string& contents, const std::string& path) {
  MONDEQ_ASSIGN_OR_RETURN(const Data data, ParseIdx(contents, path, kImages));
  const std::vector<Index>& extents = data.layout.extents;
  IdxImages images;
  images.pixels.assign(data.bytes.begin(), data.bytes.end());
  images.count = extents[0];
  images.rows = extents[1];
  images.columns = extents[2];
  return images;
}

absl::StatusOr<std::vector<std::int32_t>> ReadIdxLabels(const std::string& path) {
  MONDEQ_ASSIGN_OR_RETURN(Labels labels, FindLabels(path));
  return std::move(labels.values);
}

std::vector<std::uint8_t> RowByRow(absl::Span<const std::uint8_t> pixels,
                                   const Features& features) {
  std::vector<std::uint8_t> ordered;
  ordered.reserve(pixels.size());
  for (std::size_t image = 0; image < pixels.size();
       image += static_cast<std::size_t>(features.dim())) {
    for (Index row = 0; row < features.rows; ++row) {
      for (Index column = 0; column < features.columns; ++column) {
        ordered.push_back(pixels[image + static_cast<std::size_t>(column * features.rows + row)]);
      }
    }
  }
  return ordered;
}

absl::StatusOr<Samples> ReadIdxSamples(const std::string& images_path,
                                       const std::string& labels_path, const Features& features,
                                       int classes, std::int32_t first_label) {
  MONDEQ_ASSIGN_OR_RETURN(IdxImages images, ReadIdxImages(images_path));
  MONDEQ_ASSIGN_OR_RETURN(const Labels found, FindLabels(labels_path));
  const std::vector<std::int32_t>& labels = found.values;
  if (images.count == 0) return Error(images_path, 4, "expected at least one image, found 0");
  if (Features{images.rows, images.columns, 1} != features) {
    return Error(images_path, 8,
                 absl::StrCat("expected images of ", features.rows, " x ", features.columns,
                              " pixels, found ", images.rows, " x ", images.columns));
  }
  if (static_cast<Index>(labels.size()) != images.count) {
    return Error(labels_path, 4,
                 absl::StrCat("expected ", images.count, " labels, one for every image of ",
                              images_path, ", found ", labels.size()));
  }
  const Index first = first_label, last = first + classes - 1;
  const auto bad = std::find_if(labels.begin(), labels.end(),
                                [=](Index label) { return label < first || label > last; });
  if (bad != labels.end()) {
    const auto sample = static_cast<std::size_t>(bad - labels.begin());
    return Error(labels_path, found.begin + sample * found.stride,
                 absl::StrCat("label of sample ", sample, ": expected ", first, " .. ", last,
                              ", found ", *bad));
  }
  Samples samples;
  samples.features = features;
  samples.classes = classes;
  samples.pixels = std::move(images.pixels);
  for (const std::int32_t label : labels) samples.labels.push_back(label - first_label);
  return samples;
}

absl::StatusOr<Samples> ReadIdxSplit(const FileSearch& search, const IdxNames& train,
                                     const IdxNames& test, Split split, const Features& features,
                                     int classes, std::int32_t first_label) {
  MONDEQ_ASSIGN_OR_RETURN(const FoundFiles files, FindSplit(search, {train.images, train.labels},
                                                            {test.images, test.labels}, split));
  MONDEQ_ASSIGN_OR_RETURN(Samples samples, ReadIdxSamples(files.paths[0], files.paths[1], features,
                                                          classes, first_label));
  samples.source = files.folder;
  return samples;
}

}  // namespace mondeq
