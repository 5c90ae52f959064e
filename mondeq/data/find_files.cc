#include "mondeq/data/find_files.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "mondeq/core/status.h"

namespace mondeq {
namespace {

bool IsFolder(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

// Whether there is something to read. Archivers make folders with the names of files.
bool IsFile(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0 && !S_ISDIR(info.st_mode);
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

// Returns the path of `file` in `folder`, or "".
std::string PathIn(const std::string& folder, const FileSearch& search, const std::string& file) {
  for (const std::string& name : Names(search, file)) {
    std::string path = Below(folder, name);
    if (IsFile(path)) return path;
  }
  return "";
}

// Returns the first of the set's files that `folder` has, or "".
std::string AnyPathIn(const std::string& folder, const FileSearch& search) {
  for (const std::string& file : search.files) {
    std::string path = PathIn(folder, search, file);
    if (!path.empty()) return path;
  }
  return "";
}

// The last name in the path of an existing folder, whatever "." and ".." it is written with.
std::string NameOf(const std::string& folder) {
  std::error_code error;
  return std::filesystem::canonical(folder, error).filename().string();
}

absl::Status NotFound(const FileSearch& search, absl::string_view expected,
                      absl::string_view found) {
  std::string advice = search.advice;
  if (advice.empty() && !search.named_folder.empty() && search.named_folder != search.dataset) {
    advice = "no other folder than the one named is looked into: put all files of the set there";
  } else {
    if (advice.empty()) {
      advice = absl::StrCat("`tools/download_data ", search.dataset, " DIR` fetches it");
    }
    absl::StrAppend(&advice, ", then pass --data_dir=DIR");
  }
  return absl::NotFoundError(
      absl::StrCat(search.dataset, ": expected ", expected, ", found ", found, "; ", advice));
}

std::string Shown(const FileSearch& search, const std::string& file) {
  return absl::StrCat(file, search.idx ? "[.gz]" : "");
}

absl::StatusOr<std::string> NamedFolder(const FileSearch& search) {
  const std::string below = Below(search.data_dir, search.named_folder);
  if (IsFolder(below)) return below;
  if (NameOf(search.data_dir) == search.named_folder) return search.data_dir;
  return NotFound(search, absl::StrCat("the folder ", below), "none");
}

absl::StatusOr<std::string> UsualFolder(const FileSearch& search, const std::string& wanted) {
  std::vector<std::string> folders;
  for (const std::string& folder : search.usual_folders) {
    folders.push_back(Below(search.data_dir, folder));
    if (!AnyPathIn(folders.back(), search).empty()) return folders.back();
  }
  return NotFound(
      search,
      absl::StrCat("the file ", Shown(search, wanted), " in ", absl::StrJoin(folders, " or ")),
      "none");
}

}  // namespace

absl::StatusOr<FoundFiles> FindFiles(const FileSearch& search,
                                     const std::vector<std::string>& wanted) {
  if (search.data_dir.empty()) {
    return NotFound(search, absl::StrCat("a data directory with ", Shown(search, wanted[0])),
                    "none");
  }
  FoundFiles found;
  MONDEQ_ASSIGN_OR_RETURN(found.folder, search.named_folder.empty() ? UsualFolder(search, wanted[0])
                                                                    : NamedFolder(search));
  for (const std::string& file : wanted) {
    std::string path = PathIn(found.folder, search, file);
    if (path.empty()) {
      const std::string other = AnyPathIn(found.folder, search);
      return NotFound(search,
                      absl::StrCat("the file ", Shown(search, file), " in ", found.folder,
                                   other.empty() ? "" : ", as " + other + " is there"),
                      "none");
    }
    found.paths.push_back(std::move(path));
  }
  return found;
}

}  // namespace mondeq
