#include "mondeq/core/npz.h"

#include <cstddef>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "mondeq/core/little_endian.h"
#include "mondeq/core/status.h"
#include "mondeq/core/utf8.h"
#include "mondeq/core/zip.h"

namespace mondeq {
namespace {

// How .npy files call the types of elements.
std::string Descr(ElementType type) {
  switch (type) {
    case ElementType::kFloat32:
      return "<f4";
    case ElementType::kFloat64:
      return "<f8";
    case ElementType::kInt32:
      return "<i4";
    case ElementType::kInt64:
      return "<i8";
    case ElementType::kUint8:
      return "|u1";
    case ElementType::kOther:
      break;
  }
  MONDEQ_CHECK(false);
}

// An .npy file, version 1.0 (data/npy.h).
std::string Npy(const std::string& descr, const std::vector<Index>& shape,
                absl::string_view elements) {
  std::string header =
      absl::StrCat("{'descr': '", descr, "', 'fortran_order': False, 'shape': (",
                   absl::StrJoin(shape, ", "), shape.size() == 1 ? "," : "", "), }");
  // The elements begin at a multiple of 64 bytes.
  constexpr std::size_t kBeforeHeader = 10, kAlignment = 64;
  const std::size_t end = kBeforeHeader + header.size() + 1;
  header.append((kAlignment - end % kAlignment) % kAlignment, ' ');
  header += '\n';
  std::string file("\x93NUMPY\1\0", 8);
  AppendLittleEndian(header.size(), 2, &file);
  return absl::StrCat(file, header, elements);
}

// A text's characters as NumPy stores them, four bytes each.
std::string Utf32(absl::string_view text) {
  std::string characters;
  while (!text.empty()) {
    const Utf8Character first = FirstCharacter(text);
    AppendLittleEndian(first.code, 4, &characters);
    text.remove_prefix(first.bytes);
  }
  return characters;
}

std::string NpyOfText(absl::string_view text) {
  const std::string characters = Utf32(text);
  // NumPy has no texts of no characters, and takes zeros at the end for none.
  if (characters.empty()) return Npy("<U1", {}, std::string(4, '\0'));
  return Npy(absl::StrCat("<U", characters.size() / 4), {}, characters);
}

}  // namespace

absl::StatusOr<std::string> SerializeNpz(const Safetensors& file) {
  std::vector<std::pair<std::string, std::string>> files;
  for (const auto& [name, array] : file.arrays) {
    files.emplace_back(name, Npy(Descr(array.type), array.shape, array.bytes));
  }
  for (const auto& [key, text] : file.metadata) {
    files.emplace_back(absl::StrCat("metadata.", key), NpyOfText(text));
  }
  std::vector<ZipEntry> entries;
  for (const auto& [name, npy] : files) entries.push_back({absl::StrCat(name, ".npy"), npy});
  return MakeZip(entries);
}

}  // namespace mondeq
