// PNG and JPEG images.
#ifndef MONDEQ_DATA_IMAGE_FILE_H_
#define MONDEQ_DATA_IMAGE_FILE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "mondeq/core/features.h"

namespace mondeq {

struct Image {
  // One channel, grey, or three: red, green and blue.
  Features features;
  // [rows][columns][channels]
  std::vector<std::uint8_t> pixels;
};

// Whether `contents` begin like a PNG or a JPEG image.
bool IsImage(absl::string_view contents);

// Reads the image that is the file `contents`; `path` stands for the file in messages. Pixels of 16
// bits are rounded to 8, palettes become colours, and what is transparent lies on black. Errors:
// kDataLoss, one line that names the file, for other formats, for anything that is damaged or
// truncated, and for images that are larger than their file or the memory can hold.
absl::StatusOr<Image> ParseImage(absl::string_view contents, const std::string& path);

// Returns the image in `channels` channels, 1 or 3: grey as the luma of ITU-R 601, or colours of
// equal parts.
Image WithChannels(const Image& image, Index channels);

// Returns the image in another size: every new pixel is the mean of those around it, weighted by a
// triangle as wide as two pixels of the old image or the new one, whichever are larger (what other
// programs call bilinear with antialiasing).
Image Resized(const Image& image, Index rows, Index columns);

}  // namespace mondeq

#endif  // MONDEQ_DATA_IMAGE_FILE_H_
