#include "mondeq/report/record.h"

#include "gtest/gtest.h"

namespace mondeq {
namespace {

// RFC 3720, B.4, and the check value of the CRC's definition.
TEST(Crc32cTest, KnownValues) {
  EXPECT_EQ(Crc32c(""), 0u);
  EXPECT_EQ(Crc32c("123456789"), 0xe3069283u);
  EXPECT_EQ(Crc32c(std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(Crc32c(std::string(32, '\xff')), 0x62a8ab43u);
  std::string rising;
  for (char c = 0; c < 32; ++c) rising.push_back(c);
  EXPECT_EQ(Crc32c(rising), 0x46dd794eu);
}

// By hand from the check value: 0xe3069283 rotated right by 15 is 0x2507c60d, and the mask is
// added to that.
TEST(RecordTest, IsLengthAndBytesWithMaskedChecksums) {
  const std::string record = Record("123456789");
  ASSERT_EQ(record.size(), 8 + 4 + 9 + 4u);
  EXPECT_EQ(record.substr(0, 8), std::string("\x09\0\0\0\0\0\0\0", 8));
  EXPECT_EQ(record.substr(12, 9), "123456789");
  EXPECT_EQ(record.substr(21), "\xe5\xb0\x8a\xc7");
  // What tf.summary writes at the beginning of every event that is 24 bytes long.
  EXPECT_EQ(Record(std::string(24, 'x')).substr(0, 12),
            std::string("\x18\0\0\0\0\0\0\0\xa3\x7f\x4b\x22", 12));
}

}  // namespace
}  // namespace mondeq
