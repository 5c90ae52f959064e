// Where the files of a data set lie below --data_dir.
#ifndef MONDEQ_DATA_FIND_FILE_H_
#define MONDEQ_DATA_FIND_FILE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace mondeq {

struct FileSearch {
  // The data set's name as in the config: "mnist".
  std::string dataset;
  // The value of --data_dir; may be empty.
  std::string data_dir;
  // The folders below data_dir, in the order in which they are tried; "" is data_dir itself.
  std::vector<std::string> folders;
  // Whether file names are tried with ".gz" behind them, too.
  bool gzip = false;
  // How to get the files, for errors. By default that is `tools/download_data DATASET DIR`.
  std::string advice = "";
};

// Returns the path of `file` in the first folder that has it. Errors: kNotFound, with the folders
// searched and how to get the file.
absl::StatusOr<std::string> FindFile(const FileSearch& search, const std::string& file);

}  // namespace mondeq

#endif  // MONDEQ_DATA_FIND_FILE_H_
