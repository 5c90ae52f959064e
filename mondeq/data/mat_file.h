// Arrays of small whole numbers from MATLAB v5 files (.mat as MATLAB saves them with -v6 and -v7,
// and SciPy). Compressed variables are checked against their checksums, whether they are asked for
// or not. Time and memory are linear in the size of what is asked for and of the file. Errors:
// those of ReadFile; kDataLoss, one line with the file, the byte offset or the variable, what was
// expected and what was found.
#ifndef MONDEQ_DATA_MAT_FILE_H_
#define MONDEQ_DATA_MAT_FILE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "mondeq/core/features.h"

namespace mondeq {

struct MatArray {
  std::vector<Index> shape;
  // In MATLAB's order: the first index runs fastest.
  std::vector<std::uint8_t> values;
};

// Reads the variables `names` and returns them in that order. They must be whole numbers of 0 ..
// 255, in any class of numbers. Other variables may be of any class.
absl::StatusOr<std::vector<MatArray>> ReadMatArrays(const std::string& path,
                                                    const std::vector<std::string>& names);

}  // namespace mondeq

#endif  // MONDEQ_DATA_MAT_FILE_H_
