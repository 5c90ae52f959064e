// Makes MATLAB v5 files for tests, little-endian.
#ifndef MONDEQ_DATA_MAT_TESTING_H_
#define MONDEQ_DATA_MAT_TESTING_H_

#include <cstdint>
#include <string>
#include <vector>

namespace mondeq {

// The 128 bytes that a file begins with.
std::string MatHeader();

// An element of that type, filled up to a multiple of 8 bytes.
std::string MatElementBytes(std::uint32_t type, const std::string& bytes);

// A variable: flags (the class, and bits above it), extents and name, then `content`, which are
// elements. Classes are 1 cell, 2 struct, 4 char, 5 sparse, 6 double, 7 single, 8 int8, 9 uint8,
// 10 int16, ..., 15 uint64, 16 function handle.
std::string MatVariableBytes(std::uint32_t flags, const std::vector<std::uint32_t>& shape,
                             const std::string& name, const std::string& content);

// The same of numbers, in an element of that type: 1 int8, 2 uint8, 3 int16, 4 uint16, 5 int32,
// 6 uint32, 7 single, 9 double, 12 int64, 13 uint64.
template <class T>
std::string MatNumbers(std::uint32_t flags, const std::vector<std::uint32_t>& shape,
                       const std::string& name, std::uint32_t type, const std::vector<T>& values) {
  return MatVariableBytes(
      flags, shape, name,
      MatElementBytes(type, std::string(reinterpret_cast<const char*>(values.data()),
                                        values.size() * sizeof(T))));
}

// A variable as files compress it.
std::string MatPacked(const std::string& variable);

}  // namespace mondeq

#endif  // MONDEQ_DATA_MAT_TESTING_H_
