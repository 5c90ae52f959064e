#include "mondeq/data/npy_testing.h"

#include <cstddef>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace mondeq {

std::string NpyFile(const std::string& text, const std::string& data, int major,
                    std::int64_t length) {
  std::string bytes = "\x93NUMPY";
  bytes += static_cast<char>(major);
  bytes += '\0';
  std::uint64_t left = length < 0 ? text.size() : static_cast<std::uint64_t>(length);
  for (int i = 0; i < (major == 1 ? 2 : 4); ++i, left >>= 8) bytes += static_cast<char>(left);
  return bytes + text + data;
}

std::string NpyHeaderText(const std::string& descr, const std::vector<Index>& shape,
                          bool fortran_order) {
  std::string text = absl::StrCat(
      "{'descr': '", descr, "', 'fortran_order': ", fortran_order ? "True" : "False",
      ", 'shape': (", absl::StrJoin(shape, ", "), shape.size() == 1 ? "," : "", "), }");
  // The elements begin at a multiple of 64 bytes.
  while ((10 + text.size() + 1) % 64 != 0) text += ' ';
  return text + "\n";
}

}  // namespace mondeq
