// Where the files of a data set lie below --data_dir: all of them in one folder, so that files of
// two sets are never mixed.
#ifndef MONDEQ_DATA_FIND_FILES_H_
#define MONDEQ_DATA_FIND_FILES_H_

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "mondeq/data/dataset.h"

namespace mondeq {

struct FileSearch {
  // The data set's name as in the config: "mnist".
  std::string dataset;
  // The value of --data_dir. If it is empty a public set is looked for in UsualFolders(dataset), or
  // in the folder that the config names below DataHome() (public_sets.h).
  std::string data_dir;
  // All files of the set, whatever the split.
  std::vector<std::string> files;
  // The folder that the config names, or "" where it names none. It lies below data_dir, or is
  // data_dir if that has this name; no other folder is looked into.
  std::string named_folder;
  // Where no folder is named: the folders below data_dir, "" for data_dir itself. The first that
  // has any of `files` is the set's folder.
  std::vector<std::string> usual_folders;
  // Whether these are IDX files, whose names may have ".gz" behind them, and ".idx" in the place of
  // "-idx", as archivers write them.
  bool idx = false;
  // How to get the files of a set that is not public, for errors.
  std::string advice = "";
  // What `mondeq data fetch` gets of a public set.
  std::string fetched = "it";
};

struct FoundFiles {
  std::string folder;
  std::vector<std::string> paths;
};

// Finds the set's folder, and there every one of `wanted`, which are some of search.files. Errors:
// kNotFound, with the folders searched, the file that is missing, what is there and how to get it;
// kDataLoss if a file is there under two names with different contents.
absl::StatusOr<FoundFiles> FindFiles(const FileSearch& search,
                                     const std::vector<std::string>& wanted);

// The same for a split: `train` and `test` are all files of the set, and take the place of
// search.files.
absl::StatusOr<FoundFiles> FindSplit(FileSearch search, const std::vector<std::string>& train,
                                     const std::vector<std::string>& test, Split split);

// Checks that the value of a config's field is the name of a file in the set's folder. Errors:
// kInvalidArgument, naming the field.
absl::Status CheckFileName(absl::string_view what, const std::string& name);
// The same for several: {{"train_images", config.train_images()}, ...}.
absl::Status CheckFileNames(std::initializer_list<std::pair<absl::string_view, std::string>> names);

// Checks that the value of a config's field is the name of a folder below --data_dir, or "".
// Errors: kInvalidArgument, naming the field.
absl::Status CheckFolderName(absl::string_view what, const std::string& name);

}  // namespace mondeq

#endif  // MONDEQ_DATA_FIND_FILES_H_
