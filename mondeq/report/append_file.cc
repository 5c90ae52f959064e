#include "mondeq/report/append_file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstring>

#include "absl/strings/str_cat.h"

namespace mondeq {

AppendFile::~AppendFile() {
  if (is_open()) close(file_);
}

absl::Status AppendFile::Open(const std::string& path) {
  path_ = path;
  file_ = open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
  if (is_open()) return absl::OkStatus();
  return absl::PermissionDeniedError(absl::StrCat(path, ": cannot write: ", strerror(errno)));
}

absl::Status AppendFile::Append(absl::string_view bytes) {
  while (status_.ok() && !bytes.empty()) {
    const ssize_t written = write(file_, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      status_ =
          absl::ResourceExhaustedError(absl::StrCat(path_, ": cannot write: ", strerror(errno)));
    }
  }
  return status_;
}

}  // namespace mondeq
