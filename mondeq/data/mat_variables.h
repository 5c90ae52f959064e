// The variables in a MATLAB v5 file. All numbers are in the file's byte order.
//   file      a header of 128 bytes, then elements
//   element   type and size, 4 bytes each, then `size` bytes, which in a variable are filled up to
//             a multiple of 8; up to 4 bytes may lie in the place of the size, which then is in the
//             upper half of the type
//   variable  element of type 14: the elements flags (class), extents, name, and what its class has
//   packed    element of type 15: a zlib stream of an element of type 14
#ifndef MONDEQ_DATA_MAT_VARIABLES_H_
#define MONDEQ_DATA_MAT_VARIABLES_H_

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "mondeq/core/features.h"

namespace mondeq {

struct MatVariable {
  // Empty where it cannot be told, as that of an object.
  std::string name;
  std::uint32_t array_class = 0;
  bool complex = false;
  std::vector<Index> shape;
  // Where the variable is in the file.
  std::size_t byte = 0;
  // The variable's elements, in the file; of a packed one its whole element, unpacked, if its name
  // was asked for.
  absl::string_view plain;
  std::string unpacked;
  // Where the element after the name begins in elements().
  std::size_t values = 0;

  absl::string_view elements() const {
    return unpacked.empty() ? plain : absl::string_view(unpacked).substr(8);
  }
};

struct MatElement {
  std::uint32_t type = 0;
  std::size_t size = 0;
  // Where its bytes begin, and where the next element begins.
  std::size_t begin = 0;
  std::size_t next = 0;
};

// "uint8", "a struct", ...: what a class is called in messages.
std::string MatClassName(std::uint32_t array_class);
// Whether variables of that class are arrays of numbers.
bool IsMatNumeric(std::uint32_t array_class);

class MatVariables {
 public:
  // Goes through a whole file, which was read from `path` and outlives this. What variables hold is
  // kept of those whose names are `wanted`; whatever the others are does not matter. Errors:
  // kDataLoss, one line with `path`, the byte offset (inside a packed variable that of its
  // beginning), what was expected and what was found: for another format, a broken chain of
  // variables, and a packed variable that does not agree with its checksum.
  static absl::StatusOr<MatVariables> Read(absl::string_view bytes, absl::string_view path,
                                           const std::set<std::string>& wanted);

  // The variable of that name, or null.
  const MatVariable* Find(absl::string_view name) const;
  // "X (uint8, 32 x 32 x 3 x 10), info (a struct, 1 x 1)", for messages.
  std::string Describe() const;
  bool big_endian() const { return big_endian_; }

  // The element at `at` of `bytes`. Errors, located at `byte` of the file: kDataLoss if it is not
  // there.
  absl::StatusOr<MatElement> ElementAt(absl::string_view bytes, std::size_t at,
                                       absl::string_view what, std::size_t byte) const;

 private:
  MatVariables(absl::string_view bytes, absl::string_view path) : bytes_(bytes), path_(path) {}

  absl::Status Error(std::size_t byte, absl::string_view message) const;
  std::uint32_t Word(absl::string_view bytes, std::size_t at) const;
  absl::Status ReadHeader();
  absl::Status ReadAll(const std::set<std::string>& wanted);
  absl::StatusOr<MatVariable> ReadPlain(std::size_t at, std::size_t size) const;
  absl::StatusOr<MatVariable> ReadPacked(std::size_t at, std::size_t size,
                                         const std::set<std::string>& wanted) const;
  absl::StatusOr<MatVariable> ReadHead(absl::string_view head, std::size_t byte) const;

  const absl::string_view bytes_;
  const std::string path_;
  bool big_endian_ = false;
  std::vector<MatVariable> variables_;
};

}  // namespace mondeq

#endif  // MONDEQ_DATA_MAT_VARIABLES_H_
