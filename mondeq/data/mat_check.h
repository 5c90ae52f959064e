// What a MATLAB v5 file of numeric arrays is made of. All numbers are in the file's byte order.
//   file      a header of 128 bytes, then elements
//   element   type and size, 4 bytes each, then `size` bytes, which in an array are filled up to a
//             multiple of 8; up to 4 bytes may lie in the place of the size, which then is in the
//             upper half of the type
//   array     element of type 14: the elements flags (class), extents, name, values
//   packed    element of type 15: a zlib stream of an element of type 14
#ifndef MONDEQ_DATA_MAT_CHECK_H_
#define MONDEQ_DATA_MAT_CHECK_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace mondeq {

// Checks the whole file: checksums of packed arrays, and that every array has the values its
// extents ask for. Errors: kDataLoss, one line with `path`, the byte offset (inside a packed array
// that of its beginning), what was expected and what was found.
absl::Status CheckMatFile(absl::string_view bytes, absl::string_view path);

}  // namespace mondeq

#endif  // MONDEQ_DATA_MAT_CHECK_H_
