// A zlib stream in memory, unpacked part by part.
#ifndef MONDEQ_DATA_ZLIB_STREAM_H_
#define MONDEQ_DATA_ZLIB_STREAM_H_

#include <zlib.h>

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace mondeq {

class ZlibStream {
 public:
  // `packed` outlives the stream.
  explicit ZlibStream(absl::string_view packed);
  ~ZlibStream();
  ZlibStream(const ZlibStream&) = delete;
  ZlibStream& operator=(const ZlibStream&) = delete;

  // Unpacks at most `most` bytes more and appends them to *out. Returns how many they are: fewer
  // only where the stream ends, or can not go on.
  std::size_t Read(std::size_t most, std::string* out);

  // Whether there may be more to read.
  bool more() const { return result_ == Z_OK; }
  // How many of the packed bytes have been read.
  std::size_t consumed() const { return size_ - stream_.avail_in; }
  // "expected ..., found ..." where the stream ended otherwise than a whole one of all the packed
  // bytes does; "" before the end.
  std::string Error() const;

 private:
  const std::size_t size_;
  z_stream stream_ = {};
  int result_ = Z_OK;
};

}  // namespace mondeq

#endif  // MONDEQ_DATA_ZLIB_STREAM_H_
