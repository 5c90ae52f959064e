#include "mondeq/data/mat_testing.h"

#include <zlib.h>

#include "mondeq/core/status.h"

namespace mondeq {
namespace {

std::string Word(std::uint32_t value) {
  return std::string(reinterpret_cast<const char*>(&value), sizeof(value));
}

}  // namespace

std::string MatHeader() {
  std::string header = "MATLAB 5.0 MAT-file";
  header.resize(124, ' ');
  return header + std::string("\0\1IM", 4);
}

std::string MatElementBytes(std::uint32_t type, const std::string& bytes) {
  std::string element = Word(type) + Word(static_cast<std::uint32_t>(bytes.size())) + bytes;
  element.resize((element.size() + 7) / 8 * 8, '\0');
  return element;
}

std::string MatVariableBytes(std::uint32_t flags, const std::vector<std::uint32_t>& shape,
                             const std::string& name, const std::string& content) {
  std::string extents;
  for (const std::uint32_t extent : shape) extents += Word(extent);
  return MatElementBytes(14, MatElementBytes(6, Word(flags) + Word(0)) +
                                 MatElementBytes(5, extents) + MatElementBytes(1, name) + content);
}

std::string MatPacked(const std::string& variable) {
  uLongf size = compressBound(variable.size());
  std::string packed(size, '\0');
  MONDEQ_CHECK(compress(reinterpret_cast<Bytef*>(&packed[0]), &size,
                        reinterpret_cast<const Bytef*>(variable.data()), variable.size()) == Z_OK);
  packed.resize(size);
  return Word(15) + Word(static_cast<std::uint32_t>(packed.size())) + packed;
}

}  // namespace mondeq
