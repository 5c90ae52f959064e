// Whole numbers as they stand in files.
#ifndef MONDEQ_CORE_LITTLE_ENDIAN_H_
#define MONDEQ_CORE_LITTLE_ENDIAN_H_

#include <cstdint>
#include <string>

namespace mondeq {

// Appends the last `bytes` bytes of a number to `out`, the lowest first.
inline void AppendLittleEndian(std::uint64_t value, int bytes, std::string* out) {
  for (int i = 0; i < bytes; ++i) out->push_back(static_cast<char>(value >> 8 * i));
}

}  // namespace mondeq

#endif  // MONDEQ_CORE_LITTLE_ENDIAN_H_
