#include "mondeq/data/encode_png.h"

#include <png.h>

#include "absl/strings/str_cat.h"
#include "mondeq/core/utf8.h"

namespace mondeq {

absl::StatusOr<std::string> EncodePng(const Image& image) {
  png_image png = {};
  png.version = PNG_IMAGE_VERSION;
  png.width = static_cast<png_uint_32>(image.features.columns);
  png.height = static_cast<png_uint_32>(image.features.rows);
  png.format = image.features.channels == 3 ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;
  std::string contents(PNG_IMAGE_PNG_SIZE_MAX(png), '\0');
  png_alloc_size_t size = contents.size();
  const int written = png_image_write_to_memory(&png, &contents[0], &size, /*convert_to_8_bit=*/0,
                                                image.pixels.data(), 0, nullptr);
  if (written == 0) {
    return absl::ResourceExhaustedError(absl::StrCat("cannot write PNG: ", Printable(png.message)));
  }
  contents.resize(size);
  return contents;
}

}  // namespace mondeq
