#include "mondeq/data/mat_check.h"

#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "mondeq/core/status.h"

namespace mondeq {
namespace {

constexpr std::size_t kHeaderBytes = 128;
constexpr std::size_t kTagBytes = 8;
constexpr std::uint32_t kMatrix = 14;
constexpr std::uint32_t kCompressed = 15;
// An array's flags, extents and name take fewer bytes than this.
constexpr std::size_t kHeadBytes = 1024;

// Returns the bytes of one value in an element of that type, 0 for types that are not of numbers.
std::size_t ValueBytes(std::uint32_t type) {
  constexpr std::size_t kBytes[] = {0, 1, 1, 2, 2, 4, 4, 4, 0, 8, 0, 0, 8, 8};
  return type < std::size(kBytes) ? kBytes[type] : 0;
}

std::size_t RoundUp(std::size_t bytes) { return (bytes + 7) / 8 * 8; }

struct Element {
  std::uint32_t type = 0;
  std::size_t size = 0;
  // Where its bytes begin, and where the next element begins.
  std::size_t begin = 0;
  std::size_t next = 0;
};

class Checker {
 public:
  Checker(absl::string_view bytes, absl::string_view path) : bytes_(bytes), path_(path) {}

  absl::Status Run() {
    MONDEQ_RETURN_IF_ERROR(CheckHeader());
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
      MONDEQ_RETURN_IF_ERROR(type == kMatrix ? CheckArray(bytes_.substr(at, size), size, at)
                                             : CheckCompressed(at, size));
      at += size;
    }
    return absl::OkStatus();
  }

 private:
  absl::Status Error(std::size_t byte, absl::string_view message) const {
    return absl::DataLossError(absl::StrCat(path_, ": byte ", byte, ": ", message));
  }

  std::uint32_t Word(absl::string_view bytes, std::size_t at) const {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      value = value << 8 | static_cast<std::uint8_t>(bytes[at + (big_endian_ ? i : 3 - i)]);
    }
    return value;
  }

  absl::Status CheckHeader() {
    if (bytes_.size() < kHeaderBytes) {
      return Error(bytes_.size(), absl::StrCat("truncated: expected a MATLAB header of 128 bytes, ",
                                               "found ", bytes_.size()));
    }
    const absl::string_view order = bytes_.substr(126, 2);
    if (order != "IM" && order != "MI") {
      return Error(126, absl::StrFormat("expected the end of a MATLAB v5 header (IM or MI), found "
                                        "0x%02x%02x",
                                        static_cast<std::uint8_t>(order[0]),
                                        static_cast<std::uint8_t>(order[1])));
    }
    big_endian_ = order == "MI";
    const std::uint32_t word = Word(bytes_, 124);
    const std::uint32_t version = big_endian_ ? word >> 16 : word & 0xffff;
    if (version != 0x0100) {
      return Error(124,
                   absl::StrFormat("expected version 0x0100 (MATLAB v5), found 0x%04x", version));
    }
    return absl::OkStatus();
  }

  // Reads the element at `at` of an array, which starts at byte `where` of the file and whose first
  // bytes are `head`.
  absl::StatusOr<Element> ReadElement(absl::string_view head, std::size_t at,
                                      absl::string_view what, std::size_t where) const {
    if (at > head.size() || head.size() - at < kTagBytes) {
      return Error(where, absl::StrCat("expected ", what, " of an array, found its end"));
    }
    const std::uint32_t word = Word(head, at);
    if (word >> 16 == 0) {
      const std::size_t size = Word(head, at + 4);
      return Element{word, size, at + kTagBytes, at + kTagBytes + RoundUp(size)};
    }
    if (word >> 16 > 4) {
      return Error(where, absl::StrCat("expected ", what, " of an array, found ", word >> 16,
                                       " bytes in the place of 4"));
    }
    return Element{word & 0xffff, word >> 16, at + 4, at + kTagBytes};
  }

