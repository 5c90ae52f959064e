// Files that may be compressed with gzip.
#ifndef MONDEQ_DATA_GZIP_H_
#define MONDEQ_DATA_GZIP_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace mondeq {

// Whether `bytes` begin like a gzip file.
bool IsGzip(absl::string_view bytes);

// Returns a bound on the number of bytes that `bytes` unpack to, without unpacking them: the format
// packs at most 1032 to 1.
std::size_t GunzipBound(absl::string_view bytes);

// Unpacks all gzip members of `bytes`, up to `limit` bytes of output; it stops there without
// looking further. `name` stands for the file in messages. Errors: kDataLoss, with the offset in
// the packed file, if it is damaged, truncated or followed by something else than zeros.
absl::StatusOr<std::string> Gunzip(absl::string_view bytes, std::size_t limit,
                                   absl::string_view name);

}  // namespace mondeq

#endif  // MONDEQ_DATA_GZIP_H_
