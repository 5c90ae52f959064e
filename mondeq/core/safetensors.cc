#include "mondeq/core/safetensors.h"

#include <zlib.h>

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "mondeq/core/file.h"
#include "mondeq/core/first_few.h"
#include "mondeq/core/safetensors_format.h"
#include "mondeq/core/strict_json.h"
#include "mondeq/core/utf8.h"

namespace mondeq {
namespace {

using Json = nlohmann::json;

struct TypeRow {
  ElementType type;
  absl::string_view name;
  Index size;
};
constexpr TypeRow kTypes[] = {{ElementType::kFloat32, "F32", 4},
                              {ElementType::kFloat64, "F64", 8},
                              {ElementType::kInt32, "I32", 4},
                              {ElementType::kInt64, "I64", 8},
                              {ElementType::kUint8, "U8", 1}};

const TypeRow& Row(ElementType type) {
  MONDEQ_CHECK(type != ElementType::kOther);
  return kTypes[static_cast<int>(type)];
}

}  // namespace

ElementType ElementTypeNamed(absl::string_view name) {
  for (const TypeRow& row : kTypes) {
    if (name == row.name) return row.type;
  }
  return ElementType::kOther;
}

std::string SafetensorsChecksum(absl::string_view bytes) {
  return absl::StrFormat("%08x",
                         crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

// The checksum of everything in the header but this checksum.
std::string SafetensorsHeaderChecksum(Json header) {
  header[kSafetensorsMetadata].erase(kHeaderChecksum);
  return SafetensorsChecksum(DumpJson(header));
}

Index ElementSize(ElementType type) { return Row(type).size; }

Index HostArray::size() const {
  Index size = 1;
  for (const Index n : shape) size *= n;
  return size;
}

std::vector<double> HostArray::ToDoubles() const {
  const auto convert = [](const auto values) {
    return std::vector<double>(values.begin(), values.end());
  };
  switch (type) {
    case ElementType::kFloat32:
      return convert(As<float>());
    case ElementType::kFloat64:
      return convert(As<double>());
    case ElementType::kInt32:
      return convert(As<std::int32_t>());
    case ElementType::kInt64:
      return convert(As<std::int64_t>());
    case ElementType::kUint8:
      return convert(As<std::uint8_t>());
    case ElementType::kOther:
      break;
  }
  MONDEQ_CHECK(false);
}

std::string TypeName(const HostArray& array) {
  if (!array.type_in_file.empty()) return Printable(array.type_in_file);
  return std::string(Row(array.type).name);
}

std::string ToString(const HostArray& array) {
  return absl::StrCat(TypeName(array), "[", ShowExtents(array.shape), "]");
}

std::string KnownInsteadOfWeights(const Safetensors& file) {
  const auto has = [&](const char* name) { return file.arrays.count(name) > 0; };
  const auto format = file.metadata.find("format");
  if (format != file.metadata.end() && format->second == kCheckpointFormat) {
    return "a checkpoint, which --resume goes on from; weights.safetensors of the same run has its "
           "weights";
  }
  if (has("z.0") && has("residual") && has("error_bound")) {
    return "a result of solve";
  }
  if (has("x") && !has("operator.A")) return "samples, which --input takes";
  return "";
}

std::string DescribeArrays(const Safetensors& file) {
  if (file.arrays.empty()) return "no arrays";
  return FirstFew(file.arrays, [](const auto& entry) {
    constexpr std::size_t kLongestName = 100;
    return absl::StrCat(Printable(entry.first, kLongestName), " ", ToString(entry.second));
  });
}

std::string DescribeMissing(const Safetensors& file, absl::string_view name) {
  const std::string known = KnownInsteadOfWeights(file);
  if (!known.empty()) return absl::StrCat("none, but ", known);
  for (const auto& entry : file.arrays) {
    absl::string_view prefix = entry.first;
    if (!absl::ConsumeSuffix(&prefix, name) || !absl::EndsWith(prefix, ".")) continue;
    const bool parallel = prefix == "module.";
    return absl::StrCat(
        "none, but ", Printable(entry.first),
        parallel ? ", as PyTorch's DataParallel names it: save the state_dict of "
                   "model.module"
                 : absl::StrCat(": leave out \"", Printable(prefix), "\" before the names"));
  }
  return absl::StrCat("none; the file has ", DescribeArrays(file));
}

std::string SerializeSafetensors(const Safetensors& file) {
  // Arrays of wide elements go first, so that every array is aligned to its elements, as readers
  // that map the file expect.
  std::string data;
  Json header = Json::object();
  for (const Index width : {8, 4, 1}) {
    for (const auto& [name, array] : file.arrays) {
      const Index size = ElementSize(array.type);
      if (size != width) continue;
      MONDEQ_CHECK(name != kSafetensorsMetadata);
      MONDEQ_CHECK(static_cast<Index>(array.bytes.size()) == array.size() * size);
      header[name] = {{"dtype", Row(array.type).name},
                      {"shape", array.shape},
                      {"data_offsets", {data.size(), data.size() + array.bytes.size()}}};
      data += array.bytes;
    }
  }
  Json& metadata = header[kSafetensorsMetadata] = file.metadata;
  metadata[kDataChecksum] = SafetensorsChecksum(data);
  metadata[kHeaderChecksum] = SafetensorsHeaderChecksum(header);

  std::string text = DumpJson(header);
  text.resize((text.size() + 7) / 8 * 8, ' ');
  const std::uint64_t length = text.size();
  std::string contents(reinterpret_cast<const char*>(&length), kSafetensorsPrefix);
  return absl::StrCat(contents, text, data);
}

absl::StatusOr<Safetensors> ReadSafetensors(const std::string& path) {
  MONDEQ_ASSIGN_OR_RETURN(const std::string contents, ReadFile(path));
  return ParseSafetensors(contents, path);
}

absl::Status WriteSafetensors(const std::string& path, const Safetensors& file) {
  return WriteFileAtomically(path, SerializeSafetensors(file));
}

}  // namespace mondeq
