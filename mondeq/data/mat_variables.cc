#include "mondeq/data/mat_variables.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "mondeq/core/file.h"
#include "mondeq/core/file_format.h"
#include "mondeq/core/first_few.h"
#include "mondeq/core/status.h"
#include "mondeq/core/utf8.h"
#include "mondeq/data/zlib_stream.h"

namespace mondeq {
namespace {

constexpr std::size_t kHeaderBytes = 128;
constexpr std::size_t kTagBytes = 8;
constexpr std::uint32_t kMatrix = 14;
constexpr std::uint32_t kCompressed = 15;
constexpr std::uint32_t kOpaque = 17;
// A variable's flags, extents and name take fewer bytes than this.
constexpr std::size_t kHeadBytes = 4096;
// zlib packs at most 1032 to 1.
constexpr std::size_t kMostExpansion = 1032;
// Packed variables are unpacked in parts of so many bytes.
constexpr std::size_t kPart = 16384;

constexpr absl::string_view kAdvice =
    "; in MATLAB save it with -v7, in Python write it with scipy.io.savemat";

std::size_t RoundUp(std::size_t bytes) { return (bytes + 7) / 8 * 8; }

// Whether a file begins as those of version 4 do: type, rows, columns, whether complex, length of
// the name, and the name, which a NUL ends.
bool IsVersion4(absl::string_view bytes) {
  for (const bool big_endian : {false, true}) {
    std::uint32_t words[5] = {};
    if (bytes.size() < sizeof(words) + 2) return false;
    for (std::size_t i = 0; i < sizeof(words); ++i) {
      const std::size_t at = big_endian ? i : i / 4 * 4 + 3 - i % 4;
      words[i / 4] = words[i / 4] << 8 | static_cast<std::uint8_t>(bytes[at]);
    }
    const std::uint32_t type = big_endian ? words[0] - 1000 : words[0];
    const std::size_t end = sizeof(words) + words[4];
    if (type < 60 && type % 10 <= 2 && words[3] <= 1 && words[4] > 1 && end <= bytes.size() &&
        words[4] < 256 && bytes.substr(0, end).find('\0', sizeof(words)) == end - 1) {
      return true;
    }
  }
  return false;
}

}  // namespace

std::string MatClassName(std::uint32_t array_class) {
  constexpr absl::string_view kNames[] = {"",
                                          "a cell array",
                                          "a struct",
                                          "an object",
                                          "text",
                                          "a sparse matrix",
                                          "double",
                                          "single",
                                          "int8",
                                          "uint8",
                                          "int16",
                                          "uint16",
                                          "int32",
                                          "uint32",
                                          "int64",
                                          "uint64",
                                          "a function handle",
                                          "an object"};
  if (array_class < 1 || array_class >= std::size(kNames)) {
    return absl::StrCat("unknown class ", array_class);
  }
  return std::string(kNames[array_class]);
}

bool IsMatNumeric(std::uint32_t array_class) { return 6 <= array_class && array_class <= 15; }

absl::StatusOr<MatVariables> MatVariables::Read(absl::string_view bytes, absl::string_view path,
                                                const std::set<std::string>& wanted) {
  MatVariables variables(bytes, path);
  MONDEQ_RETURN_IF_ERROR(variables.ReadHeader());
  MONDEQ_RETURN_IF_ERROR(variables.ReadAll(wanted));
  return variables;
}

const MatVariable* MatVariables::Find(absl::string_view name) const {
  const auto found =
      std::find_if(variables_.begin(), variables_.end(),
                   [name](const MatVariable& variable) { return variable.name == name; });
  return found == variables_.end() ? nullptr : &*found;
}

std::string MatVariables::Describe() const {
  if (variables_.empty()) return "no variables";
  return FirstFew(variables_, [](const MatVariable& variable) {
    return absl::StrCat(Printable(variable.name), " (", MatClassName(variable.array_class),
                        variable.shape.empty() ? "" : ", ", ShowExtents(variable.shape, " x "),
                        ")");
  });
}

absl::Status MatVariables::Error(std::size_t byte, absl::string_view message) const {
  return absl::DataLossError(absl::StrCat(path_, ": byte ", byte, ": ", message));
}

std::uint32_t MatVariables::Word(absl::string_view bytes, std::size_t at) const {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    value = value << 8 | static_cast<std::uint8_t>(bytes[at + (big_endian_ ? i : 3 - i)]);
  }
  return value;
}

