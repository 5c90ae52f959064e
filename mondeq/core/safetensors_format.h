// What the reader and the writer of safetensors files share.
#ifndef MONDEQ_CORE_SAFETENSORS_FORMAT_H_
#define MONDEQ_CORE_SAFETENSORS_FORMAT_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "mondeq/core/safetensors.h"
#include "nlohmann/json.hpp"

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "files are little-endian");

namespace mondeq {

inline constexpr char kSafetensorsMetadata[] = "__metadata__";
inline constexpr char kDataChecksum[] = "mondeq.crc32";
inline constexpr char kHeaderChecksum[] = "mondeq.header_crc32";
// The bytes of the header's length.
inline constexpr std::size_t kSafetensorsPrefix = 8;

// Returns the type of that name, kOther if it has none.
ElementType ElementTypeNamed(absl::string_view name);

// The checksum of everything in the header but this checksum.
std::string SafetensorsHeaderChecksum(nlohmann::json header);

}  // namespace mondeq

#endif  // MONDEQ_CORE_SAFETENSORS_FORMAT_H_
