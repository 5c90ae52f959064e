// jpeglib.h needs what these declare.
#include "mondeq/data/image_testing.h"

#include <jpeglib.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>

#include "mondeq/data/encode_png.h"

namespace mondeq {

std::string PngBytes(const Image& image) { return EncodePng(image).value(); }

std::string JpegBytes(const Image& image) {
  jpeg_compress_struct jpeg = {};
  jpeg_error_mgr errors;
  jpeg.err = jpeg_std_error(&errors);
  jpeg_create_compress(&jpeg);
  unsigned char* memory = nullptr;
  unsigned long size = 0;  // NOLINT: libjpeg's type
  jpeg_mem_dest(&jpeg, &memory, &size);
  jpeg.image_width = static_cast<JDIMENSION>(image.features.columns);
  jpeg.image_height = static_cast<JDIMENSION>(image.features.rows);
  jpeg.input_components = static_cast<int>(image.features.channels);
  jpeg.in_color_space = image.features.channels == 3 ? JCS_RGB : JCS_GRAYSCALE;
  jpeg_set_defaults(&jpeg);
  jpeg_set_quality(&jpeg, 100, TRUE);
  jpeg_start_compress(&jpeg, TRUE);
  const auto stride = static_cast<std::size_t>(image.features.columns * image.features.channels);
  while (jpeg.next_scanline < jpeg.image_height) {
    auto* row = const_cast<JSAMPROW>(&image.pixels[jpeg.next_scanline * stride]);
    jpeg_write_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_compress(&jpeg);
  const std::string bytes(reinterpret_cast<const char*>(memory), size);
  jpeg_destroy_compress(&jpeg);
  std::free(memory);
  return bytes;
}

}  // namespace mondeq
