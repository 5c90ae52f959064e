#include "mondeq/data/part_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "mondeq/core/file.h"

namespace mondeq {

absl::StatusOr<std::unique_ptr<PartFile>> PartFile::Open(const std::string& target) {
  const std::string path = target + ".part";
  const int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
  const int fd = open(path.c_str(), flags, 0666);
  if (fd < 0) return WriteError(path, errno);
  std::unique_ptr<PartFile> part(new PartFile(target, fd));
  struct stat info;
  if (fstat(fd, &info) != 0) return WriteError(path, errno);
  part->size_ = info.st_size;
  return part;
}

PartFile::~PartFile() {
  close(fd_);
  if (size_ == 0 && !finished_) unlink(path_.c_str());
}

absl::Status PartFile::Append(absl::string_view bytes) {
  const int error = WriteAll(fd_, bytes);
  if (error != 0) return WriteError(path_, error);
  size_ += static_cast<std::int64_t>(bytes.size());
  return absl::OkStatus();
}

absl::Status PartFile::Clear() {
  if (ftruncate(fd_, 0) != 0) return WriteError(path_, errno);
  size_ = 0;
  return absl::OkStatus();
}

absl::Status PartFile::Finish() {
  if (fsync(fd_) != 0) return WriteError(path_, errno);
  if (std::rename(path_.c_str(), target_.c_str()) != 0) return WriteError(target_, errno);
  finished_ = true;
  const std::string folder = FolderOf(target_);
  const int error = SyncFolder(folder);
  return error == 0 ? absl::OkStatus() : WriteError(folder, error);
}

}  // namespace mondeq
