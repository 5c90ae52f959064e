// What image_file.h reads images with: libpng and libjpeg.
#ifndef MONDEQ_DATA_DECODE_IMAGE_H_
#define MONDEQ_DATA_DECODE_IMAGE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "mondeq/data/image_file.h"

namespace mondeq {

// They write the image that `contents` are to *image. Errors: those of ParseImage.
absl::Status DecodePng(absl::string_view contents, const std::string& path, Image* image);
absl::Status DecodeJpeg(absl::string_view contents, const std::string& path, Image* image);

}  // namespace mondeq

#endif  // MONDEQ_DATA_DECODE_IMAGE_H_
