#include "mondeq/data/find_files.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "mondeq/core/file.h"
#include "mondeq/core/status.h"
#include "mondeq/data/files_nearby.h"
#include "mondeq/data/gzip.h"
#include "mondeq/data/public_sets.h"

namespace mondeq {
namespace {

bool IsFolder(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

// Whether there is something to read. Archivers make folders with the names of files. A link that
// leads nowhere, to a disk that is not there, is a file: who made it did not mean another folder's.
bool IsFile(const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) == 0) return !S_ISDIR(info.st_mode);
  return lstat(path.c_str(), &info) == 0 && S_ISLNK(info.st_mode);
}

// The names under which `file` may lie in a folder.
std::vector<std::string> Names(const FileSearch& search, const std::string& file) {
  std::vector<std::string> names = {file};
  if (!search.idx) return names;
  const std::size_t dash = file.rfind("-idx");
  if (dash != std::string::npos) names.push_back(std::string(file).replace(dash, 1, "."));
  for (std::size_t i = 0, plain = names.size(); i < plain; ++i) names.push_back(names[i] + ".gz");
  return names;
}

// What is called `name` in `folder`; the folder itself if that is empty.
std::string Below(const std::string& folder, const std::string& name) {
  if (name.empty()) return folder;
  return absl::StrCat(folder, absl::EndsWith(folder, "/") ? "" : "/", name);
}

// Returns the paths of `file` in `folder`.
std::vector<std::string> PathsIn(const std::string& folder, const FileSearch& search,
                                 const std::string& file) {
  std::vector<std::string> paths;
  for (const std::string& name : Names(search, file)) {
    std::string path = Below(folder, name);
    if (IsFile(path)) paths.push_back(std::move(path));
  }
  return paths;
}

absl::StatusOr<std::string> Unpacked(const std::string& path) {
  // No set of images that are looked for here is longer.
  constexpr std::size_t kMost = std::size_t{1} << 30;
  MONDEQ_ASSIGN_OR_RETURN(std::string contents, ReadFile(path));
  if (!IsGzip(contents)) return contents;
  return Gunzip(contents, kMost, path);
}

// Checks that a file that is there under several names is the same under all of them.
absl::Status CheckAlike(const std::string& dataset, const std::vector<std::string>& paths) {
  std::error_code error;
  for (std::size_t i = 1; i < paths.size(); ++i) {
    if (std::filesystem::equivalent(paths[0], paths[i], error)) continue;
    const auto one = Unpacked(paths[0]), other = Unpacked(paths[i]);
    if (one.ok() && other.ok() && *one == *other) continue;
    const absl::Status damage = one.ok() ? other.status() : one.status();
    return absl::DataLossError(absl::StrCat(
        dataset, ": expected one of ", paths[0], " and ", paths[i], ", found both, ",
        damage.ok() ? "with different contents; remove the one that is not meant"
                    : absl::StrCat("one of them damaged: ", damage.message(), "; remove it")));
  }
  return absl::OkStatus();
}

// Returns the first of the set's files that `folder` has, or "".
std::string AnyPathIn(const std::string& folder, const FileSearch& search) {
  for (const std::string& file : search.files) {
    const std::vector<std::string> paths = PathsIn(folder, search, file);
    if (!paths.empty()) return paths[0];
  }
  return "";
}

// The last name in the path of an existing folder, whatever "." and ".." it is written with.
std::string NameOf(const std::string& folder) {
  std::error_code error;
  return std::filesystem::canonical(folder, error).filename().string();
}

std::string UsualAdvice(const FileSearch& search) {
  if (search.advice.empty() && !search.named_folder.empty() &&
      search.named_folder != search.dataset) {
    return "no other folder than the one named is looked into: put all files of the set there";
  }
  if (!search.advice.empty()) return absl::StrCat(search.advice, ", then pass --data_dir=DIR");
  const std::vector<std::string> usual = UsualFolders(search.dataset);
  const bool is_usual = std::find(usual.begin(), usual.end(), search.data_dir) != usual.end();
  return absl::StrCat(
      "`mondeq data fetch ", search.dataset, is_usual ? "" : " --dir=DIR", "` gets ",
      search.fetched,
      is_usual ? ", or --data_dir=DIR names its folder" : ", then pass --data_dir=DIR");
}

absl::Status NotFound(const FileSearch& search, absl::string_view expected, absl::string_view found,
                      absl::string_view advice = "") {
  return absl::NotFoundError(absl::StrCat(search.dataset, ": expected ", expected, ", found ",
                                          found, "; ",
                                          advice.empty() ? UsualAdvice(search) : advice));
}

// What to do where one file of a set that begins in `folder` lies in another folder.
std::string AdviceForParts(const FileSearch& search, const Nearby& nearby) {
  for (const std::string& file : search.files) {
    if (PathsIn(nearby.folder, search, file).empty()) {
      return "put all files of the set into one folder";
    }
  }
  return nearby.advice;
}

// The letters and digits of a name: "fashion-mnist", "FashionMNIST" and "fashion_mnist" are one.
std::string LettersOf(absl::string_view name) {
  std::string letters;
  for (const char c : name) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c)))
      letters += absl::ascii_tolower(static_cast<unsigned char>(c));
  }
  return letters;
}

