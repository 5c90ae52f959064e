#include "mondeq/data/idx_testing.h"

#include <zlib.h>

#include "mondeq/core/status.h"

namespace mondeq {

std::string IdxBytes(std::uint32_t magic, const std::vector<std::uint32_t>& extents,
                     const std::string& data) {
  std::string bytes;
  const auto append = [&bytes](std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift);
  };
  append(magic);
  for (const std::uint32_t extent : extents) append(extent);
  return bytes + data;
}

std::string Gzip(const std::string& bytes) {
  z_stream stream = {};
  MONDEQ_CHECK(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string packed(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(&packed[0]);
  stream.avail_out = static_cast<uInt>(packed.size());
  MONDEQ_CHECK(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

}  // namespace mondeq
