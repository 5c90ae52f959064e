#include "mondeq/data/gzip.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "mondeq/data/zlib_stream.h"

namespace mondeq {

bool IsGzip(absl::string_view bytes) {
  return bytes.size() >= 2 && bytes[0] == '\x1f' && bytes[1] == '\x8b';
}

std::size_t GunzipBound(absl::string_view bytes) { return 1032 * bytes.size(); }

absl::StatusOr<std::string> Gunzip(absl::string_view bytes, std::size_t limit,
                                   absl::string_view name) {
  ZlibStream stream(ZlibStream::Format::kGzip, bytes);
  std::string output(std::min(limit, GunzipBound(bytes)), '\0');
  std::size_t count = 0;
  std::string error;
  while (true) {
    count += stream.Read(output.size() - count, &output[count]);
    error = stream.Error();
    // Tapes and disk images fill up a file with zeros.
    if (!stream.ended() || stream.rest().find_first_not_of('\0') == absl::string_view::npos) break;
    if (!IsGzip(stream.rest())) {
      error = "expected the end of the gzip file, found more";
      break;
    }
    stream.BeginNext();
  }
  if (!error.empty()) {
    return absl::DataLossError(absl::StrCat(name, ": byte ", stream.consumed(), ": ", error,
                                            " after ", count, " unpacked bytes"));
  }
  output.resize(count);
  return output;
}

}  // namespace mondeq
