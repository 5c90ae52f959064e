#include "mondeq/core/zip.h"

#include <zlib.h>

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "mondeq/core/little_endian.h"
#include "mondeq/core/status.h"

namespace mondeq {
namespace {

constexpr std::uint64_t kLocalHeader = 0x04034b50, kCentralHeader = 0x02014b50, kEnd = 0x06054b50;
constexpr std::size_t kLocalHeaderSize = 30, kCentralHeaderSize = 46, kEndSize = 22;
constexpr std::uint64_t kVersion = 20;  // of the format: 2.0
constexpr std::uint64_t kNamesAreUtf8 = 1 << 11;
constexpr std::uint64_t kStored = 0;
constexpr std::uint64_t kMidnight = 0, kJanuary1980 = 1 << 5 | 1;

constexpr std::size_t kAlignment = 64;
// An extra field of zeros, which moves the contents: the identifier that PyTorch gives it, and the
// size of that and its length.
constexpr std::uint64_t kPadding = 'F' | 'B' << 8;
constexpr std::size_t kLeastPadding = 4;

// The numbers of archives have 32 bits, and their largest value stands for those of an extension.
constexpr std::uint64_t kMostBytes = 0xfffffffe, kMostEntries = 0xfffe;

// What a file's own header and its row of the central directory have in common.
std::string CommonFields(const ZipEntry& entry) {
  std::string fields;
  const auto* const bytes = reinterpret_cast<const Bytef*>(entry.contents.data());
  const std::uint64_t size = entry.contents.size();
  AppendLittleEndian(kVersion, 2, &fields);
  AppendLittleEndian(kNamesAreUtf8, 2, &fields);
  AppendLittleEndian(kStored, 2, &fields);
  AppendLittleEndian(kMidnight, 2, &fields);
  AppendLittleEndian(kJanuary1980, 2, &fields);
  AppendLittleEndian(crc32_z(0, bytes, entry.contents.size()), 4, &fields);
  AppendLittleEndian(size, 4, &fields);  // as stored
  AppendLittleEndian(size, 4, &fields);
  AppendLittleEndian(entry.name.size(), 2, &fields);
  return fields;
}

void AppendFile(const ZipEntry& entry, const std::string& common, std::string* archive) {
  const std::size_t unpadded = archive->size() + kLocalHeaderSize + entry.name.size();
  std::size_t padding = (kAlignment - unpadded % kAlignment) % kAlignment;
  if (padding > 0 && padding < kLeastPadding) padding += kAlignment;
  AppendLittleEndian(kLocalHeader, 4, archive);
  archive->append(common);
  AppendLittleEndian(padding, 2, archive);
  archive->append(entry.name);
  if (padding > 0) {
    AppendLittleEndian(kPadding, 2, archive);
    AppendLittleEndian(padding - kLeastPadding, 2, archive);
    archive->append(padding - kLeastPadding, '\0');
  }
  archive->append(entry.contents.data(), entry.contents.size());
}

void AppendToDirectory(const ZipEntry& entry, const std::string& common, std::size_t offset,
                       std::string* directory) {
  AppendLittleEndian(kCentralHeader, 4, directory);
  AppendLittleEndian(kVersion, 2, directory);  // of who made it
  directory->append(common);
  AppendLittleEndian(0, 2, directory);  // no extra field
  AppendLittleEndian(0, 2, directory);  // no comment
  AppendLittleEndian(0, 2, directory);  // disk
  AppendLittleEndian(0, 2, directory);  // attributes
  AppendLittleEndian(0, 4, directory);  // attributes of a file system
  AppendLittleEndian(offset, 4, directory);
  directory->append(entry.name);
}

void AppendEnd(std::size_t entries, std::size_t directory_size, std::string* archive) {
  const std::size_t directory_offset = archive->size() - directory_size;
  AppendLittleEndian(kEnd, 4, archive);
  AppendLittleEndian(0, 2, archive);  // disk
  AppendLittleEndian(0, 2, archive);  // disk of the directory
  AppendLittleEndian(entries, 2, archive);
  AppendLittleEndian(entries, 2, archive);  // on all disks
  AppendLittleEndian(directory_size, 4, archive);
  AppendLittleEndian(directory_offset, 4, archive);
  AppendLittleEndian(0, 2, archive);  // no comment
}

}  // namespace

absl::StatusOr<std::string> MakeZip(absl::Span<const ZipEntry> entries) {
  MONDEQ_CHECK(entries.size() <= kMostEntries);
  std::uint64_t most = kEndSize;
  for (const ZipEntry& entry : entries) {
    most += kLocalHeaderSize + kCentralHeaderSize + 2 * entry.name.size() + kAlignment +
            kLeastPadding + entry.contents.size();
  }
  if (most > kMostBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("a zip archive: expected less than 4 GiB, found ", most, " bytes"));
  }
  std::string archive, directory;
  archive.reserve(most);
  for (const ZipEntry& entry : entries) {
    const std::string common = CommonFields(entry);
    AppendToDirectory(entry, common, archive.size(), &directory);
    AppendFile(entry, common, &archive);
  }
  archive.append(directory);
  AppendEnd(entries.size(), directory.size(), &archive);
  return archive;
}

}  // namespace mondeq
