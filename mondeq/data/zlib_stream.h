// Compressed streams in memory, unpacked part by part.
#ifndef MONDEQ_DATA_ZLIB_STREAM_H_
#define MONDEQ_DATA_ZLIB_STREAM_H_

#include <zlib.h>

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace mondeq {

class ZlibStream {
 public:
  enum class Format { kZlib, kGzip };

  // Reads the stream at the beginning of `packed`, which outlives this.
  ZlibStream(Format format, absl::string_view packed);
  ~ZlibStream();
  ZlibStream(const ZlibStream&) = delete;
  ZlibStream& operator=(const ZlibStream&) = delete;

  // Unpacks at most `most` bytes more. Returns how many they are: fewer only where the stream ends,
  // or can not go on. A stream of which nothing is left to unpack has then been seen to its end.
  std::size_t Read(std::size_t most, char* out);
  // Goes on with another stream, which begins where one has ended.
  void BeginNext();

  // Whether there may be more to read.
  bool more() const { return result_ == Z_OK; }
  // Whether the stream was a whole one.
  bool ended() const { return result_ == Z_STREAM_END; }
  // What follows the packed bytes that have been read.
  absl::string_view rest() const { return packed_.substr(consumed_); }
  // How many of the packed bytes have been read.
  std::size_t consumed() const { return consumed_; }
  // "expected ..., found ..." of a stream that can not go on; "" of others.
  std::string Error() const;

 private:
  const absl::string_view packed_;
  std::size_t consumed_ = 0;
  z_stream stream_ = {};
  int result_ = Z_OK;
};

}  // namespace mondeq

#endif  // MONDEQ_DATA_ZLIB_STREAM_H_