absl::Status MatVariables::ReadHeader() {
  if (IsVersion4(bytes_)) {
    return Error(0, absl::StrCat("expected a MATLAB v5 file, found a v4 one", kAdvice));
  }
  if (absl::StartsWith(bytes_, "\x89HDF")) {
    return Error(0,
                 absl::StrCat("expected a MATLAB v5 file, found an HDF5 one, as v7.3 is", kAdvice));
  }
  const std::string format = FormatOf(bytes_).name;
  const std::string is = format.empty() ? "" : absl::StrCat(" (the file is ", format, ")");
  if (bytes_.size() < kHeaderBytes) {
    return Error(bytes_.size(), absl::StrCat("truncated: expected a MATLAB header of 128 bytes, ",
                                             "found ", bytes_.size(), is));
  }
  const absl::string_view order = bytes_.substr(126, 2);
  if (order != "IM" && order != "MI") {
    return Error(126, absl::StrFormat("expected the end of a MATLAB v5 header (IM or MI), found "
                                      "0x%02x%02x%s",
                                      static_cast<std::uint8_t>(order[0]),
                                      static_cast<std::uint8_t>(order[1]), is));
  }
  big_endian_ = order == "MI";
  const std::uint32_t word = Word(bytes_, 124);
  const std::uint32_t version = big_endian_ ? word >> 16 : word & 0xffff;
  if (version == 0x0100) return absl::OkStatus();
  return Error(124, absl::StrCat(absl::StrFormat(
                                     "expected version 0x0100 (MATLAB v5), found 0x%04x", version),
                                 version == 0x0200 ? absl::StrCat(" (v7.3, HDF5)", kAdvice) : ""));
}

absl::Status MatVariables::ReadAll(const std::set<std::string>& wanted) {
  std::size_t at = kHeaderBytes;
  while (at < bytes_.size()) {
    if (bytes_.size() - at < kTagBytes) {
      return Error(
          at, absl::StrCat("truncated: expected a tag of 8 bytes, found ", bytes_.size() - at));
    }
    const std::uint32_t type = Word(bytes_, at), size = Word(bytes_, at + 4);
    if (type != kMatrix && type != kCompressed) {
      return Error(at, absl::StrCat("expected a variable (type 14 or 15), found type ", type));
    }
    at += kTagBytes;
    if (size > bytes_.size() - at) {
      return Error(bytes_.size(), absl::StrCat("truncated: expected a variable of ", size,
                                               " bytes, found ", bytes_.size() - at));
    }
    MONDEQ_ASSIGN_OR_RETURN(MatVariable variable,
                            type == kMatrix ? ReadPlain(at, size) : ReadPacked(at, size, wanted));
    if (wanted.count(variable.name) > 0 && Find(variable.name) != nullptr) {
      return Error(at, absl::StrCat("expected one variable ", variable.name, ", found two"));
    }
    variables_.push_back(std::move(variable));
    at += size;
  }
  return absl::OkStatus();
}

absl::StatusOr<MatElement> MatVariables::ElementAt(absl::string_view bytes, std::size_t at,
                                                   absl::string_view what, std::size_t byte) const {
  if (at > bytes.size() || bytes.size() - at < kTagBytes) {
    return Error(byte, absl::StrCat("expected ", what, " of a variable, found its end"));
  }
  const std::uint32_t word = Word(bytes, at);
  if (word >> 16 == 0) {
    const std::size_t size = Word(bytes, at + 4);
    return MatElement{word, size, at + kTagBytes, at + kTagBytes + RoundUp(size)};
  }
  if (word >> 16 > 4) {
    return Error(byte, absl::StrCat("expected ", what, " of a variable, found ", word >> 16,
                                    " bytes in the place of 4"));
  }
  return MatElement{word & 0xffff, word >> 16, at + 4, at + kTagBytes};
}

