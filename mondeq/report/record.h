// TFRecord, the framing of TensorBoard's event files.
#ifndef MONDEQ_REPORT_RECORD_H_
#define MONDEQ_REPORT_RECORD_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace mondeq {

// The CRC-32C (Castagnoli) of the bytes, as in RFC 3720, B.4.
std::uint32_t Crc32c(absl::string_view bytes);

// The bytes as a record: their number as 64 bits, the masked CRC-32C of that, the bytes, their
// masked CRC-32C; all numbers little-endian. A masked c is (c rotated right by 15) + 0xa282ead8.
// Source: tensorflow/core/lib/io/record_writer.h.
std::string Record(absl::string_view bytes);

}  // namespace mondeq

#endif  // MONDEQ_REPORT_RECORD_H_
