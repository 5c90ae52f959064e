#include "mondeq/data/mat_check.h"

#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "mondeq/core/status.h"

namespace mondeq {
namespace {

constexpr std::size_t kHeaderBytes = 128;
constexpr std::size_t kTagBytes = 8;
constexpr std::uint32_t kMatrix = 14;
constexpr std::uint32_t kCompressed = 15;

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
      const std::uint32_t type = Word(bytes_.substr(at)), size = Word(bytes_.substr(at + 4));
      if (type != kMatrix && type != kCompressed) {
        return Error(at, absl::StrCat("expected a variable (type 14 or 15), found type ", type));
      }
      at += kTagBytes;
      if (size > bytes_.size() - at) {
        return Error(bytes_.size(), absl::StrCat("truncated: expected a variable of ", size,
                                                 " bytes, found ", bytes_.size() - at));
      }
      if (type == kCompressed) MONDEQ_RETURN_IF_ERROR(CheckCompressed(at, size));
      at += size;
    }
    return absl::OkStatus();
  }

 private:
  absl::Status Error(std::size_t byte, absl::string_view message) const {
    return absl::DataLossError(absl::StrCat(path_, ": byte ", byte, ": ", message));
  }

  std::uint32_t Word(absl::string_view bytes) const {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      value = value << 8 | static_cast<std::uint8_t>(bytes[big_endian_ ? i : 3 - i]);
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
    const std::uint32_t high = static_cast<std::uint8_t>(bytes_[big_endian_ ? 124 : 125]);
    const std::uint32_t low = static_cast<std::uint8_t>(bytes_[big_endian_ ? 125 : 124]);
    if ((high << 8 | low) != 0x0100) {
      return Error(124, absl::StrFormat("expected version 0x0100 (MATLAB v5), found 0x%04x",
                                        high << 8 | low));
    }
    return absl::OkStatus();
  }

  // The `size` bytes from `at` on are one zlib stream, and what is in it one variable.
  absl::Status CheckCompressed(std::size_t at, std::uint32_t size) const {
    z_stream stream = {};
    MONDEQ_CHECK(inflateInit(&stream) == Z_OK);
    const auto end = absl::MakeCleanup([&stream] { inflateEnd(&stream); });
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes_.data() + at));
    stream.avail_in = size;

    std::vector<char> space(std::size_t{1} << 16);
    std::string tag;
    std::size_t unpacked = 0;
    int result = Z_OK;
    while (result == Z_OK) {
      stream.next_out = reinterpret_cast<Bytef*>(space.data());
      stream.avail_out = static_cast<uInt>(space.size());
      result = inflate(&stream, Z_NO_FLUSH);
      const std::size_t made = space.size() - stream.avail_out;
      if (tag.size() < kTagBytes) {
        tag.append(space.data(), std::min(made, kTagBytes - tag.size()));
      }
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
    if (tag.size() < kTagBytes || Word(tag) != kMatrix ||
        Word(absl::string_view(tag).substr(4)) != unpacked - kTagBytes) {
      return Error(at, absl::StrCat("expected one compressed variable, found ", unpacked,
                                    " bytes that are none"));
    }
    return absl::OkStatus();
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
