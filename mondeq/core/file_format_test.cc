#include "mondeq/core/file_format.h"

#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace mondeq {
namespace {

TEST(FileFormatTest, TellsFormatsByTheirFirstBytes) {
  const auto bytes = [](const char* text, std::size_t size) { return std::string(text, size); };
  for (const auto& [contents, format] : std::vector<std::pair<std::string, std::string>>{
           {"", "an empty file"},
           {"PK\3\4...", "a zip archive, as PyTorch's .pt"},
           {"\x80\4\x95", "a Python pickle"},
           {"\x89PNG\r\n\x1a\n...", "a PNG image"},
           {"\xff\xd8\xff\xe0", "a JPEG image"},
           {"RIFF1234WEBPVP8", "a WebP image"},
           {"\x93NUMPY\1", "a NumPy .npy array"},
           {"\x1f\x8b\x08", "a gzip file"},
           {bytes("\0\0\x08\3\0\0", 6), "IDX images"},
           {bytes("\0\0\x08\1\0\0", 6), "IDX labels"},
           {bytes("\x80\2\0\0\0\0\0\0{\"x\"", 12), "a safetensors file"},
           {std::string(257, '\0') + "ustar", "a tar archive"},
           {std::string(3073, '\1') + std::string(3073, '\x09'), "a batch of CIFAR-10's binary"},
           {std::string(2 * 3074, '\x13'), "CIFAR-100's binary version"},
           {" \n<!DOCTYPE HTML>\n<p>", "an HTML page"},
           {"version https://git-lfs.github.com/spec/v1", "a pointer of Git LFS"},
           {"neither of them", "text"}}) {
    EXPECT_EQ(FormatOf(contents).name.substr(0, format.size()), format);
  }
}

TEST(FileFormatTest, SaysNothingThatItDoesNotKnow) {
  EXPECT_EQ(FormatOf("\x80").kind, FileKind::kUnknown);
  EXPECT_EQ(FormatOf("\xfe\1\2\3").kind, FileKind::kUnknown);
  EXPECT_EQ(FormatOf(std::string(3073, '\x0e')).kind, FileKind::kUnknown);
  EXPECT_EQ(FormatOf(std::string(3072, '\1')).kind, FileKind::kUnknown);
}

TEST(FileFormatTest, KindsTellWhatToDo) {
  EXPECT_EQ(FormatOf("\x1f\x8b\x08").kind, FileKind::kPacked);
  EXPECT_EQ(FormatOf("BZh9").kind, FileKind::kPacked);
  EXPECT_EQ(FormatOf("PK\3\4").kind, FileKind::kOther);
  EXPECT_EQ(FormatOf(std::string("\0\0\x08\3\0\0", 6)).kind, FileKind::kSamples);
  EXPECT_EQ(FormatOf("<html>").kind, FileKind::kWebPage);
  EXPECT_EQ(FormatOf("name: \"x\"").kind, FileKind::kText);
}

}  // namespace
}  // namespace mondeq
