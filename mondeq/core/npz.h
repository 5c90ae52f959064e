// NumPy's .npz files: zip archives (zip.h) of an .npy file for each array, which numpy.load reads.
#ifndef MONDEQ_CORE_NPZ_H_
#define MONDEQ_CORE_NPZ_H_

#include <string>

#include "absl/status/statusor.h"
#include "mondeq/core/safetensors.h"

namespace mondeq {

// The file's arrays by their names, in C order and in their types, and its metadata KEY as
// "metadata.KEY", an array of no axes that holds a text ('<U'). The same arrays and metadata give
// the same bytes. No array may be of kOther. Errors: those of MakeZip.
absl::StatusOr<std::string> SerializeNpz(const Safetensors& file);

}  // namespace mondeq

#endif  // MONDEQ_CORE_NPZ_H_
