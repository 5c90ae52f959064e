#include "mondeq/testing/npz.h"

#include <cstring>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "mondeq/core/file.h"
#include "mondeq/core/status.h"

namespace mondeq {
namespace {

template <class T>
T Load(absl::string_view bytes, std::size_t offset) {
  T value{};
  MONDEQ_CHECK(offset + sizeof(T) <= bytes.size());
  std::memcpy(&value, bytes.data() + offset, sizeof(T));
  return value;
}

template <class T>
void Widen(absl::string_view bytes, std::vector<double>* values) {
  for (std::size_t i = 0; i < values->size(); ++i) {
    (*values)[i] = static_cast<double>(Load<T>(bytes, i * sizeof(T)));
  }
}

// The text between `key` and the next of `ends` in a .npy header, a Python dict literal.
absl::string_view HeaderField(absl::string_view header, absl::string_view key, const char* ends) {
  const std::size_t begin = header.find(key) + key.size();
  return header.substr(begin, header.find_first_of(ends, begin) - begin);
}

absl::StatusOr<NpzArray> ParseNpy(absl::string_view npy) {
  if (npy.size() < 10 || npy.substr(0, 8) != absl::string_view("\x93NUMPY\x01\x00", 8)) {
    return absl::DataLossError("not a .npy of version 1.0");
  }
  const std::size_t header_size = Load<std::uint16_t>(npy, 8);
  const absl::string_view header = npy.substr(10, header_size), data = npy.substr(10 + header_size);
  NpzArray array;
  Index size = 1;
  for (absl::string_view extent :
       absl::StrSplit(HeaderField(header, "'shape': (", ")"), ',', absl::SkipWhitespace())) {
    Index value = 0;
    if (!absl::SimpleAtoi(extent, &value)) return absl::DataLossError("bad shape");
    array.shape.push_back(value);
    size *= value;
  }
  array.values.resize(static_cast<std::size_t>(size));
  const absl::string_view type = HeaderField(header, "'descr': '", "'");
  if (type == "<f4") {
    Widen<float>(data, &array.values);
  } else if (type == "<f8") {
    Widen<double>(data, &array.values);
  } else if (type == "<i4") {
    Widen<std::int32_t>(data, &array.values);
  } else if (type == "<i8") {
    Widen<std::int64_t>(data, &array.values);
  } else {
    return absl::DataLossError(absl::StrCat("unsupported type ", type));
  }
  return array;
}

}  // namespace

Eigen::MatrixXd NpzArray::Matrix() const {
  const Index rows = shape.empty() ? 1 : shape[0];
  using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  return Eigen::Map<const RowMajor>(values.data(), rows, static_cast<Index>(values.size()) / rows);
}

absl::StatusOr<std::map<std::string, NpzArray>> ReadNpz(const std::string& path) {
  MONDEQ_ASSIGN_OR_RETURN(const std::string zip, ReadFile(path));
  constexpr std::uint32_t kLocalHeader = 0x04034b50;
  constexpr std::size_t kLocalHeaderSize = 30;
  std::map<std::string, NpzArray> arrays;
  std::size_t at = 0;
  while (at + kLocalHeaderSize <= zip.size() && Load<std::uint32_t>(zip, at) == kLocalHeader) {
    const std::size_t size = Load<std::uint32_t>(zip, at + 18);
    const std::size_t name_size = Load<std::uint16_t>(zip, at + 26),
                      extra = Load<std::uint16_t>(zip, at + 28);
    if (Load<std::uint16_t>(zip, at + 8) != 0)
      return absl::DataLossError(absl::StrCat(path, ": compressed"));
    const std::string name = zip.substr(at + kLocalHeaderSize, name_size);
    at += kLocalHeaderSize + name_size + extra;
    auto array = ParseNpy(absl::string_view(zip).substr(at, size));
    if (!array.ok()) return Annotate(array.status(), absl::StrCat(path, ": ", name));
    arrays[std::string(absl::StripSuffix(name, ".npy"))] = *std::move(array);
    at += size;
  }
  return arrays;
}

}  // namespace mondeq
