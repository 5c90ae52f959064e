#include "mondeq/core/zip.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/core/random.h"
#include "mondeq/core/zip_testing.h"

namespace mondeq {
namespace {

using ::testing::HasSubstr;

// Names and sizes of all remainders, so that paddings of every length are among them.
TEST(ZipTest, HoldsEveryFile) {
  Random random(1);
  std::map<std::string, std::string> files = {{"a/folder/\xc3\xa9.npy", "text"}, {"none", ""}};
  for (std::size_t size = 1; size < 200; ++size) {
    std::string contents;
    while (contents.size() < size) contents += static_cast<char>(random.Next());
    files[std::string(1 + size % 67, 'n') + std::to_string(size)] = contents;
  }
  std::vector<ZipEntry> entries;
  for (const auto& [name, contents] : files) entries.push_back({name, contents});
  const std::string archive = MakeZip(entries).value();
  EXPECT_EQ(FilesInZip(archive), files);
  EXPECT_EQ(MakeZip(entries).value(), archive);
}

TEST(ZipTest, AnEmptyArchiveIsItsEnd) {
  EXPECT_EQ(MakeZip({}).value(), "PK\5\6" + std::string(18, '\0'));
}

// The contents are not looked at, and need not be there.
TEST(ZipTest, RefusesWhatTakesAnExtension) {
  const char nothing = '\0';
  const absl::string_view all(&nothing, std::uint64_t{1} << 32), half(&nothing, all.size() / 2);
  for (const std::vector<ZipEntry>& entries :
       {std::vector<ZipEntry>{{"all", all}}, {{"one", half}, {"other", half}}}) {
    const absl::Status status = MakeZip(entries).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()), HasSubstr("expected less than 4 GiB, found 42949"));
  }
}

}  // namespace
}  // namespace mondeq
