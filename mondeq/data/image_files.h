// Images in folders, as a network takes them.
#ifndef MONDEQ_DATA_IMAGE_FILES_H_
#define MONDEQ_DATA_IMAGE_FILES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "mondeq/data/image_file.h"

namespace mondeq {

// The folders in `folder`, by name. What begins with a dot is nobody's, here and below. Errors:
// kNotFound if there is no such folder, kDataLoss if it cannot be read.
absl::StatusOr<std::vector<std::string>> FoldersIn(const std::string& folder);

// The images in `folder`, .png, .jpg and .jpeg, by name. Errors: those; kDataLoss for one that is
// no file, such as a pipe, which might never end.
absl::StatusOr<std::vector<std::string>> ImagesIn(const std::string& folder);
// The same; that there are none is an error, kDataLoss, too.
absl::StatusOr<std::vector<std::string>> SomeImagesIn(const std::string& folder);

// What images are to be.
struct ImageFit {
  // Of 1 or 3 channels. Other images become grey, or colours of equal parts.
  Features features;
  // Whether images of another size are resized, whatever their proportions; else they are an error.
  bool resize = false;
  // What an error says that would resize them: "--resize".
  absl::string_view resizer;
};

// Returns the image, which was read from `path`, as it is to be. Errors: kDataLoss.
absl::StatusOr<Image> Fitted(const Image& image, const std::string& path, const ImageFit& fit);

// The image in the file `path`, as it is to be. Errors: those of ReadFile, ParseImage and Fitted.
absl::StatusOr<Image> ReadImage(const std::string& path, const ImageFit& fit);

// Appends the pixels of an image to `bytes`, channel by channel.
void AppendPlanes(const Image& image, std::string* bytes);

}  // namespace mondeq

#endif  // MONDEQ_DATA_IMAGE_FILES_H_
