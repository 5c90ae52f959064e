#include "mondeq/data/zlib_stream.h"

#include "absl/strings/str_cat.h"
#include "mondeq/core/status.h"

namespace mondeq {

ZlibStream::ZlibStream(absl::string_view packed) : size_(packed.size()) {
  MONDEQ_CHECK(inflateInit(&stream_) == Z_OK);
  stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream_.avail_in = static_cast<uInt>(packed.size());
}

ZlibStream::~ZlibStream() { inflateEnd(&stream_); }

std::size_t ZlibStream::Read(std::size_t most, std::string* out) {
  const std::size_t before = out->size();
  out->resize(before + most);
  stream_.next_out = reinterpret_cast<Bytef*>(&(*out)[before]);
  stream_.avail_out = static_cast<uInt>(most);
  while (more() && stream_.avail_out > 0) result_ = inflate(&stream_, Z_NO_FLUSH);
  const std::size_t made = most - stream_.avail_out;
  out->resize(before + made);
  return made;
}

std::string ZlibStream::Error() const {
  if (result_ == Z_OK) return "";
  if (result_ == Z_BUF_ERROR) return "expected more compressed data, found its end";
  if (result_ != Z_STREAM_END) {
    return absl::StrCat("expected intact compressed data, found damage (",
                        stream_.msg != nullptr ? stream_.msg : "zlib error", ")");
  }
  if (stream_.avail_in == 0) return "";
  return absl::StrCat("expected the end of the compressed data, found ", stream_.avail_in,
                      " bytes more");
}

}  // namespace mondeq
