// NumPy's .npy files, of one array each, as numpy.save writes them:
//   6 bytes    "\x93NUMPY"
//   2 bytes    version: 1.0, 2.0 or 3.0
//   2 bytes    length n of the header, little-endian (4 bytes from version 2.0 on)
//   n bytes    {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }, spaces, a line feed
//   the rest   the elements, in C order, or in Fortran order where the header says so
// Errors: kDataLoss, one line with the file, the byte offset, what was expected and found.
#ifndef MONDEQ_DATA_NPY_H_
#define MONDEQ_DATA_NPY_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "mondeq/core/safetensors.h"

namespace mondeq {

// Returns the array in the file `contents`, in C order whatever the file's is; `path` stands for
// the file in messages. Types are little-endian float32, float64, int32, int64, and uint8.
absl::StatusOr<HostArray> ParseNpy(std::string contents, const std::string& path);

// Whether `contents` begin like an .npy file.
bool IsNpy(absl::string_view contents);

}  // namespace mondeq

#endif  // MONDEQ_DATA_NPY_H_
