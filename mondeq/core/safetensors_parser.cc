#include <algorithm>
#include <cstring>
#include <limits>

#include "mondeq/core/file.h"
#include "mondeq/core/file_format.h"
#include "mondeq/core/half.h"
#include "mondeq/core/safetensors.h"
#include "mondeq/core/safetensors_format.h"
#include "mondeq/core/strict_json.h"

namespace mondeq {
namespace {

using Json = nlohmann::json;

// The Python package refuses headers that are longer.
constexpr std::uint64_t kMaxHeader = 100000000;
// The arrays of offsets are in the objects of arrays, which are in the header; one level more gives
// better messages.
constexpr std::size_t kMaxDepth = 4;

// Makes a float of an element of 16 bits.
using Widen = float (*)(std::uint16_t);

Widen WidenOf(absl::string_view type) {
  if (type == "F16") return FloatFromHalf;
  if (type == "BF16") return FloatFromBfloat;
  return nullptr;
}

std::string Widened(absl::string_view bytes, Widen widen) {
  std::string wide(2 * bytes.size(), '\0');
  for (std::size_t i = 0; i < bytes.size(); i += sizeof(std::uint16_t)) {
    std::uint16_t bits;
    std::memcpy(&bits, &bytes[i], sizeof(bits));
    const float value = widen(bits);
    std::memcpy(&wide[2 * i], &value, sizeof(value));
  }
  return wide;
}

// Reads one file; every error names it.
class Parser {
 public:
  Parser(absl::string_view contents, absl::string_view name) : contents_(contents), name_(name) {}

  absl::StatusOr<Safetensors> Parse() {
    MONDEQ_RETURN_IF_ERROR(SplitHeader());
    MONDEQ_RETURN_IF_ERROR(ParseJson());
    MONDEQ_RETURN_IF_ERROR(ReadMetadata());
    for (const auto& [name, entry] : header_.items()) {
      if (name != kSafetensorsMetadata) MONDEQ_RETURN_IF_ERROR(ReadEntry(name, entry));
    }
    MONDEQ_RETURN_IF_ERROR(CopyArrays());
    MONDEQ_RETURN_IF_ERROR(VerifyChecksums());
    return std::move(result_);
  }

 private:
  struct Extent {
    std::uint64_t begin;
    std::uint64_t end;
    HostArray* array;
    std::string name;
    Widen widen;
  };

  absl::Status Error(std::uint64_t byte, absl::string_view message) const {
    return absl::DataLossError(absl::StrCat(name_, ": byte ", byte, ": ", message));
  }

  // Returns an error about an array, located where the header names it.
  absl::Status EntryError(const std::string& name, absl::string_view message) const {
    return Error(kSafetensorsPrefix + FindMember(header_text_, name),
                 absl::StrCat("array ", ShowJson(name), ": ", message));
  }

  absl::Status SplitHeader() {
    if (contents_.size() < kSafetensorsPrefix) {
      return Error(contents_.size(),
                   "truncated: expected an 8-byte header length, found the end of the file");
    }
    std::uint64_t length;
    std::memcpy(&length, contents_.data(), kSafetensorsPrefix);
    if (length > kMaxHeader) {
      const std::string format = FormatOf(contents_).name;
      if (format.empty()) {
        return Error(0, absl::StrCat("not a safetensors file: expected a header of at most ",
                                     kMaxHeader, " bytes, found ", length));
      }
      return Error(0, absl::StrCat("not a safetensors file: expected a header, found ", format,
                                   "; in Python, safetensors.torch.save_file and "
                                   "safetensors.numpy.save_file write safetensors"));
    }
    if (length > contents_.size() - kSafetensorsPrefix) {
      return Error(contents_.size(),
                   absl::StrCat("truncated: expected a header of ", length, " bytes, found ",
                                contents_.size() - kSafetensorsPrefix));
    }
    header_text_ = contents_.substr(kSafetensorsPrefix, length);
    data_ = contents_.substr(kSafetensorsPrefix + length);
    return absl::OkStatus();
  }

