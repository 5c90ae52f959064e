// A folder that one process holds at a time, and the file in it that names the process. The kernel
// releases it when the process ends in whatever way, so what a dead one left behind keeps nobody
// out, and a file that somebody removed lets nobody in.
#ifndef MONDEQ_CORE_FILE_LOCK_H_
#define MONDEQ_CORE_FILE_LOCK_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace mondeq {

class FileLock {
 public:
  // Takes the lock of the folder that `path` is in, and writes into that file who holds it and
  // since when. Errors: kAlreadyExists, with that text, if another holder has it, in this process
  // or in any; kPermissionDenied and kResourceExhausted if the file cannot be made. Where a file
  // system locks no folders, the file is locked. Symbolic links are not followed.
  static absl::StatusOr<std::unique_ptr<FileLock>> Take(const std::string& path);

  // Whether somebody holds the lock of that file, which is not there only because a holder was
  // killed. Where the file system knows no locks nobody can tell, and nobody does.
  static bool IsHeld(const std::string& path);

  // Removes the file and gives the lock back.
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

  // Whether others are kept out: false on a file system that knows no locks.
  bool excludes_others() const { return excludes_others_; }

  // Whether the folder is still where it was, not moved, removed or replaced by another.
  bool IsInPlace() const;

 private:
  FileLock(std::string path, int folder, int fd, bool excludes_others)
      : path_(std::move(path)), folder_(folder), fd_(fd), excludes_others_(excludes_others) {}

  std::string path_;
  // The open folder, -1 where it cannot be opened, and the open file.
  int folder_, fd_;
  bool excludes_others_;
};

}  // namespace mondeq

#endif  // MONDEQ_CORE_FILE_LOCK_H_
