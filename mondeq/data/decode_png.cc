#include <png.h>

#include <cstddef>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "mondeq/core/file.h"
#include "mondeq/core/status.h"
#include "mondeq/core/utf8.h"
#include "mondeq/data/decode_image.h"

namespace mondeq {
namespace {

// An image that is being read, freed whatever happens.
struct PngReader {
  PngReader() { png.version = PNG_IMAGE_VERSION; }
  ~PngReader() { png_image_free(&png); }
  PngReader(const PngReader&) = delete;

  png_image png = {};
};

absl::Status Error(const std::string& path, absl::string_view found) {
  return absl::DataLossError(absl::StrCat(path, ": expected a PNG image, found ", found));
}

}  // namespace

absl::Status DecodePng(absl::string_view contents, const std::string& path, Image* image) {
  // Deflate packs at most 1032 to 1, and a pixel has one bit or more.
  constexpr std::uint64_t kMostPixelsOfByte = 8 * 1032;
  PngReader reader;
  png_image& png = reader.png;
  if (png_image_begin_read_from_memory(&png, contents.data(), contents.size()) == 0) {
    return Error(path, absl::StrCat("a damaged one: ", Printable(png.message)));
  }
  // Else 16 bits without a gamma would be taken for linear light.
  png.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;
  const bool color = (png.format & PNG_FORMAT_FLAG_COLOR) != 0;
  png.format = color ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;
  image->features = {png.height, png.width, color ? 3 : 1};
  const auto pixels = static_cast<std::uint64_t>(png.height) * png.width;
  if (pixels / kMostPixelsOfByte > contents.size()) {
    return Error(path, absl::StrCat(png.height, " x ", png.width, " pixels in ", contents.size(),
                                    " bytes, which cannot hold them"));
  }
  MONDEQ_RETURN_IF_ERROR(CheckMemory(path, 4 * pixels));
  image->pixels.resize(static_cast<std::size_t>(image->features.dim()));
  const png_color black = {0, 0, 0};
  if (png_image_finish_read(&png, &black, image->pixels.data(), 0, nullptr) == 0) {
    return Error(path, absl::StrCat("a damaged one: ", Printable(png.message)));
  }
  return absl::OkStatus();
}

}  // namespace mondeq