// Whether the folder is that of another public set, whose files may have the same names.
bool IsOfAnotherSet(const FileSearch& search, const std::string& folder) {
  const std::string name = NameOf(folder);
  // torchvision has the files in a folder of this name, within the set's.
  const std::string letters = LettersOf(name == "raw" ? NameOf(folder + "/..") : name);
  for (const PublicSet& set : PublicSets()) {
    if (LettersOf(set.name) == letters) return set.name != search.dataset;
  }
  return false;
}

// The error that `files`, or one of them, are not in `folder` nor where else they may be below it.
absl::Status NotInFolder(const FileSearch& search, absl::string_view expected,
                         const std::string& folder, const std::vector<std::string>& files) {
  std::vector<std::string> names;
  for (const std::string& file : files) {
    for (std::string& name : Names(search, file)) names.push_back(std::move(name));
  }
  const bool any = !AnyPathIn(folder, search).empty(), named = !search.named_folder.empty();
  Nearby nearby = FindNearby(folder, names);
  if (nearby.what.empty() && any && !named) nearby = FindNearby(search.data_dir, names);
  if (!nearby.what.empty() && !IsOfAnotherSet(search, nearby.folder)) {
    // A folder that is named cannot be elsewhere.
    std::error_code error;
    const bool elsewhere = !std::filesystem::equivalent(nearby.folder, folder, error);
    std::string advice = named && elsewhere ? "" : nearby.advice;
    if (any && !named && elsewhere) advice = AdviceForParts(search, nearby);
    return NotFound(search, expected, absl::StrCat("none, but ", nearby.what), advice);
  }
  for (const std::string& name : names) {
    const std::string path = Below(folder, name);
    if (IsFolder(path)) return NotFound(search, expected, absl::StrCat("a folder, ", path));
  }
  const std::string list = any ? "" : ListFolder(folder);
  return NotFound(search, expected, list.empty() ? "none" : absl::StrCat("none among ", list));
}

std::string Shown(const FileSearch& search, const std::string& file) {
  return absl::StrCat(file, search.idx ? "[.gz]" : "");
}

absl::StatusOr<std::string> NamedFolder(const FileSearch& search) {
  const std::string below = Below(search.data_dir, search.named_folder);
  if (IsFolder(below)) return below;
  if (NameOf(search.data_dir) == search.named_folder) return search.data_dir;
  const std::string list = ListFolder(search.data_dir);
  return NotFound(search, absl::StrCat("the folder ", below),
                  list.empty() ? "none" : absl::StrCat("none among ", list));
}

absl::StatusOr<std::string> UsualFolder(const FileSearch& search, const std::string& wanted) {
  std::vector<std::string> folders;
  for (const std::string& folder : search.usual_folders) {
    folders.push_back(Below(search.data_dir, folder));
    if (!AnyPathIn(folders.back(), search).empty()) return folders.back();
  }
  return NotInFolder(
      search,
      absl::StrCat("the file ", Shown(search, wanted), " in ", absl::StrJoin(folders, " or ")),
      search.data_dir, search.files);
}

