#include "mondeq/data/part_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "mondeq/core/file.h"
#include "mondeq/core/status.h"

namespace mondeq {
namespace {

absl::Status CannotWrite(const std::string& path, int error) {
  const std::string message = absl::StrCat(path, ": cannot write: ", std::strerror(error));
  if (error == ENOSPC || error == EDQUOT || error == EFBIG) {
    return absl::ResourceExhaustedError(message);
  }
  return absl::PermissionDeniedError(message);
}

}  // namespace

absl::StatusOr<std::unique_ptr<PartFile>> PartFile::Open(const std::string& target) {
  const std::string path = target + ".part";
  const int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
  const int fd = open(path.c_str(), flags, 0666);
  if (fd < 0) return CannotWrite(path, errno);
  std::unique_ptr<PartFile> part(new PartFile(target, fd));
  struct stat info;
  if (fstat(fd, &info) != 0) return CannotWrite(path, errno);
  part->size_ = info.st_size;
  return part;
}

PartFile::~PartFile() {
  close(fd_);
  if (size_ == 0 && !finished_) unlink(path_.c_str());
}

absl::Status PartFile::Append(absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return CannotWrite(path_, errno);
    size_ += written;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return absl::OkStatus();
}

absl::Status PartFile::Clear() {
  if (ftruncate(fd_, 0) != 0) return CannotWrite(path_, errno);
  size_ = 0;
  return absl::OkStatus();
}

absl::Status PartFile::Finish() {
  if (fsync(fd_) != 0) return CannotWrite(path_, errno);
  if (std::rename(path_.c_str(), target_.c_str()) != 0) return CannotWrite(target_, errno);
  finished_ = true;
  const std::string folder = FolderOf(target_);
  const int error = SyncFolder(folder);
  return error == 0 ? absl::OkStatus() : CannotWrite(folder, error);
}

}  // namespace mondeq
