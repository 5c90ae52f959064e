// The outer structure of a MATLAB v5 file: a header of 128 bytes, then variables, each a tag (type
// and size, 4 bytes each) and its bytes; a compressed one is a zlib stream around another tag.
#ifndef MONDEQ_DATA_MAT_CHECK_H_
#define MONDEQ_DATA_MAT_CHECK_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace mondeq {

// Checks all of it, checksums of compressed variables included. Errors: kDataLoss, one line with
// `path`, the byte offset, what was expected and what was found.
absl::Status CheckMatFile(absl::string_view bytes, absl::string_view path);

}  // namespace mondeq

#endif  // MONDEQ_DATA_MAT_CHECK_H_
