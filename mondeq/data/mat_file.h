// Arrays of small whole numbers from MATLAB v5 files (.mat as MATLAB saves them with -v6 and -v7),
// read by libmatio. Before it sees a file, the chain of variables in it is checked, and compressed
// ones against their checksums. Errors: those of ReadFile; kDataLoss, one line with the file, the
// byte offset or the variable, what was expected and what was found.
#ifndef MONDEQ_DATA_MAT_FILE_H_
#define MONDEQ_DATA_MAT_FILE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mondeq/core/features.h"

namespace mondeq {

struct MatArray {
  std::vector<Index> shape;
  // In MATLAB's order: the first index runs fastest.
  std::vector<std::uint8_t> values;
};

// Reads the variables `names` and returns them in that order. They must be of class uint8, or of
// class double with whole numbers of 0 .. 255.
absl::StatusOr<std::vector<MatArray>> ReadMatArrays(const std::string& path,
                                                    const std::vector<std::string>& names);

}  // namespace mondeq

#endif  // MONDEQ_DATA_MAT_FILE_H_