  absl::Status ParseJson() {
    const auto error = ParseStrictJson(header_text_, kMaxDepth, &header_);
    if (error.has_value())
      return Error(kSafetensorsPrefix + error->byte, "header: " + error->message);
    if (!header_.is_object()) {
      return Error(
          kSafetensorsPrefix,
          absl::StrCat("header: expected a JSON object of arrays, found ", ShowJson(header_)));
    }
    return absl::OkStatus();
  }

  absl::Status ReadMetadata() {
    const auto found = header_.find(kSafetensorsMetadata);
    if (found == header_.end()) return absl::OkStatus();
    if (!found->is_object()) {
      return EntryError(kSafetensorsMetadata,
                        absl::StrCat("expected an object, found ", ShowJson(*found)));
    }
    for (const auto& [key, value] : found->items()) {
      if (!value.is_string()) {
        return EntryError(kSafetensorsMetadata,
                          absl::StrCat("expected strings, found ", ShowJson(value)));
      }
      result_.metadata[key] = value.get<std::string>();
    }
    return absl::OkStatus();
  }

  absl::Status ReadEntry(const std::string& name, const Json& entry) {
    if (!entry.is_object() || entry.size() != 3 || !entry.contains("dtype") ||
        !entry.contains("shape") || !entry.contains("data_offsets")) {
      return EntryError(
          name, absl::StrCat("expected dtype, shape and data_offsets, found ", ShowJson(entry)));
    }
    HostArray& array = result_.arrays[name];
    MONDEQ_RETURN_IF_ERROR(ReadType(name, entry["dtype"], &array));
    const Widen widen = WidenOf(entry["dtype"].get_ref<const std::string&>());
    std::uint64_t size = 0;
    MONDEQ_RETURN_IF_ERROR(ReadShape(name, entry["shape"], widen != nullptr, &array, &size));

    const Json& offsets = entry["data_offsets"];
    if (!offsets.is_array() || offsets.size() != 2 || !offsets[0].is_number_unsigned() ||
        !offsets[1].is_number_unsigned()) {
      return EntryError(name, absl::StrCat("data_offsets: expected two integers >= 0, found ",
                                           ShowJson(offsets)));
    }
    const Extent extent{offsets[0].get<std::uint64_t>(), offsets[1].get<std::uint64_t>(), &array,
                        name, widen};
    // How many bytes an element of another type takes is not known.
    const bool fits = array.type == ElementType::kOther || extent.end - extent.begin == size;
    if (extent.begin > extent.end || !fits) {
      return EntryError(name, absl::StrCat("data_offsets: expected ", size, " bytes for ",
                                           ToString(array), ", found ", ShowJson(offsets)));
    }
    extents_.push_back(extent);
    return absl::OkStatus();
  }

  absl::Status ReadType(const std::string& name, const Json& type, HostArray* array) const {
    if (!type.is_string() || type.get_ref<const std::string&>().empty()) {
      return EntryError(name, absl::StrCat("dtype: expected a name, found ", ShowJson(type)));
    }
    const std::string& given = type.get_ref<const std::string&>();
    const bool widened = WidenOf(given) != nullptr;  // to a float, as arrays are at first
    if (!widened) array->type = ElementTypeNamed(given);
    if (widened || array->type == ElementType::kOther) array->type_in_file = given;
    return absl::OkStatus();
  }

