#include "mondeq/data/npy.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "mondeq/core/file.h"
#include "mondeq/core/file_format.h"
#include "mondeq/core/status.h"
#include "mondeq/core/utf8.h"
#include "mondeq/data/npy_header.h"

namespace mondeq {
namespace {

constexpr absl::string_view kMagic = "\x93NUMPY";

absl::Status Error(const std::string& path, std::size_t byte, absl::string_view message) {
  return absl::DataLossError(absl::StrCat(path, ": byte ", byte, ": ", message));
}

// The unsigned number of `size` bytes at `at`, little-endian.
std::size_t LittleEndian(absl::string_view bytes, std::size_t at, std::size_t size) {
  std::size_t value = 0;
  for (std::size_t i = size; i > 0; --i) {
    value = value << 8 | static_cast<std::uint8_t>(bytes[at + i - 1]);
  }
  return value;
}

// Where the header is in a file.
struct HeaderPlace {
  std::size_t begin = 0, end = 0;
};

absl::StatusOr<HeaderPlace> FindHeader(absl::string_view file, const std::string& path) {
  if (!IsNpy(file)) {
    const std::string format = FormatOf(file).name;
    return Error(path, 0,
                 absl::StrCat("expected an .npy file, which begins with \\x93NUMPY, found ",
                              format.empty() ? "something else" : format));
  }
  const std::size_t version_at = kMagic.size();
  if (file.size() < version_at + 2)
    return Error(path, file.size(), "truncated: expected a version, found the end of the file");
  const int major = static_cast<std::uint8_t>(file[version_at]);
  const int minor = static_cast<std::uint8_t>(file[version_at + 1]);
  if (major < 1 || major > 3 || minor != 0) {
    return Error(path, version_at,
                 absl::StrCat("expected version 1.0, 2.0 or 3.0, found ", major, ".", minor));
  }
  const std::size_t length_at = version_at + 2, length_size = major == 1 ? 2 : 4;
  HeaderPlace place;
  place.begin = length_at + length_size;
  if (file.size() < place.begin) {
    return Error(path, file.size(),
                 "truncated: expected the length of the header, found the end of the file");
  }
  const std::size_t length = LittleEndian(file, length_at, length_size);
  if (length > file.size() - place.begin) {
    return Error(path, file.size(),
                 absl::StrCat("truncated: expected a header of ", length, " bytes, found ",
                              file.size() - place.begin));
  }
  place.end = place.begin + length;
  return place;
}

// What is wrong with a type that is not read, and what to do.
std::string Advice(absl::string_view descr) {
  if (absl::StartsWith(descr, ">")) return "; save array.astype(array.dtype.newbyteorder('<'))";
  if (absl::EndsWith(descr, "O")) return " (Python objects)";
  const bool whole = descr.size() > 1 && absl::StrContains("iub", descr.substr(1, 1));
  return whole ? "; save labels as array.astype('int64'), samples as array.astype('float32')"
               : "; save array.astype('float32')";
}

absl::StatusOr<ElementType> TypeOf(const NpyHeader& header, std::size_t byte,
                                   const std::string& path) {
  const std::pair<absl::string_view, ElementType> known[] = {
      {"<f4", ElementType::kFloat32}, {"<f8", ElementType::kFloat64}, {"<i4", ElementType::kInt32},
      {"<i8", ElementType::kInt64},   {"|u1", ElementType::kUint8},   {"<u1", ElementType::kUint8},
  };
  for (const auto& [descr, type] : known) {
    if (header.descr == descr) return type;
  }
  return Error(path, byte,
               absl::StrCat("descr: expected <f4, <f8, |u1, <i4 or <i8, found ",
                            Printable(header.descr, 40), Advice(header.descr)));
}

// The bytes of an array in Fortran order, in C order.
std::string ToCOrder(const std::string& bytes, const std::vector<Index>& shape, std::size_t size) {
  std::string ordered(bytes.size(), '\0');
  // The place of each dimension's step in the file: the first is innermost.
  std::vector<std::size_t> step(shape.size(), 1), place(shape.size(), 0);
  for (std::size_t i = 1; i < shape.size(); ++i) {
    step[i] = step[i - 1] * static_cast<std::size_t>(shape[i - 1]);
  }
  std::size_t from = 0;
  for (std::size_t to = 0; to < ordered.size(); to += size) {
    std::memcpy(&ordered[to], &bytes[from * size], size);
    for (std::size_t i = shape.size(); i > 0; --i) {
      from += step[i - 1];
      if (++place[i - 1] < static_cast<std::size_t>(shape[i - 1])) break;
      from -= step[i - 1] * place[i - 1];
      place[i - 1] = 0;
    }
  }
  return ordered;
}

// Checks that the file has as many bytes from `begin` on as an array of that shape.
absl::Status CheckSize(const std::vector<Index>& shape, std::size_t element_size, std::size_t begin,
                       std::size_t file_size, const std::string& path) {
  // The other extents of an array without elements are none that could not be, either.
  Index all = static_cast<Index>(element_size);
  bool empty = false, overflow = false;
  for (const Index extent : shape) {
    empty |= extent == 0;
    overflow |= extent != 0 && __builtin_mul_overflow(all, extent, &all);
  }
  const std::size_t bytes = empty ? 0 : static_cast<std::size_t>(all);
  const std::size_t found = file_size - begin;
  const std::string expected =
      absl::StrCat(absl::StrJoin(shape, " x "), " elements of ", element_size, " bytes, found ");
  if (overflow || bytes > found) {
    return Error(path, file_size, absl::StrCat("truncated: expected ", expected, found, " bytes"));
  }
  if (bytes < found) {
    return Error(path, begin + bytes,
                 absl::StrCat("expected the end of the file after ", expected, found - bytes,
                              " bytes more"));
  }
  return absl::OkStatus();
}

}  // namespace

bool IsNpy(absl::string_view contents) { return absl::StartsWith(contents, kMagic); }

absl::StatusOr<HostArray> ParseNpy(std::string contents, const std::string& path) {
  MONDEQ_ASSIGN_OR_RETURN(const HeaderPlace place, FindHeader(contents, path));
  const absl::string_view text =
      absl::string_view(contents).substr(place.begin, place.end - place.begin);
  MONDEQ_ASSIGN_OR_RETURN(const NpyHeader header, ParseNpyHeader(text, place.begin, path));
  HostArray array;
  MONDEQ_ASSIGN_OR_RETURN(array.type, TypeOf(header, place.begin, path));
  const auto size = static_cast<std::size_t>(ElementSize(array.type));
  MONDEQ_RETURN_IF_ERROR(CheckSize(header.shape, size, place.end, contents.size(), path));
  array.shape = header.shape;
  contents.erase(0, place.end);
  array.bytes = std::move(contents);
  if (header.fortran_order && header.shape.size() > 1) {
    MONDEQ_RETURN_IF_ERROR(CheckMemory(path, array.bytes.size()));
    array.bytes = ToCOrder(array.bytes, array.shape, size);
  }
  return array;
}

}  // namespace mondeq
