#include "mondeq/data/find_file.h"

#include <sys/stat.h>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace mondeq {
namespace {

bool Exists(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0;
}

}  // namespace

absl::StatusOr<std::string> FindFile(const FileSearch& search, const std::string& file) {
  const std::string shown = absl::StrCat(file, search.gzip ? "[.gz]" : "");
  const std::string advice =
      absl::StrCat("; ",
                   search.advice.empty()
                       ? absl::StrCat("`tools/download_data ", search.dataset, " DIR` fetches it")
                       : search.advice,
                   ", then pass --data_dir=DIR");
  if (search.data_dir.empty()) {
    return absl::NotFoundError(absl::StrCat(search.dataset, ": expected a data directory with ",
                                            shown, ", found none", advice));
  }
  std::vector<std::string> folders;
  for (const std::string& folder : search.folders) {
    folders.push_back(folder.empty() ? search.data_dir
                                     : absl::StrCat(search.data_dir, "/", folder));
    const std::string path = absl::StrCat(folders.back(), "/", file);
    if (Exists(path)) return path;
    if (search.gzip && Exists(path + ".gz")) return path + ".gz";
  }
  return absl::NotFoundError(absl::StrCat(search.dataset, ": expected the file ", shown, " in ",
                                          absl::StrJoin(folders, " or "), ", found none", advice));
}

}  // namespace mondeq