  absl::Status ReadShape(const std::string& name, const Json& shape, bool narrow, HostArray* array,
                         std::uint64_t* bytes) const {
    bool valid = shape.is_array();
    Index size = array->type == ElementType::kOther ? 1 : ElementSize(array->type);
    if (narrow) size /= 2;
    for (const Json& extent : shape) {
      if (!valid || !extent.is_number_unsigned()) {
        valid = false;
        break;
      }
      const std::uint64_t n = extent.get<std::uint64_t>();
      valid = n <= std::numeric_limits<Index>::max() &&
              !__builtin_mul_overflow(size, static_cast<Index>(n), &size);
      array->shape.push_back(static_cast<Index>(n));
    }
    if (!valid) {
      return EntryError(
          name, absl::StrCat("shape: expected integers >= 0 of a product below 2^63, ", "found ",
                             ShowJson(shape)));
    }
    *bytes = static_cast<std::uint64_t>(size);
    return absl::OkStatus();
  }

  // The arrays must follow each other without gaps and fill the data exactly.
  absl::Status CopyArrays() {
    std::sort(extents_.begin(), extents_.end(), [](const Extent& a, const Extent& b) {
      return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
    });
    std::uint64_t end = 0;
    for (const Extent& extent : extents_) {
      if (extent.begin != end) {
        return EntryError(extent.name, absl::StrCat("data_offsets: expected data at ", end,
                                                    " of the data section, found ", extent.begin));
      }
      if (extent.end > data_.size()) {
        return Error(contents_.size(),
                     absl::StrCat("truncated: expected ", extent.end - extent.begin,
                                  " bytes of array ", ShowJson(extent.name), ", found ",
                                  data_.size() - std::min<std::uint64_t>(end, data_.size())));
      }
      end = extent.end;
    }
    if (end != data_.size()) {
      return Error(
          kSafetensorsPrefix + header_text_.size() + end,
          absl::StrCat("expected the end of the file, found ", data_.size() - end, " bytes more"));
    }
    std::uint64_t copied = 0;
    for (const Extent& extent : extents_) {
      const bool is_read = extent.array->type != ElementType::kOther;
      if (is_read) copied += (extent.end - extent.begin) * (extent.widen != nullptr ? 2 : 1);
    }
    MONDEQ_RETURN_IF_ERROR(CheckMemory(std::string(name_), copied));
    for (const Extent& extent : extents_) {
      if (extent.array->type == ElementType::kOther) continue;
      const absl::string_view bytes = data_.substr(extent.begin, extent.end - extent.begin);
      extent.array->bytes =
          extent.widen != nullptr ? Widened(bytes, extent.widen) : std::string(bytes);
    }
    return absl::OkStatus();
  }

  absl::Status VerifyChecksums() {
    std::map<std::string, std::string>& metadata = result_.metadata;
    const auto data = metadata.find(kDataChecksum);
    const auto header = metadata.find(kHeaderChecksum);
    if (data == metadata.end() && header == metadata.end()) return absl::OkStatus();
    if (data == metadata.end() || header == metadata.end()) {
      return EntryError(kSafetensorsMetadata, absl::StrCat("expected both ", kDataChecksum, " and ",
                                                           kHeaderChecksum, ", found one"));
    }
    const std::string header_sum = SafetensorsHeaderChecksum(header_);
    if (header_sum != header->second) {
      return Error(kSafetensorsPrefix,
                   absl::StrCat("the header is damaged: expected CRC-32 ", ShowJson(header->second),
                                ", found ", header_sum));
    }
    const std::string data_sum = SafetensorsChecksum(data_);
    if (data_sum != data->second) {
      return Error(kSafetensorsPrefix + header_text_.size(),
                   absl::StrCat("the data are damaged: expected CRC-32 ", ShowJson(data->second),
                                ", found ", data_sum));
    }
    metadata.erase(data);
    metadata.erase(header);
    return absl::OkStatus();
  }

  const absl::string_view contents_;
  const absl::string_view name_;
  absl::string_view header_text_;
  absl::string_view data_;
  Json header_;
  Safetensors result_;
  std::vector<Extent> extents_;
};

}  // namespace

absl::StatusOr<Safetensors> ParseSafetensors(absl::string_view contents, absl::string_view name) {
  return Parser(contents, name).Parse();
}

}  // namespace mondeq
