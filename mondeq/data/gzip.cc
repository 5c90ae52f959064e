#include "mondeq/data/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <limits>

#include "absl/cleanup/cleanup.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "mondeq/core/status.h"

namespace mondeq {
namespace {

// zlib's window bits: 15 is the largest window, and 16 more make it expect a gzip header.
constexpr int kGzipWindow = 15 + 16;

uInt Chunk(std::size_t size) {
  return static_cast<uInt>(std::min<std::size_t>(size, std::numeric_limits<uInt>::max()));
}

}  // namespace

bool IsGzip(absl::string_view bytes) {
  return bytes.size() >= 2 && bytes[0] == '\x1f' && bytes[1] == '\x8b';
}

std::size_t GunzipBound(absl::string_view bytes) { return 1032 * bytes.size(); }

absl::StatusOr<std::string> Gunzip(absl::string_view bytes, std::size_t limit,
                                   absl::string_view name) {
  z_stream stream = {};
  MONDEQ_CHECK(inflateInit2(&stream, kGzipWindow) == Z_OK);
  const auto end = absl::MakeCleanup([&stream] { inflateEnd(&stream); });

  std::string output(std::min(limit, GunzipBound(bytes)), '\0');
  std::size_t in = 0, out = 0;
  const auto error = [&](absl::string_view message) {
    return absl::DataLossError(
        absl::StrCat(name, ": byte ", in, ": ", message, " after ", out, " unpacked bytes"));
  };
  while (true) {
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data() + in));
    stream.avail_in = Chunk(bytes.size() - in);
    stream.next_out = reinterpret_cast<Bytef*>(&output[out]);
    stream.avail_out = Chunk(output.size() - out);
    const uInt in_before = stream.avail_in, out_before = stream.avail_out;
    const int result = inflate(&stream, Z_NO_FLUSH);
    in += in_before - stream.avail_in;
    out += out_before - stream.avail_out;

    if (result == Z_STREAM_END) {
      if (in == bytes.size()) break;
      if (!IsGzip(bytes.substr(in))) return error("expected the end of the gzip file, found more");
      inflateReset(&stream);
    } else if (result == Z_DATA_ERROR) {
      return error(absl::StrCat("expected intact gzip data, found damage (", stream.msg, ")"));
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
      return error(absl::StrCat("cannot unpack (zlib error ", result, ")"));
    } else if (in == bytes.size()) {
      return error("truncated: expected more gzip data, found the end of the file");
    } else if (out == output.size()) {
      // The output is full, and inflate has had its chance to see the end of the stream right
      // behind.
      if (out_before == 0 || result == Z_BUF_ERROR) break;
    }
  }
  output.resize(out);
  return output;
}

}  // namespace mondeq
