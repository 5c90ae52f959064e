// Makes IDX files for tests.
#ifndef MONDEQ_DATA_IDX_TESTING_H_
#define MONDEQ_DATA_IDX_TESTING_H_

#include <cstdint>
#include <string>
#include <vector>

namespace mondeq {

// Returns a file's bytes: magic (0x803 images, 0x801 labels), extents, then `data` as it is.
std::string IdxBytes(std::uint32_t magic, const std::vector<std::uint32_t>& extents,
                     const std::string& data);

// Packs `bytes` into one gzip member.
std::string Gzip(const std::string& bytes);

}  // namespace mondeq

#endif  // MONDEQ_DATA_IDX_TESTING_H_
