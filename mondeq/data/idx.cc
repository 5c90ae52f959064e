#include "mondeq/data/idx.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "mondeq/core/file.h"
#include "mondeq/core/file_format.h"
#include "mondeq/core/status.h"
#include "mondeq/data/gzip.h"

namespace mondeq {
namespace {

constexpr std::uint32_t kImages = 0x00000803;
constexpr std::uint32_t kLabels = 0x00000801;
// More of a file is not read to tell what it is.
constexpr std::size_t kMostToTell = std::size_t{1} << 26;

// What the header says.
struct Layout {
  std::size_t header_bytes = 0;
  std::vector<Index> extents;
  std::size_t total_bytes = 0;

  std::string Extents() const { return absl::StrJoin(extents, " x "); }
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

// Checks the magic number, and the extents against the most that the file can hold.
absl::StatusOr<Layout> ReadLayout(absl::string_view file, const std::string& path,
                                  std::uint32_t magic) {
  const std::size_t dimensions = magic & 0xff;
  Layout layout;
  layout.header_bytes = 4 + 4 * dimensions;
  MONDEQ_ASSIGN_OR_RETURN(const std::string head, Head(file, layout.header_bytes, path));
  if (head.size() >= 4 && BigEndian(head) != magic) {
    const absl::StatusOr<std::string> whole = Head(file, kMostToTell, path);
    const std::string format = FormatOf(whole.ok() ? *whole : head).name;
    return Error(path, 0,
                 absl::StrFormat("expected magic number 0x%08x (IDX %s), found 0x%08x%s", magic,
                                 magic == kImages ? "images" : "labels", BigEndian(head),
                                 format.empty() ? "" : absl::StrCat(" (", format, ")")));
  }
  if (head.size() < layout.header_bytes) {
    return Error(path, head.size(),
                 absl::StrCat("truncated: expected a header of ", layout.header_bytes,
                              " bytes, found ", head.size()));
  }
  std::size_t payload = 1;
  bool overflow = false;
  for (std::size_t i = 0; i < dimensions; ++i) {
    const std::uint32_t extent = BigEndian(absl::string_view(head).substr(4 + 4 * i));
    layout.extents.push_back(extent);
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

// Returns the bytes behind the header; *extents becomes what the header says.
absl::StatusOr<std::vector<std::uint8_t>> ParseIdx(absl::string_view file, const std::string& path,
                                                   std::uint32_t magic,
                                                   std::vector<Index>* extents) {
  MONDEQ_ASSIGN_OR_RETURN(const Layout layout, ReadLayout(file, path, magic));
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
  *extents = layout.extents;
  file.remove_prefix(layout.header_bytes);
  return std::vector<std::uint8_t>(file.begin(), file.end());
}

}  // namespace

bool AreIdxImages(absl::string_view contents) {
  const absl::StatusOr<std::string> head = Head(contents, 4, "");
  return head.ok() && head->size() == 4 && BigEndian(*head) == kImages;
}

absl::StatusOr<IdxImages> ReadIdxImages(const std::string& path) {
  MONDEQ_ASSIGN_OR_RETURN(const std::string contents, ReadFile(path));
  return ParseIdxImages(contents, path);
}

absl::StatusOr<IdxImages> ParseIdxImages(const std::string& contents, const std::string& path) {
  std::vector<Index> extents;
  IdxImages images;
  MONDEQ_ASSIGN_OR_RETURN(images.pixels, ParseIdx(contents, path, kImages, &extents));
  images.count = extents[0];
  images.rows = extents[1];
  images.columns = extents[2];
  return images;
}

absl::StatusOr<std::vector<std::uint8_t>> ReadIdxLabels(const std::string& path) {
  MONDEQ_ASSIGN_OR_RETURN(const std::string contents, ReadFile(path));
  std::vector<Index> extents;
  return ParseIdx(contents, path, kLabels, &extents);
}

absl::StatusOr<Samples> ReadIdxSamples(const std::string& images_path,
                                       const std::string& labels_path, const Features& features,
                                       int classes) {
  MONDEQ_ASSIGN_OR_RETURN(IdxImages images, ReadIdxImages(images_path));
  MONDEQ_ASSIGN_OR_RETURN(const std::vector<std::uint8_t> labels, ReadIdxLabels(labels_path));
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
  const auto bad = std::find_if(labels.begin(), labels.end(),
                                [classes](std::uint8_t label) { return label >= classes; });
  if (bad != labels.end()) {
    const auto sample = static_cast<std::size_t>(bad - labels.begin());
    return Error(labels_path, 8 + sample,
                 absl::StrCat("label of sample ", sample, ": expected 0 .. ", classes - 1,
                              ", found ", static_cast<int>(*bad)));
  }
  Samples samples;
  samples.features = features;
  samples.classes = classes;
  samples.pixels = std::move(images.pixels);
  samples.labels.assign(labels.begin(), labels.end());
  return samples;
}

}  // namespace mondeq
