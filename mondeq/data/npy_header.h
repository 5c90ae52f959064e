// The header of an .npy file (npy.h): a literal of a Python dictionary.
#ifndef MONDEQ_DATA_NPY_HEADER_H_
#define MONDEQ_DATA_NPY_HEADER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "mondeq/core/features.h"

namespace mondeq {

struct NpyHeader {
  std::string descr;
  bool fortran_order = false;
  std::vector<Index> shape;
};

// Reads the header `text`, whose first byte is that of number `offset` in the file `path`. Errors:
// kDataLoss.
absl::StatusOr<NpyHeader> ParseNpyHeader(absl::string_view text, std::size_t offset,
                                         const std::string& path);

}  // namespace mondeq

#endif  // MONDEQ_DATA_NPY_HEADER_H_
