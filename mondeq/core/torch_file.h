// PyTorch's files of tensors by name, as torch.save writes a state_dict: zip archives (zip.h) of
//   archive/data.pkl   a pickle of a dict from names to tensors, whose elements it knows by numbers
//   archive/data/I     the elements of tensor I, row-major, little-endian
//   archive/byteorder  "little"
//   archive/version    "3"
// torch.load reads them, with weights_only=True and mmap=True too.
#ifndef MONDEQ_CORE_TORCH_FILE_H_
#define MONDEQ_CORE_TORCH_FILE_H_

#include <string>

#include "absl/status/statusor.h"
#include "mondeq/core/safetensors.h"

namespace mondeq {

// The file's arrays as tensors on the CPU, in their types; such files have no place for metadata.
// The same arrays give the same bytes. No array may be of kOther. Errors: those of MakeZip.
absl::StatusOr<std::string> SerializeTorchFile(const Safetensors& file);

}  // namespace mondeq

#endif  // MONDEQ_CORE_TORCH_FILE_H_
