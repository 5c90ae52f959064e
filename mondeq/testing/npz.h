// Reads NumPy's .npz as goldens are stored: a zip of uncompressed .npy members (version 1.0,
// little-endian, C order).
#ifndef MONDEQ_TESTING_NPZ_H_
#define MONDEQ_TESTING_NPZ_H_

#include <map>
#include <string>
#include <vector>

#include "Eigen/Core"
#include "absl/status/statusor.h"
#include "mondeq/core/features.h"

namespace mondeq {

struct NpzArray {
  std::vector<Index> shape;
  // The elements of any type, widened to float64, row-major.
  std::vector<double> values;

  // The array as a matrix whose rows are its first axis: [N, d].
  Eigen::MatrixXd Matrix() const;
  double scalar() const { return values.at(0); }
};

// Reads all arrays of a file, by their names. Errors: those of ReadFile; kDataLoss for compressed
// members, other versions of .npy, and element types other than float32, float64, int32 and int64.
absl::StatusOr<std::map<std::string, NpzArray>> ReadNpz(const std::string& path);

}  // namespace mondeq

#endif  // MONDEQ_TESTING_NPZ_H_
