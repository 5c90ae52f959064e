// jpeglib.h needs what these declare.
#include <cstddef>
#include <cstdio>
// The library has no other way to leave a function of its own.
#include <jerror.h>
#include <jpeglib.h>

#include <csetjmp>

#include "absl/strings/str_cat.h"
#include "mondeq/core/file.h"
#include "mondeq/core/status.h"
#include "mondeq/core/utf8.h"
#include "mondeq/data/decode_image.h"

namespace mondeq {
namespace {

struct JpegReader {
  jpeg_decompress_struct jpeg;
  jpeg_error_mgr errors;
  std::jmp_buf failed;
  // What the library says of an image that it does not read, or would read as well as it can.
  char message[JMSG_LENGTH_MAX];
  bool damaged;
};

void Leave(j_common_ptr jpeg) {
  auto* const reader = static_cast<JpegReader*>(jpeg->client_data);
  jpeg->err->format_message(jpeg, reader->message);
  reader->damaged = true;
  std::longjmp(reader->failed, 1);
}

// A warning (level -1) means that what follows is made up, but for these.
void TakeMessage(j_common_ptr jpeg, int level) {
  const int code = jpeg->err->msg_code;
  const bool harmless =
      code == JWRN_EXTRANEOUS_DATA || code == JWRN_JFIF_MAJOR || code == JWRN_ADOBE_XFORM;
  if (level < 0 && !harmless) Leave(jpeg);
}

// Checks that a file may have, and the memory can hold, an image of that size.
absl::Status CheckSize(const Features& size, std::size_t file_size, const std::string& path) {
  // Blocks of 64 pixels with nothing in them take a bit each, and far less in arithmetic coding.
  constexpr Index kMostPixelsOfByte = 16384;
  if (size.rows * size.columns / kMostPixelsOfByte > static_cast<Index>(file_size)) {
    return absl::DataLossError(absl::StrCat(path, ": expected a JPEG image, found ", size.rows,
                                            " x ", size.columns, " pixels in ", file_size,
                                            " bytes, which cannot hold them"));
  }
  // A progressive image has coefficients of two bytes beside its pixels.
  return CheckMemory(path, static_cast<std::uint64_t>(size.dim()) * 3);
}

// These two leave by longjmp, over frames that have nothing to destroy.
bool ReadHeader(JpegReader* reader, absl::string_view contents) {
  if (setjmp(reader->failed) != 0) return false;
  jpeg_create_decompress(&reader->jpeg);
  jpeg_mem_src(&reader->jpeg, reinterpret_cast<const unsigned char*>(contents.data()),
               contents.size());
  jpeg_read_header(&reader->jpeg, TRUE);
  reader->jpeg.out_color_space = reader->jpeg.num_components == 1 ? JCS_GRAYSCALE : JCS_RGB;
  return true;
}

bool ReadPixels(JpegReader* reader, std::uint8_t* pixels) {
  if (setjmp(reader->failed) != 0) return false;
  jpeg_decompress_struct& jpeg = reader->jpeg;
  jpeg_start_decompress(&jpeg);
  const std::size_t stride = static_cast<std::size_t>(jpeg.output_width) *
                             static_cast<std::size_t>(jpeg.output_components);
  while (jpeg.output_scanline < jpeg.output_height) {
    JSAMPROW row = pixels + jpeg.output_scanline * stride;
    jpeg_read_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_decompress(&jpeg);
  return true;
}

}  // namespace

absl::Status DecodeJpeg(absl::string_view contents, const std::string& path, Image* image) {
  JpegReader reader = {};
  reader.jpeg.err = jpeg_std_error(&reader.errors);
  reader.jpeg.client_data = &reader;
  reader.errors.error_exit = Leave;
  reader.errors.emit_message = TakeMessage;
  bool good = ReadHeader(&reader, contents);
  absl::Status status;
  if (good) {
    const bool color = reader.jpeg.num_components != 1;
    image->features = {reader.jpeg.image_height, reader.jpeg.image_width, color ? 3 : 1};
    status = CheckSize(image->features, contents.size(), path);
    if (status.ok()) {
      image->pixels.resize(static_cast<std::size_t>(image->features.dim()));
      good = ReadPixels(&reader, image->pixels.data());
    }
  }
  jpeg_destroy_decompress(&reader.jpeg);
  if (good) return status;
  return absl::DataLossError(absl::StrCat(
      path, ": expected a JPEG image, found a damaged one: ", Printable(reader.message)));
}

}  // namespace mondeq
