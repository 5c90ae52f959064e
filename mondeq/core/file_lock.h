// A file that one process holds at a time. The kernel releases it when the process ends in whatever
// way, so what a dead one left behind keeps nobody out.
#ifndef MONDEQ_CORE_FILE_LOCK_H_
#define MONDEQ_CORE_FILE_LOCK_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace mondeq {

class FileLock {
 public:
  // Takes the lock and writes into the file who holds it and since when. Errors: kAlreadyExists,
  // with that text, if another holder has it, in this process or in any; kPermissionDenied and
  // kResourceExhausted if the file cannot be made. Symbolic links are not followed.
  static absl::StatusOr<std::unique_ptr<FileLock>> Take(const std::string& path);

  // Removes the file and gives the lock back.
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

  // Whether others are kept out: false on a file system that knows no locks.
  bool excludes_others() const { return excludes_others_; }

 private:
  FileLock(std::string path, int fd, bool excludes_others)
      : path_(std::move(path)), fd_(fd), excludes_others_(excludes_others) {}

  std::string path_;
  int fd_;
  bool excludes_others_;
};

}  // namespace mondeq

#endif  // MONDEQ_CORE_FILE_LOCK_H_
