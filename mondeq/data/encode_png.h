// Images as PNG files.
#ifndef MONDEQ_DATA_ENCODE_PNG_H_
#define MONDEQ_DATA_ENCODE_PNG_H_

#include <string>

#include "absl/status/statusor.h"
#include "mondeq/data/image_file.h"

namespace mondeq {

// Returns the contents of a PNG file of the image, whose sides are above 0. Errors:
// kResourceExhausted where memory is too small for it.
absl::StatusOr<std::string> EncodePng(const Image& image);

}  // namespace mondeq

#endif  // MONDEQ_DATA_ENCODE_PNG_H_
