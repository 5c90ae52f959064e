// Samples that are a folder of images: what is to be predicted or solved for.
#ifndef MONDEQ_DATA_SAMPLE_FOLDER_H_
#define MONDEQ_DATA_SAMPLE_FOLDER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "mondeq/core/safetensors.h"
#include "mondeq/data/image_files.h"

namespace mondeq {

struct FolderSamples {
  // [N, C, H, W], uint8.
  HostArray x;
  // The images' files, "a.png" or "cat/a.png", in the order of x.
  std::vector<std::string> files;
  // The number of the folder that each is in, by name from 0, and how many folders there are; 0
  // where the images lie in the folder itself.
  std::vector<std::int32_t> labels;
  Index classes = 0;
};

// Reads the images in a folder, or in the folders in it, one for each class, as image_folder has
// them, by name. Errors: those of ImagesIn and ReadImage; kDataLoss where there are none, or both
// images and folders, or more than memory holds.
absl::StatusOr<FolderSamples> ReadSampleFolder(const std::string& path, const ImageFit& fit);

}  // namespace mondeq

#endif  // MONDEQ_DATA_SAMPLE_FOLDER_H_