// Reads flags, extents and name from the first bytes of a variable that is at `byte` of the file.
absl::StatusOr<MatVariable> MatVariables::ReadHead(absl::string_view head, std::size_t byte) const {
  MatVariable variable;
  variable.byte = byte;
  MONDEQ_ASSIGN_OR_RETURN(const MatElement flags, ElementAt(head, 0, "the flags", byte));
  if (flags.type != 6 || flags.size != 8 || flags.next > head.size()) {
    return Error(byte, absl::StrCat("expected the flags of a variable (type 6, 8 bytes), found ",
                                    "type ", flags.type, ", ", flags.size, " bytes"));
  }
  const std::uint32_t word = Word(head, flags.begin);
  variable.array_class = word & 0xff;
  variable.complex = (word & 0x800) != 0;
  if (variable.array_class == kOpaque) return variable;  // it has no extents
  MONDEQ_ASSIGN_OR_RETURN(const MatElement extents,
                          ElementAt(head, flags.next, "the extents", byte));
  if (extents.type != 5 || extents.size % 4 != 0 || extents.size < 8 ||
      extents.next > head.size()) {
    return Error(byte, absl::StrCat("expected the extents of a variable (type 5), found type ",
                                    extents.type, ", ", extents.size, " bytes"));
  }
  for (std::size_t i = 0; i < extents.size; i += 4) {
    variable.shape.push_back(Word(head, extents.begin + i));
  }
  MONDEQ_ASSIGN_OR_RETURN(const MatElement name, ElementAt(head, extents.next, "the name", byte));
  if (name.type != 1 || name.begin + name.size > head.size()) {
    return Error(byte, absl::StrCat("expected the name of a variable (type 1), found type ",
                                    name.type, ", ", name.size, " bytes"));
  }
  variable.name = std::string(head.substr(name.begin, name.size));
  variable.values = name.next;
  return variable;
}

absl::StatusOr<MatVariable> MatVariables::ReadPlain(std::size_t at, std::size_t size) const {
  const absl::string_view elements = bytes_.substr(at, size);
  MONDEQ_ASSIGN_OR_RETURN(MatVariable variable, ReadHead(elements.substr(0, kHeadBytes), at));
  variable.plain = elements;
  return variable;
}

// Unpacks the `size` bytes from `at` on, which must be one zlib stream of one variable, to the end,
// where its checksum is.
absl::StatusOr<MatVariable> MatVariables::ReadPacked(std::size_t at, std::size_t size,
                                                     const std::set<std::string>& wanted) const {
  ZlibStream stream(ZlibStream::Format::kZlib, bytes_.substr(at, size));
  std::string unpacked(kTagBytes + kHeadBytes, '\0');
  std::size_t count = stream.Read(unpacked.size(), &unpacked[0]), claimed = 0;
  unpacked.resize(count);
  absl::StatusOr<MatVariable> variable = Error(at, "expected one compressed variable, found none");
  if (count >= kTagBytes && Word(unpacked, 0) == kMatrix) {
    claimed = Word(unpacked, 4);
    variable = ReadHead(absl::string_view(unpacked).substr(kTagBytes, claimed), at);
  }
  const bool keep = variable.ok() && wanted.count(variable->name) > 0;
  if (keep) {
    MONDEQ_RETURN_IF_ERROR(CheckMemory(path_, claimed));
    unpacked.reserve(std::min(claimed, kMostExpansion * size) + kTagBytes + kPart);
  }
  // What is not kept is unpacked for its checksum.
  std::string part(kPart, '\0');
  while (stream.more() && count <= kTagBytes + claimed) {
    const std::size_t read = stream.Read(kPart, &part[0]);
    if (keep) unpacked.append(part, 0, read);
    count += read;
  }
  std::string error = stream.Error();
  if (stream.ended() && !stream.rest().empty()) {
    error = absl::StrCat("expected the end of the compressed data, found ", stream.rest().size(),
                         " bytes more");
  }
  if (!error.empty()) return Error(at + stream.consumed(), error);
  if (stream.more() || count != kTagBytes + claimed) {
    return Error(at, absl::StrCat("expected one compressed variable, found ", count,
                                  " bytes that are none"));
  }
  if (keep) variable->unpacked = std::move(unpacked);
  return variable;
}

}  // namespace mondeq
