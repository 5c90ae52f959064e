#include "mondeq/report/record.h"

#include <array>

#include "absl/strings/str_cat.h"
#include "mondeq/core/little_endian.h"

namespace mondeq {
namespace {

using Table = std::array<std::uint32_t, 256>;

// The remainders of single bytes by the polynomial 0x1edc6f41, bits reversed.
constexpr Table MakeTable() {
  Table table = {};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t remainder = byte;
    for (int bit = 0; bit < 8; ++bit) {
      remainder = (remainder >> 1) ^ ((remainder & 1) != 0 ? 0x82f63b78u : 0u);
    }
    table[byte] = remainder;
  }
  return table;
}

constexpr Table kRemainders = MakeTable();

std::string MaskedCrc(absl::string_view bytes) {
  const std::uint32_t crc = Crc32c(bytes);
  std::string masked;
  AppendLittleEndian(((crc >> 15) | (crc << 17)) + 0xa282ead8u, 4, &masked);
  return masked;
}

}  // namespace

std::uint32_t Crc32c(absl::string_view bytes) {
  std::uint32_t crc = 0xffffffffu;
  for (const char byte : bytes) {
    crc = (crc >> 8) ^ kRemainders[(crc ^ static_cast<unsigned char>(byte)) & 0xff];
  }
  return crc ^ 0xffffffffu;
}

std::string Record(absl::string_view bytes) {
  std::string length;
  AppendLittleEndian(bytes.size(), 8, &length);
  return absl::StrCat(length, MaskedCrc(length), bytes, MaskedCrc(bytes));
}

}  // namespace mondeq