// Checks that there is a folder to look into.
absl::Status CheckDataDir(const FileSearch& search, const std::string& wanted) {
  const std::string& dir = search.data_dir;
  if (dir.empty()) {
    return NotFound(search, absl::StrCat("a data directory with ", Shown(search, wanted)), "none");
  }
  if (IsFolder(dir)) return absl::OkStatus();
  const std::string format = FormatAt(dir).name;
  const std::string expected = absl::StrCat("the folder ", dir);
  if (!IsFile(dir)) return NotFound(search, expected, "none");
  std::error_code error;
  const std::string found = std::filesystem::exists(dir, error)
                                ? absl::StrCat("a file", format.empty() ? "" : ", ", format)
                                : "a link that leads nowhere";
  return NotFound(search, expected, found,
                  "--data_dir=DIR must be the folder that the files are in");
}

// Where a public set is looked for if there is no --data_dir: in the first of the usual folders
// that has any of its files. Those of `search` are not changed where there are no such folders.
FileSearch InUsualFolders(FileSearch search) {
  if (!search.named_folder.empty()) {
    search.data_dir = DataHome();
    return search;
  }
  const std::vector<std::string> folders = UsualFolders(search.dataset);
  if (folders.empty()) return search;
  search.usual_folders = {""};
  search.data_dir = folders[0];
  for (const std::string& folder : folders) {
    if (AnyPathIn(folder, search).empty()) continue;
    search.data_dir = folder;
    break;
  }
  return search;
}

absl::StatusOr<FoundFiles> FindIn(const FileSearch& search,
                                  const std::vector<std::string>& wanted) {
  MONDEQ_RETURN_IF_ERROR(CheckDataDir(search, wanted[0]));
  FoundFiles found;
  MONDEQ_ASSIGN_OR_RETURN(found.folder, search.named_folder.empty() ? UsualFolder(search, wanted[0])
                                                                    : NamedFolder(search));
  for (const std::string& file : wanted) {
    const std::vector<std::string> paths = PathsIn(found.folder, search, file);
    if (paths.empty()) {
      const std::string other = AnyPathIn(found.folder, search);
      return NotInFolder(search,
                         absl::StrCat("the file ", Shown(search, file), " in ", found.folder,
                                      other.empty() ? "" : ", as " + other + " is there"),
                         found.folder, {file});
    }
    MONDEQ_RETURN_IF_ERROR(CheckAlike(search.dataset, paths));
    found.paths.push_back(paths[0]);
  }
  return found;
}

}  // namespace

absl::StatusOr<FoundFiles> FindFiles(const FileSearch& search,
                                     const std::vector<std::string>& wanted) {
  const bool is_public = search.advice.empty();
  return FindIn(is_public && search.data_dir.empty() ? InUsualFolders(search) : search, wanted);
}

absl::StatusOr<FoundFiles> FindSplit(FileSearch search, const std::vector<std::string>& train,
                                     const std::vector<std::string>& test, Split split) {
  search.files = train;
  search.files.insert(search.files.end(), test.begin(), test.end());
  return FindFiles(search, split == Split::kTrain ? train : test);
}

absl::Status CheckFileName(absl::string_view what, const std::string& name) {
  if (!name.empty() && name != "." && name != ".." &&
      name.find_first_of(std::string("/\0", 2)) == std::string::npos) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(
      what, ": expected the name of a file in the folder of the set, found \"", name, "\""));
}

absl::Status CheckFileNames(
    std::initializer_list<std::pair<absl::string_view, std::string>> names) {
  for (const auto& [what, name] : names) MONDEQ_RETURN_IF_ERROR(CheckFileName(what, name));
  return absl::OkStatus();
}

absl::Status CheckFolderName(absl::string_view what, const std::string& name) {
  const std::vector<absl::string_view> parts = absl::StrSplit(name, '/');
  const bool leaves = std::find(parts.begin(), parts.end(), "..") != parts.end();
  if (name.empty() || (name[0] != '/' && name[0] != '~' && !leaves)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(what, ": expected a folder below --data_dir, found \"", name,
                   "\"; to read files from there leave the field out and give --data_dir=", name));
}

}  // namespace mondeq
