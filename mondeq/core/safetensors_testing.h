// Makes safetensors files as other programs write them, for tests.
#ifndef MONDEQ_CORE_SAFETENSORS_TESTING_H_
#define MONDEQ_CORE_SAFETENSORS_TESTING_H_

#include <cstdint>
#include <cstring>
#include <string>

namespace mondeq {

// A file with that header and data, without checksums.
inline std::string RawSafetensors(const std::string& header, const std::string& data) {
  const std::uint64_t length = header.size();
  std::string contents(8, '\0');
  std::memcpy(&contents[0], &length, 8);
  return contents + header + data;
}

}  // namespace mondeq

#endif  // MONDEQ_CORE_SAFETENSORS_TESTING_H_
