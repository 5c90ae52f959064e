// Makes .npy files for tests.
#ifndef MONDEQ_DATA_NPY_TESTING_H_
#define MONDEQ_DATA_NPY_TESTING_H_

#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include "mondeq/core/features.h"

namespace mondeq {

// A file's bytes: the header `text` as it is, then `data`. `length` is what the file says of the
// header's length, by default the truth.
std::string NpyFile(const std::string& text, const std::string& data, int major = 1,
                    std::int64_t length = -1);

// The header that numpy.save writes.
std::string NpyHeaderText(const std::string& descr, const std::vector<Index>& shape,
                          bool fortran_order = false);

// What numpy.save makes of an array of T.
template <class T>
std::string NpyBytes(const std::vector<Index>& shape, const std::vector<T>& values) {
  const std::string letter = std::is_floating_point_v<T> ? "f" : sizeof(T) == 1 ? "u" : "i";
  const std::string descr = (sizeof(T) == 1 ? "|" : "<") + letter + std::to_string(sizeof(T));
  const auto* const bytes = reinterpret_cast<const char*>(values.data());
  return NpyFile(NpyHeaderText(descr, shape), std::string(bytes, values.size() * sizeof(T)));
}

}  // namespace mondeq

#endif  // MONDEQ_DATA_NPY_TESTING_H_
