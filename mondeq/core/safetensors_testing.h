// Makes safetensors files as other programs write them, for tests.
#ifndef MONDEQ_CORE_SAFETENSORS_TESTING_H_
#define MONDEQ_CORE_SAFETENSORS_TESTING_H_

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "mondeq/core/features.h"

namespace mondeq {

// A file with that header and data, without checksums.
inline std::string RawSafetensors(const std::string& header, const std::string& data) {
  const std::uint64_t length = header.size();
  std::string contents(8, '\0');
  std::memcpy(&contents[0], &length, 8);
  return contents + header + data;
}

// A file of arrays of any types, made array by array.
class RawArrays {
 public:
  void Add(const std::string& name, const std::string& dtype, const std::vector<Index>& shape,
           const std::string& bytes) {
    absl::StrAppend(&header_, header_.empty() ? "{" : ",", "\"", name, "\":{\"dtype\":\"", dtype,
                    "\",\"shape\":[", absl::StrJoin(shape, ","), "],\"data_offsets\":[",
                    data_.size(), ",", data_.size() + bytes.size(), "]}");
    data_ += bytes;
  }

  std::string File() const { return RawSafetensors(header_ + "}", data_); }

 private:
  std::string header_, data_;
};

}  // namespace mondeq

#endif  // MONDEQ_CORE_SAFETENSORS_TESTING_H_
