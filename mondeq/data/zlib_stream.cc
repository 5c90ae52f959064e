#include "mondeq/data/zlib_stream.h"

#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"
#include "mondeq/core/status.h"

namespace mondeq {
namespace {

// zlib's window bits: 15 is the largest window, and 16 more make it expect a gzip header.
int WindowBits(ZlibStream::Format format) {
  return format == ZlibStream::Format::kGzip ? 15 + 16 : 15;
}

uInt Chunk(std::size_t size) {
  return static_cast<uInt>(std::min<std::size_t>(size, std::numeric_limits<uInt>::max()));
}

}  // namespace

ZlibStream::ZlibStream(Format format, absl::string_view packed) : packed_(packed) {
  MONDEQ_CHECK(inflateInit2(&stream_, WindowBits(format)) == Z_OK);
}

ZlibStream::~ZlibStream() { inflateEnd(&stream_); }

std::size_t ZlibStream::Read(std::size_t most, char* out) {
  std::size_t made = 0;
  while (more()) {
    const uInt in = Chunk(rest().size()), space = Chunk(most - made);
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(rest().data()));
    stream_.avail_in = in;
    stream_.next_out = reinterpret_cast<Bytef*>(out + made);
    stream_.avail_out = space;
    const int result = inflate(&stream_, Z_NO_FLUSH);
    consumed_ += in - stream_.avail_in;
    made += space - stream_.avail_out;
    // Without space inflate may still see the end of the stream; that it goes on is no error.
    const bool goes_on = result == Z_OK || result == Z_BUF_ERROR;
    if (space == 0 && goes_on && !rest().empty()) break;
    result_ = result;
  }
  return made;
}

void ZlibStream::BeginNext() {
  MONDEQ_CHECK(inflateReset(&stream_) == Z_OK);
  result_ = Z_OK;
}

std::string ZlibStream::Error() const {
  if (more() || ended()) return "";
  if (result_ == Z_BUF_ERROR) return "truncated: expected more compressed data, found its end";
  return absl::StrCat("expected intact compressed data, found damage (",
                      stream_.msg != nullptr ? stream_.msg : "zlib error", ")");
}

}  // namespace mondeq
