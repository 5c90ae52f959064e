#include "mondeq/data/files_nearby.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <system_error>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "mondeq/core/file.h"
#include "mondeq/core/first_few.h"

namespace mondeq {
namespace {

namespace fs = std::filesystem;

constexpr int kDeepest = 2;
constexpr std::size_t kMostEntries = 2000;
constexpr std::size_t kMostFlags = 5;
// Many files begin with fewer letters by chance.
constexpr std::size_t kShortestStem = 4;

bool IsFolder(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

// What is in `folder`, in the order of names.
std::vector<fs::path> EntriesIn(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code error;
  fs::directory_iterator entry(folder, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    entries.push_back(entry->path());
  }
  std::sort(entries.begin(), entries.end());
  return entries;
}

// The files below `folder`, those of outer folders first.
std::vector<fs::path> FilesBelow(const fs::path& folder) {
  std::vector<fs::path> files, level = {folder};
  std::size_t seen = 0;
  for (int depth = 0; depth <= kDeepest; ++depth) {
    std::vector<fs::path> deeper;
    for (const fs::path& one : level) {
      for (fs::path& entry : EntriesIn(one)) {
        if (++seen > kMostEntries) return files;
        std::error_code error;
        if (IsFolder(entry)) {
          deeper.push_back(std::move(entry));
        } else if (fs::is_regular_file(entry, error)) {
          files.push_back(std::move(entry));
        }
      }
    }
    level = std::move(deeper);
  }
  return files;
}

// How a file resembles those that are wanted, the closest first.
enum Likeness { kSame, kOtherCase, kPacked, kOtherKind, kArchive, kNone };

bool EndsWithAny(absl::string_view name, std::initializer_list<absl::string_view> ends) {
  return std::any_of(ends.begin(), ends.end(),
                     [&](absl::string_view end) { return absl::EndsWith(name, end); });
}

Likeness LikenessOf(const std::string& file, const std::string& wanted) {
  if (file == wanted) return kSame;
  const std::string name = absl::AsciiStrToLower(file), other = absl::AsciiStrToLower(wanted);
  if (name == other) return kOtherCase;
  const bool is_packed = EndsWithAny(name, {".gz", ".bz2", ".xz", ".zip", ".z", ".7z"});
  if (is_packed && name.substr(0, name.rfind('.')) == other) return kPacked;
  const std::string stem = other.substr(0, other.rfind('.'));
  if (stem.size() >= kShortestStem && absl::StartsWith(name, stem)) return kOtherKind;
  return EndsWithAny(name,
                     {".zip", ".tar", ".tgz", ".tar.gz", ".tar.bz2", ".tar.xz", ".7z", ".rar"})
             ? kArchive
             : kNone;
}

// A file, how it resembles those that are wanted, and which of them.
struct Found {
  fs::path path;
  Likeness likeness = kNone;
  std::size_t name = 0;
};

// Archives are taken for the set's only in `folder` itself.
Found Compare(fs::path file, const std::string& folder, const std::vector<std::string>& names) {
  Found found{std::move(file)};
  for (std::size_t i = 0; i < names.size(); ++i) {
    const Likeness likeness = LikenessOf(found.path.filename().string(), names[i]);
    if (likeness == kArchive && found.path.parent_path() != fs::path(folder)) continue;
    if (likeness < found.likeness) found = {found.path, likeness, i};
  }
  return found;
}

// What to do about files that are all of names that are wanted: "pass --data_dir=A or
// --data_dir=B", or to put them together where no folder has what another one has.
std::string AdviceFor(const std::vector<Found>& files) {
  std::vector<std::string> flags;
  bool are_parts = true;
  for (const Found& file : files) {
    std::string flag = absl::StrCat("--data_dir=", file.path.parent_path().string());
    if (std::find(flags.begin(), flags.end(), flag) == flags.end()) flags.push_back(flag);
    are_parts &= std::none_of(files.begin(), files.end(), [&](const Found& other) {
      return other.name == file.name && other.path != file.path;
    });
  }
  if (are_parts && flags.size() > 1) return "put all files of the set into one folder";
  if (flags.size() > kMostFlags) flags.resize(kMostFlags);
  return absl::StrCat("pass ", absl::StrJoin(flags, " or "));
}

}  // namespace

Nearby FindNearby(const std::string& below, const std::vector<std::string>& names) {
  const std::string folder(fs::path(below).has_filename() ? fs::path(below)
                                                          : fs::path(below).parent_path());
  // Those that are as like as any.
  std::vector<Found> closest;
  Likeness likeness = kNone;
  for (fs::path& file : FilesBelow(folder)) {
    Found found = Compare(std::move(file), folder, names);
    if (found.likeness < likeness) closest.clear();
    likeness = std::min(likeness, found.likeness);
    if (found.likeness == likeness) closest.push_back(std::move(found));
  }
  if (likeness == kNone) return {};
  const Found& first =
      *std::min_element(closest.begin(), closest.end(),
                        [](const Found& a, const Found& b) { return a.name < b.name; });
  const std::string path = first.path.string(), in = first.path.parent_path().string();
  switch (likeness) {
    case kSame:
      return {path, in, AdviceFor(closest)};
    case kOtherCase:
      return {path, in, "capital and small letters of names count: rename it"};
    case kPacked:
      return {path, in, "unpack it"};
    case kArchive:
      return {path, in, "if that is the set, unpack it"};
    default:
      break;
  }
  const FileFormat format = FormatAt(path);
  const std::string& name = names[first.name];
  // Where a packed file is read as well, its name does not matter.
  const bool reads_packed = std::find(names.begin(), names.end(), name + ".gz") != names.end();
  const bool is_it =
      format.kind == FileKind::kSamples || (format.kind == FileKind::kPacked && reads_packed);
  return {absl::StrCat(path, format.name.empty() ? "" : ", ", format.name), in,
          is_it ? absl::StrCat("if that is the file, rename it to ", name) : ""};
}

FileFormat FormatAt(const std::string& path) {
  constexpr std::uintmax_t kMost = std::uintmax_t{1} << 28;
  std::error_code error;
  if (!fs::is_regular_file(path, error) || fs::file_size(path, error) > kMost) return {};
  const absl::StatusOr<std::string> contents = ReadFile(path);
  return contents.ok() ? FormatOf(*contents) : FileFormat();
}

std::string ListFolder(const std::string& folder) {
  return FirstFew(EntriesIn(folder), [](const fs::path& entry) {
    return absl::StrCat(entry.filename().string(), IsFolder(entry) ? "/" : "");
  });
}

}  // namespace mondeq
