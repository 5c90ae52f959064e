#include "mondeq/core/file_format.h"

#include <algorithm>
#include <cstddef>
#include <initializer_list>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace mondeq {
namespace {

struct Signature {
  std::size_t at;
  absl::string_view bytes;
  FileKind kind;
  absl::string_view name;
};

constexpr absl::string_view kZip = "a zip archive, as PyTorch's .pt and NumPy's .npz are";
constexpr absl::string_view kPickle =
    "a Python pickle, as old .pt files and the Python version of CIFAR-10 are";

constexpr Signature kSignatures[] = {
    {4, absl::string_view("\0\0\0\0{\"", 6), FileKind::kSafetensors, "a safetensors file"},
    {0, absl::string_view("PK\3\4", 4), FileKind::kOther, kZip},
    {0, absl::string_view("PK\5\6", 4), FileKind::kOther, kZip},
    {0, "\x80\2", FileKind::kOther, kPickle},
    {0, "\x80\3", FileKind::kOther, kPickle},
    {0, "\x80\4", FileKind::kOther, kPickle},
    {0, "\x80\5", FileKind::kOther, kPickle},
    {0, "\x89PNG\r\n\x1a\n", FileKind::kOther, "a PNG image"},
    {0, "\xff\xd8\xff", FileKind::kOther, "a JPEG image"},
    {0, "GIF8", FileKind::kOther, "a GIF image"},
    {0, absl::string_view("II*\0", 4), FileKind::kOther, "a TIFF image"},
    {0, absl::string_view("MM\0*", 4), FileKind::kOther, "a TIFF image"},
    {8, "WEBP", FileKind::kOther, "a WebP image"},
    {0, "\x93NUMPY", FileKind::kOther, "a NumPy .npy array"},
    {0, "\x89HDF\r\n\x1a\n", FileKind::kOther, "an HDF5 file"},
    {0, "MATLAB 7.3 MAT-file", FileKind::kOther, "a MATLAB v7.3 (HDF5) file"},
    {0, "MATLAB 5.0 MAT-file", FileKind::kSamples, "a MATLAB v5 file"},
    {0, "\x1f\x8b", FileKind::kPacked, "a gzip file"},
    {0, "BZh", FileKind::kPacked, "a bzip2 file"},
    {0, absl::string_view("\xfd\x37zXZ\0", 6), FileKind::kPacked, "an xz file"},
    {0, "7z\xbc\xaf\x27\x1c", FileKind::kOther, "a 7z archive"},
    {257, "ustar", FileKind::kOther, "a tar archive"},
    {0, "GGUF", FileKind::kOther, "a GGUF file"},
    {0, "version https://git-lfs", FileKind::kOther,
     "a pointer of Git LFS, not the file that it stands for"},
    {0, absl::string_view("\0\0\x08\1", 4), FileKind::kSamples, "IDX labels"},
    {0, absl::string_view("\0\0\x0c\2", 4), FileKind::kSamples, "IDX labels in a table"},
    {0, absl::string_view("\0\0\x08\2", 4), FileKind::kOther, "IDX bytes of two dimensions"},
    {0, absl::string_view("\0\0\x08\3", 4), FileKind::kSamples, "IDX images"},
    {0, absl::string_view("\0\0\x08\4", 4), FileKind::kOther, "IDX bytes of four dimensions"},
};

// Whether these are records of labels below `classes` and 3072 pixels.
bool AreCifarRecords(absl::string_view contents, std::initializer_list<int> classes) {
  const std::size_t record = classes.size() + 3072;
  if (contents.size() % record != 0) return false;
  for (std::size_t at = 0; at < contents.size(); at += record) {
    std::size_t label = at;
    for (const int count : classes) {
      if (static_cast<unsigned char>(contents[label++]) >= count) return false;
    }
  }
  return true;
}

bool IsText(absl::string_view contents) {
  const absl::string_view start = contents.substr(0, 512);
  return std::all_of(start.begin(), start.end(), [](char c) {
    return absl::ascii_isprint(static_cast<unsigned char>(c)) ||
           absl::ascii_isspace(static_cast<unsigned char>(c));
  });
}

}  // namespace

FileFormat FormatOf(absl::string_view contents) {
  if (contents.empty()) return {FileKind::kOther, "an empty file"};
  for (const Signature& signature : kSignatures) {
    if (contents.size() > signature.at &&
        absl::StartsWith(contents.substr(signature.at), signature.bytes)) {
      return {signature.kind, std::string(signature.name)};
    }
  }
  if (AreCifarRecords(contents, {10})) {
    return {FileKind::kSamples, "a batch of CIFAR-10's binary version"};
  }
  if (AreCifarRecords(contents, {20, 100})) {
    return {FileKind::kOther, "CIFAR-100's binary version, of two labels each"};
  }
  if (!IsText(contents)) return {};
  const absl::string_view text = absl::StripLeadingAsciiWhitespace(contents);
  if (absl::StartsWithIgnoreCase(text, "<!doctype html") ||
      absl::StartsWithIgnoreCase(text, "<html")) {
    return {FileKind::kWebPage, "an HTML page"};
  }
  return {FileKind::kText, "text"};
}

}  // namespace mondeq