  // Checks an array of `size` bytes, of which `head` is the beginning or all. Its errors are
  // located at byte `where` of the file.
  absl::Status CheckArray(absl::string_view head, std::size_t size, std::size_t where) const {
    MONDEQ_ASSIGN_OR_RETURN(const Element flags, ReadElement(head, 0, "the flags", where));
    if (flags.type != 6 || flags.size != 8 || flags.next + kTagBytes > head.size()) {
      return Error(where, absl::StrCat("expected the flags of an array (type 6, 8 bytes), found ",
                                       "type ", flags.type, ", ", flags.size, " bytes"));
    }
    const std::uint32_t word = Word(head, flags.begin);
    const std::uint32_t array_class = word & 0xff;
    const bool complex = (word & 0x800) != 0;
    if (array_class < 6 || array_class > 15 || complex) {
      return Error(where,
                   absl::StrCat("expected an array of real numbers (class 6 .. 15), found ",
                                complex ? "complex numbers of " : "", "class ", array_class));
    }
    MONDEQ_ASSIGN_OR_RETURN(const Element extents,
                            ReadElement(head, flags.next, "the extents", where));
    if (extents.type != 5 || extents.size % 4 != 0 || extents.size < 8 ||
        extents.next > head.size()) {
      return Error(where, absl::StrCat("expected the extents of an array (type 5), found type ",
                                       extents.type, ", ", extents.size, " bytes"));
    }
    std::size_t count = 1;
    bool overflow = false;
    for (std::size_t i = 0; i < extents.size; i += 4) {
      overflow |= __builtin_mul_overflow(count, Word(head, extents.begin + i), &count);
    }
    MONDEQ_ASSIGN_OR_RETURN(const Element name, ReadElement(head, extents.next, "the name", where));
    if (name.type != 1) {
      return Error(where,
                   absl::StrCat("expected the name of an array (type 1), found type ", name.type));
    }
    MONDEQ_ASSIGN_OR_RETURN(const Element values,
                            ReadElement(head, name.next, "the values", where));
    const std::size_t bytes = ValueBytes(values.type);
    overflow |= __builtin_mul_overflow(count, bytes, &count);
    if (overflow || bytes == 0 || count != values.size) {
      return Error(where,
                   absl::StrCat("expected the values that an array's extents ask for, found ",
                                values.size, " bytes of type ", values.type));
    }
    // Some writers leave out the last filling bytes.
    if (values.begin + values.size > size || values.next < size) {
      return Error(where, absl::StrCat("expected the end of the array after its values, found ",
                                       size, " bytes in place of ", values.next));
    }
    return absl::OkStatus();
  }

  // Checks that the `size` bytes from `at` on are one zlib stream, and that what is in it is one
  // array.
  absl::Status CheckCompressed(std::size_t at, std::uint32_t size) const {
    z_stream stream = {};
    MONDEQ_CHECK(inflateInit(&stream) == Z_OK);
    const auto end = absl::MakeCleanup([&stream] { inflateEnd(&stream); });
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes_.data() + at));
    stream.avail_in = size;

    std::vector<char> space(std::size_t{1} << 16);
    std::string head;
    std::size_t unpacked = 0;
    int result = Z_OK;
    while (result == Z_OK) {
      stream.next_out = reinterpret_cast<Bytef*>(space.data());
      stream.avail_out = static_cast<uInt>(space.size());
      result = inflate(&stream, Z_NO_FLUSH);
      const std::size_t made = space.size() - stream.avail_out;
      head.append(space.data(), std::min(made, kHeadBytes - head.size()));
      unpacked += made;
    }
    const std::size_t where = at + size - stream.avail_in;
    if (result == Z_BUF_ERROR) return Error(where, "expected more compressed data, found its end");
    if (result != Z_STREAM_END) {
      return Error(where, absl::StrCat("expected intact compressed data, found damage (",
                                       stream.msg != nullptr ? stream.msg : "zlib error", ")"));
    }
    if (stream.avail_in != 0) {
      return Error(where, absl::StrCat("expected the end of the compressed variable, found ",
                                       stream.avail_in, " bytes more"));
    }
    if (head.size() < kTagBytes || Word(head, 0) != kMatrix ||
        Word(head, 4) != unpacked - kTagBytes) {
      return Error(at, absl::StrCat("expected one compressed array, found ", unpacked,
                                    " bytes that are none"));
    }
    return CheckArray(absl::string_view(head).substr(kTagBytes), unpacked - kTagBytes, at);
  }

  const absl::string_view bytes_;
  const absl::string_view path_;
  bool big_endian_ = false;
};

}  // namespace

absl::Status CheckMatFile(absl::string_view bytes, absl::string_view path) {
  return Checker(bytes, path).Run();
}

}  // namespace mondeq
