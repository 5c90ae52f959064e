#include "mondeq/data/mat_file.h"

#include <matio.h>

#include <algorithm>
#include <memory>
#include <mutex>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "mondeq/core/file.h"
#include "mondeq/core/status.h"
#include "mondeq/data/mat_check.h"

namespace mondeq {
namespace {

// zlib packs at most 1032 to 1.
constexpr std::size_t kMostExpansion = 1032;

struct CloseFile {
  void operator()(mat_t* file) const { Mat_Close(file); }
};
struct FreeVariable {
  void operator()(matvar_t* variable) const { Mat_VarFree(variable); }
};
using File = std::unique_ptr<mat_t, CloseFile>;
using Variable = std::unique_ptr<matvar_t, FreeVariable>;

// Guards libmatio's log, of which there is one for all threads. Without a log of ours the library
// would end the process on an error.
std::mutex& LibraryMutex() {
  static auto* mutex = new std::mutex;
  return *mutex;
}

void Ignore(int, char*) {}

absl::Status Error(absl::string_view path, absl::string_view name, absl::string_view message) {
  return absl::DataLossError(absl::StrCat(path, ": variable ", name, ": ", message));
}

std::vector<Index> Shape(const matvar_t& variable) {
  return std::vector<Index>(variable.dims, variable.dims + variable.rank);
}

// Checks the description of a variable, whose values may take `most` bytes.
absl::Status CheckInfo(const matvar_t* info, std::size_t most, const std::string& path,
                       const std::string& name) {
  if (info == nullptr) return Error(path, name, "expected an array of that name, found none");
  if ((info->class_type != MAT_C_UINT8 && info->class_type != MAT_C_DOUBLE) || info->isComplex) {
    return Error(path, name,
                 absl::StrCat("expected an array of class uint8 or double, found ",
                              info->isComplex ? "complex numbers of " : "", "class ",
                              static_cast<int>(info->class_type)));
  }
  if (info->rank < 1 || info->dims == nullptr) {
    return Error(path, name, "expected an array, found one without extents");
  }
  std::size_t size = 1;
  bool overflow = false;
  for (int i = 0; i < info->rank; ++i) {
    overflow |= __builtin_mul_overflow(size, info->dims[i], &size);
  }
  if (overflow || size > most) {
    return Error(path, name,
                 absl::StrCat("expected no more values than the file can hold, found extents ",
                              absl::StrJoin(Shape(*info), " x ")));
  }
  return absl::OkStatus();
}

absl::StatusOr<MatArray> ReadArray(mat_t* file, std::size_t most, const std::string& path,
                                   const std::string& name) {
  const Variable variable(Mat_VarReadInfo(file, name.c_str()));
  MONDEQ_RETURN_IF_ERROR(CheckInfo(variable.get(), most, path, name));
  MatArray array;
  array.shape = Shape(*variable);
  std::size_t size = 1;
  for (const Index extent : array.shape) size *= static_cast<std::size_t>(extent);
  const std::size_t element = variable->class_type == MAT_C_DOUBLE ? sizeof(double) : 1;
  if (Mat_VarReadDataAll(file, variable.get()) != 0 ||
      (size > 0 && (variable->data == nullptr || variable->nbytes != size * element))) {
    return Error(path, name,
                 absl::StrCat("expected ", absl::StrJoin(array.shape, " x "),
                              " values, found damaged data"));
  }
  array.values.resize(size);
  if (element == 1) {
    const auto* const bytes = static_cast<const std::uint8_t*>(variable->data);
    std::copy(bytes, bytes + size, array.values.begin());
    return array;
  }
  const auto* const numbers = static_cast<const double*>(variable->data);
  for (std::size_t i = 0; i < size; ++i) {
    // This is also false for what is not a number.
    const bool in_range = numbers[i] >= 0 && numbers[i] <= 255;
    if (in_range) array.values[i] = static_cast<std::uint8_t>(numbers[i]);
    if (!in_range || array.values[i] != numbers[i]) {
      return Error(
          path, name,
          absl::StrCat("element ", i, ": expected a whole number of 0 .. 255, found ", numbers[i]));
    }
  }
  return array;
}

}  // namespace

absl::StatusOr<std::vector<MatArray>> ReadMatArrays(const std::string& path,
                                                    const std::vector<std::string>& names) {
  std::size_t most = 0;
  {
    MONDEQ_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path));
    MONDEQ_RETURN_IF_ERROR(CheckMatFile(bytes, path));
    most = kMostExpansion * bytes.size();
  }
  const std::lock_guard<std::mutex> lock(LibraryMutex());
  Mat_LogInitFunc("mondeq", Ignore);
  const File file(Mat_Open(path.c_str(), MAT_ACC_RDONLY));
  if (file == nullptr || Mat_GetVersion(file.get()) != MAT_FT_MAT5) {
    return absl::DataLossError(absl::StrCat(path, ": byte 0: expected a MATLAB v5 file, found ",
                                            "one that libmatio cannot open"));
  }
  std::vector<MatArray> arrays;
  for (const std::string& name : names) {
    MONDEQ_ASSIGN_OR_RETURN(MatArray array, ReadArray(file.get(), most, path, name));
    arrays.push_back(std::move(array));
  }
  return arrays;
}

}  // namespace mondeq
