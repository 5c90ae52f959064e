#include "mondeq/report/append_file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "mondeq/core/file.h"

namespace mondeq {

AppendFile::~AppendFile() {
  if (is_open()) close(file_);
}

absl::Status AppendFile::Open(const std::string& path) {
  path_ = path;
  file_ = open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
  if (!is_open()) status_ = WriteError(path, errno);
  return status_;
}

absl::Status AppendFile::Append(absl::string_view bytes) {
  const int error = status_.ok() ? WriteAll(file_, bytes) : 0;
  if (error != 0) status_ = WriteError(path_, error);
  return status_;
}

}  // namespace mondeq
