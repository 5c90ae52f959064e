// Named arrays in one file, in the safetensors format that the Python package of that name reads
// and writes:
//   8 bytes    length n of the header, little-endian
//   n bytes    JSON: {"NAME": {"dtype": "F32", "shape": [2, 3], "data_offsets": [begin, end]}, ...,
//              "__metadata__": {"KEY": "VALUE", ...}}, padded with spaces
//   the rest   the arrays, row-major, little-endian, without gaps; offsets count from here
// Files written here carry two checksums in the metadata, "mondeq.crc32" of the data and
// "mondeq.header_crc32" of the header, so that every flipped bit is noticed. Files without them
// (from Python) are read as they are. F16 and BF16 are widened to F32 on the way; arrays of further
// types are known by name and shape alone. Reading takes time and memory linear in the file's size.
#ifndef MONDEQ_CORE_SAFETENSORS_H_
#define MONDEQ_CORE_SAFETENSORS_H_

#include <cstdint>
#include <map>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "mondeq/core/features.h"
#include "mondeq/core/status.h"

namespace mondeq {

// The values of an array of kOther are not read.
enum class ElementType { kFloat32, kFloat64, kInt32, kInt64, kUint8, kOther };

// Returns the size of an element in bytes; not for kOther.
Index ElementSize(ElementType type);

// The type of T, one of float, double, std::int32_t, std::int64_t and std::uint8_t.
template <class T>
constexpr ElementType ElementTypeOf();

// An array in host memory; `bytes` holds the elements row-major, little-endian.
struct HostArray {
  ElementType type = ElementType::kFloat32;
  std::vector<Index> shape;
  std::string bytes;
  // What the file calls the type where that is not the name of `type`: "BOOL", which is kOther, or
  // "F16", which was widened. It is not written.
  std::string type_in_file = "";

  template <class T>
  static HostArray From(std::vector<Index> shape, absl::Span<const T> values);

  // Whether the elements are floating-point numbers.
  bool is_float() const { return type == ElementType::kFloat32 || type == ElementType::kFloat64; }
  // Number of elements; 1 for a scalar, whose shape is empty.
  Index size() const;
  // The elements; T must be the type that is stored.
  template <class T>
  absl::Span<const T> As() const;
  // The elements, of whatever type but kOther, as doubles. They are exact but for int64 beyond
  // 2^53.
  std::vector<double> ToDoubles() const;
};

// The types of a file whose arrays are floating-point numbers here, for messages.
inline constexpr char kFloatTypes[] = "F32, F64, F16 or BF16";

// The type's name in a file: "F32", "F64", "I32", "I64", "U8" or what the file says.
std::string TypeName(const HostArray& array);
// "F32[2, 3]", for messages.
std::string ToString(const HostArray& array);

struct Safetensors {
  std::map<std::string, HostArray> arrays;
  std::map<std::string, std::string> metadata;
};

// The value of "format" in the metadata of a checkpoint.
inline constexpr char kCheckpointFormat[] = "mondeq checkpoint";

// What other file of mondeq's this is where weights are expected, with what it is for: "samples,
// which --input takes"; "" if it is none of those.
std::string KnownInsteadOfWeights(const Safetensors& file);

// Says in a few words what arrays a file has, for messages: "operator.A F32[2, 2], x I64[3] and 7
// more".
std::string DescribeArrays(const Safetensors& file);
// Says what a file has that was expected to have the array `name`, for messages that go on after
// "found ": "none; the file has x F32[2, 3]". Knows checkpoints and names with something before
// them, as other programs make them.
std::string DescribeMissing(const Safetensors& file, absl::string_view name);

// Reads a file. Errors, each one line with file, byte offset, what was expected and found:
// kDataLoss for anything damaged, truncated or inconsistent, and for other formats, by their names;
// those of ReadFile. The two checksums are verified and left out of the metadata returned.
absl::StatusOr<Safetensors> ReadSafetensors(const std::string& path);

// Writes a file atomically (WriteFileAtomically in file.h, whose errors it returns). The same
// arrays and metadata give the same bytes. No array may be of kOther.
absl::Status WriteSafetensors(const std::string& path, const Safetensors& file);

// The CRC-32 of some bytes, written as the checksums in a file's metadata are: "0f1e2d3c".
std::string SafetensorsChecksum(absl::string_view bytes);

// These two do the same with a file's contents in memory; `name` stands for the file in messages.
absl::StatusOr<Safetensors> ParseSafetensors(absl::string_view contents, absl::string_view name);
std::string SerializeSafetensors(const Safetensors& file);

// Implementation.

template <class T>
constexpr ElementType ElementTypeOf() {
  if constexpr (std::is_same_v<T, float>) {
    return ElementType::kFloat32;
  } else if constexpr (std::is_same_v<T, double>) {
    return ElementType::kFloat64;
  } else if constexpr (std::is_same_v<T, std::int32_t>) {
    return ElementType::kInt32;
  } else if constexpr (std::is_same_v<T, std::int64_t>) {
    return ElementType::kInt64;
  } else {
    static_assert(std::is_same_v<T, std::uint8_t>, "not an element type");
    return ElementType::kUint8;
  }
}

template <class T>
HostArray HostArray::From(std::vector<Index> shape, absl::Span<const T> values) {
  HostArray array;
  array.type = ElementTypeOf<T>();
  array.shape = std::move(shape);
  array.bytes.assign(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
  MONDEQ_CHECK(array.size() == static_cast<Index>(values.size()));
  return array;
}

template <class T>
absl::Span<const T> HostArray::As() const {
  MONDEQ_CHECK(type == ElementTypeOf<T>());
  return {reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)};
}

}  // namespace mondeq

#endif  // MONDEQ_CORE_SAFETENSORS_H_
