#include "mondeq/core/zip_testing.h"

#include <cstddef>
#include <cstdint>

#include "gtest/gtest.h"

namespace mondeq {
namespace {

// Reads little-endian numbers one after the other.
class Reader {
 public:
  Reader(const std::string& bytes, std::size_t at) : bytes_(bytes), at_(at) {}

  std::string Bytes(std::size_t count) {
    EXPECT_LE(at_ + count, bytes_.size());
    const std::string found = at_ > bytes_.size() ? "" : bytes_.substr(at_, count);
    at_ += count;
    return found;
  }
  std::size_t Number(std::size_t width) {
    std::size_t value = 0, shift = 0;
    for (const char byte : Bytes(width)) {
      value |= static_cast<std::size_t>(static_cast<unsigned char>(byte)) << shift;
      shift += 8;
    }
    return value;
  }
  void Expect(std::size_t width, std::size_t value) { EXPECT_EQ(Number(width), value) << at_; }
  std::size_t at() const { return at_; }

 private:
  const std::string& bytes_;
  std::size_t at_;
};

// Bit by bit, as APPNOTE.TXT defines it.
std::size_t Crc32(const std::string& bytes) {
  std::uint32_t crc = ~0u;
  for (const char byte : bytes) {
    crc ^= static_cast<unsigned char>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0u);
  }
  return ~crc;
}

// What both headers tell of a file.
struct Row {
  std::size_t crc = 0, size = 0, name_size = 0;
};

Row ReadCommonFields(Reader* reader) {
  Row row;
  reader->Expect(2, 20);      // version
  reader->Expect(2, 0x0800);  // names are UTF-8
  reader->Expect(2, 0);       // stored
  reader->Expect(2, 0);       // 00:00
  reader->Expect(2, 0x0021);  // 1980-01-01
  row.crc = reader->Number(4);
  row.size = reader->Number(4);
  reader->Expect(4, row.size);
  row.name_size = reader->Number(2);
  return row;
}

// The contents of the file whose header is at `offset`; sets *end to where they end.
std::string ReadFileAt(const std::string& archive, std::size_t offset, const Row& row,
                       const std::string& name, std::size_t* end) {
  Reader reader(archive, offset);
  reader.Expect(4, 0x04034b50);
  const Row own = ReadCommonFields(&reader);
  EXPECT_EQ(own.crc, row.crc);
  EXPECT_EQ(own.size, row.size);
  const std::size_t extra = reader.Number(2);
  EXPECT_EQ(reader.Bytes(own.name_size), name);
  if (extra > 0) {
    reader.Bytes(2);
    reader.Expect(2, extra - 4);
    EXPECT_EQ(reader.Bytes(extra - 4), std::string(extra - 4, '\0'));
  }
  EXPECT_EQ(reader.at() % 64, 0u) << name;
  const std::string contents = reader.Bytes(row.size);
  EXPECT_EQ(Crc32(contents), row.crc) << name;
  *end = reader.at();
  return contents;
}

}  // namespace

std::map<std::string, std::string> FilesInZip(const std::string& archive) {
  constexpr std::size_t kEndSize = 22;
  std::map<std::string, std::string> files;
  EXPECT_GE(archive.size(), kEndSize);
  if (archive.size() < kEndSize) return files;
  Reader end(archive, archive.size() - kEndSize);
  end.Expect(4, 0x06054b50);
  end.Expect(4, 0);  // disks
  const std::size_t count = end.Number(2);
  end.Expect(2, count);
  const std::size_t directory_size = end.Number(4), directory_at = end.Number(4);
  end.Expect(2, 0);  // no comment
  EXPECT_EQ(directory_at + directory_size + kEndSize, archive.size());

  Reader directory(archive, directory_at);
  std::size_t file_at = 0;
  for (std::size_t i = 0; i < count; ++i) {
    directory.Expect(4, 0x02014b50);
    directory.Expect(2, 20);
    const Row row = ReadCommonFields(&directory);
    directory.Expect(8, 0);  // neither extra field nor comment, disk 0
    directory.Expect(4, 0);
    directory.Expect(4, file_at);
    const std::string name = directory.Bytes(row.name_size);
    EXPECT_EQ(files.count(name), 0u) << name;
    files[name] = ReadFileAt(archive, file_at, row, name, &file_at);
  }
  EXPECT_EQ(file_at, directory_at);
  EXPECT_EQ(directory.at(), directory_at + directory_size);
  return files;
}

}  // namespace mondeq
