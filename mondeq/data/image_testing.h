// Makes images for tests.
#ifndef MONDEQ_DATA_IMAGE_TESTING_H_
#define MONDEQ_DATA_IMAGE_TESTING_H_

#include <string>

#include "mondeq/data/image_file.h"

namespace mondeq {

// The bytes of files with this image; that of a JPEG is what its pixels nearly are.
std::string PngBytes(const Image& image);
std::string JpegBytes(const Image& image);

}  // namespace mondeq

#endif  // MONDEQ_DATA_IMAGE_TESTING_H_
