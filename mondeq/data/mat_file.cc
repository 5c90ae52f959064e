#include "mondeq/data/mat_file.h"

#include <cstring>
#include <limits>
#include <set>
#include <type_traits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "mondeq/core/file.h"
#include "mondeq/core/status.h"
#include "mondeq/data/mat_variables.h"

namespace mondeq {
namespace {

// Returns the bytes of one value in an element of that type, 0 for types that are not of numbers.
std::size_t ValueBytes(std::uint32_t type) {
  constexpr std::size_t kBytes[] = {0, 1, 1, 2, 2, 4, 4, 4, 0, 8, 0, 0, 8, 8};
  return type < std::size(kBytes) ? kBytes[type] : 0;
}

template <class T>
T ValueAt(const char* bytes, bool big_endian) {
  char ordered[sizeof(T)];
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    ordered[i] = bytes[big_endian ? sizeof(T) - 1 - i : i];
  }
  T value;
  std::memcpy(&value, ordered, sizeof(T));
  return value;
}

// A number with as many digits as tell it from its neighbours.
template <class T>
std::string Exactly(T value) {
  if constexpr (std::is_integral_v<T>) return absl::StrCat(value);
  return absl::StrFormat("%.*g", std::numeric_limits<T>::max_digits10 - 1, value);
}

// Appends values of type T that are whole numbers of 0 .. 255. Returns what is wrong, or "".
template <class T>
std::string Append(absl::string_view bytes, bool big_endian, std::vector<std::uint8_t>* values) {
  constexpr T kMost = sizeof(T) > 1 ? static_cast<T>(255) : std::numeric_limits<T>::max();
  values->reserve(bytes.size() / sizeof(T));
  for (std::size_t at = 0; at < bytes.size(); at += sizeof(T)) {
    const T value = ValueAt<T>(&bytes[at], big_endian);
    // This is also false for what is not a number.
    const bool in_range = value >= T{0} && value <= kMost;
    const auto byte = static_cast<std::uint8_t>(in_range ? value : T{0});
    if (!in_range || static_cast<T>(byte) != value) {
      return absl::StrCat("element ", values->size(), ": expected a whole number of 0 .. 255, ",
                          "found ", Exactly(value));
    }
    values->push_back(byte);
  }
  return "";
}

std::string AppendAll(std::uint32_t type, absl::string_view bytes, bool big_endian,
                      std::vector<std::uint8_t>* values) {
  switch (type) {
    case 1:
      return Append<std::int8_t>(bytes, big_endian, values);
    case 2:
      values->assign(bytes.begin(), bytes.end());
      return "";
    case 3:
      return Append<std::int16_t>(bytes, big_endian, values);
    case 4:
      return Append<std::uint16_t>(bytes, big_endian, values);
    case 5:
      return Append<std::int32_t>(bytes, big_endian, values);
    case 6:
      return Append<std::uint32_t>(bytes, big_endian, values);
    case 7:
      return Append<float>(bytes, big_endian, values);
    case 9:
      return Append<double>(bytes, big_endian, values);
    case 12:
      return Append<std::int64_t>(bytes, big_endian, values);
    default:
      return Append<std::uint64_t>(bytes, big_endian, values);
  }
}

absl::Status Error(absl::string_view path, absl::string_view name, absl::string_view message) {
  return absl::DataLossError(absl::StrCat(path, ": variable ", name, ": ", message));
}

absl::StatusOr<MatArray> ReadArray(const MatVariables& file, const std::string& path,
                                   const std::string& name) {
  const MatVariable* const variable = file.Find(name);
  if (variable == nullptr) {
    return Error(
        path, name,
        absl::StrCat("expected an array of that name, found none; the file has ", file.Describe()));
  }
  if (!IsMatNumeric(variable->array_class) || variable->complex) {
    return Error(path, name,
                 absl::StrCat("expected an array of real numbers, found ",
                              variable->complex ? "complex numbers of class " : "",
                              MatClassName(variable->array_class)));
  }
  const absl::string_view elements = variable->elements();
  MONDEQ_ASSIGN_OR_RETURN(const MatElement element,
                          file.ElementAt(elements, variable->values, "the values", variable->byte));
  std::size_t expected = ValueBytes(element.type);
  bool wrong = expected == 0;
  for (const Index extent : variable->shape) {
    wrong |= __builtin_mul_overflow(expected, static_cast<std::size_t>(extent), &expected);
  }
  // Some writers leave out the last filling bytes.
  if (wrong || expected != element.size || element.begin + element.size > elements.size() ||
      element.next < elements.size()) {
    return Error(path, name,
                 absl::StrCat("expected ", absl::StrJoin(variable->shape, " x "),
                              " values and the end of the variable, found ", element.size,
                              " bytes of type ", element.type, " in ", elements.size()));
  }
  MatArray array;
  array.shape = variable->shape;
  const std::string error = AppendAll(element.type, elements.substr(element.begin, element.size),
                                      file.big_endian(), &array.values);
  if (!error.empty()) return Error(path, name, error);
  return array;
}

}  // namespace

absl::StatusOr<std::vector<MatArray>> ReadMatArrays(const std::string& path,
                                                    const std::vector<std::string>& names) {
  MONDEQ_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path));
  MONDEQ_ASSIGN_OR_RETURN(
      const MatVariables file,
      MatVariables::Read(bytes, path, std::set<std::string>(names.begin(), names.end())));
  std::vector<MatArray> arrays;
  for (const std::string& name : names) {
    MONDEQ_ASSIGN_OR_RETURN(MatArray array, ReadArray(file, path, name));
    arrays.push_back(std::move(array));
  }
  return arrays;
}

}  // namespace mondeq
