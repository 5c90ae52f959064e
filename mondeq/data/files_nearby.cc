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
#include "mondeq/core/file_format.h"

namespace mondeq {
namespace {

namespace fs = std::filesystem;

constexpr int kDeepest = 2;
constexpr std::size_t kMostEntries = 2000;
constexpr std::size_t kMostShown = 5;

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
  if (absl::StartsWith(name, other.substr(0, other.rfind('.')))) return kOtherKind;
  return EndsWithAny(name,
                     {".zip", ".tar", ".tgz", ".tar.gz", ".tar.bz2", ".tar.xz", ".7z", ".rar"})
             ? kArchive
             : kNone;
}

Likeness LikenessOf(const fs::path& file, const std::vector<std::string>& names) {
  Likeness likeness = kNone;
  for (const std::string& name : names) {
    likeness = std::min(likeness, LikenessOf(file.filename().string(), name));
  }
  return likeness;
}

// "--data_dir=A or --data_dir=B", for every folder that has one of these files.
std::string FoldersOf(const std::vector<fs::path>& files) {
  std::vector<std::string> flags;
  for (const fs::path& file : files) {
    std::string flag = absl::StrCat("--data_dir=", file.parent_path().string());
    if (std::find(flags.begin(), flags.end(), flag) == flags.end()) flags.push_back(flag);
  }
  if (flags.size() > kMostShown) flags.resize(kMostShown);
  return absl::StrJoin(flags, " or ");
}

}  // namespace

Nearby FindNearby(const std::string& folder, const std::vector<std::string>& names) {
  Likeness closest = kNone;
  std::vector<fs::path> files;
  for (fs::path& file : FilesBelow(folder)) {
    const Likeness likeness = LikenessOf(file, names);
    if (likeness < closest) files.clear();
    closest = std::min(closest, likeness);
    if (likeness == closest) files.push_back(std::move(file));
  }
  if (closest == kNone) return {};
  const std::string path = files[0].string();
  switch (closest) {
    case kSame:
      return {path, absl::StrCat("pass ", FoldersOf(files))};
    case kOtherCase:
      return {path, "capital and small letters of names count: rename it"};
    case kPacked:
    case kArchive:
      return {path, "unpack it"};
    default:
      break;
  }
  const std::string format = FormatAt(path);
  return {absl::StrCat(path, format.empty() ? "" : ", ", format), ""};
}

std::string FormatAt(const std::string& path) {
  constexpr std::uintmax_t kMost = std::uintmax_t{1} << 28;
  std::error_code error;
  if (!fs::is_regular_file(path, error) || fs::file_size(path, error) > kMost) return "";
  const absl::StatusOr<std::string> contents = ReadFile(path);
  return contents.ok() ? FileFormat(*contents) : "";
}

std::string ListFolder(const std::string& folder) {
  const std::vector<fs::path> entries = EntriesIn(folder);
  std::vector<std::string> names;
  for (const fs::path& entry : entries) {
    if (names.size() == kMostShown) break;
    names.push_back(absl::StrCat(entry.filename().string(), IsFolder(entry) ? "/" : ""));
  }
  const std::size_t more = entries.size() - names.size();
  return absl::StrCat(absl::StrJoin(names, ", "),
                      more > 0 ? absl::StrCat(" and ", more, " more") : "");
}

}  // namespace mondeq
