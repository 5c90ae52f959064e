#include "mondeq/core/file_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <ctime>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "mondeq/core/utf8.h"

namespace mondeq {
namespace {

constexpr std::size_t kLongestHolder = 300;

// "process 1234 on host since 2026-01-31 12:00:00 UTC"
std::string ThisHolder() {
  char host[256] = "";
  if (gethostname(host, sizeof(host) - 1) != 0) host[0] = '\0';
  const std::time_t now = std::time(nullptr);
  std::tm utc = {};
  gmtime_r(&now, &utc);
  char since[64] = "";
  std::strftime(since, sizeof(since), "%Y-%m-%d %H:%M:%S UTC", &utc);
  return absl::StrCat("process ", getpid(), " on ", host[0] == '\0' ? "a host without name" : host,
                      " since ", since);
}

// Who the file says holds it.
std::string HolderIn(int fd) {
  char text[kLongestHolder];
  const ssize_t size = pread(fd, text, sizeof(text), 0);
  const absl::string_view holder = absl::StripAsciiWhitespace(
      absl::string_view(text, size > 0 ? static_cast<std::size_t>(size) : 0));
  // A holder writes its name right after it has taken the lock.
  return holder.empty() ? "another process, since a moment ago" : Printable(holder);
}

absl::Status CannotLock(const std::string& path, int error) {
  const std::string line = absl::StrCat(path, ": cannot write: ", strerror(error));
  const bool exhausted = error == ENOSPC || error == EDQUOT || error == EMFILE || error == ENFILE;
  return exhausted ? absl::ResourceExhaustedError(line) : absl::PermissionDeniedError(line);
}

int Retry(int (*call)(int, int), int fd, int argument) {
  int result;
  do {
    result = call(fd, argument);
  } while (result != 0 && errno == EINTR);
  return result;
}

// Whether `path` still leads to the open file: a holder removes the file before it gives the lock
// back, and what was opened before that is no lock any more.
bool IsStillAt(const std::string& path, int fd) {
  struct stat there, open;
  return fstat(fd, &open) == 0 && lstat(path.c_str(), &there) == 0 && there.st_dev == open.st_dev &&
         there.st_ino == open.st_ino;
}

}  // namespace

absl::StatusOr<std::unique_ptr<FileLock>> FileLock::Take(const std::string& path) {
  while (true) {
    const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (fd < 0 && errno == EINTR) continue;
    if (fd < 0) return CannotLock(path, errno);
    const bool taken = Retry(flock, fd, LOCK_EX | LOCK_NB) == 0;
    if (!taken && errno == EWOULDBLOCK) {
      const std::string holder = HolderIn(fd);
      close(fd);
      return absl::AlreadyExistsError(holder);
    }
    if (taken && !IsStillAt(path, fd)) {
      close(fd);
      continue;
    }
    // Nobody could tell a lock that was left behind from one that is held.
    if (!taken) unlink(path.c_str());
    const std::string holder = ThisHolder() + "\n";
    // The name is for others to read; the lock holds without it, as on a full disk.
    [[maybe_unused]] const bool named =
        ftruncate(fd, 0) == 0 && pwrite(fd, holder.data(), holder.size(), 0) >= 0;
    return std::unique_ptr<FileLock>(new FileLock(path, fd, taken));
  }
}

FileLock::~FileLock() {
  if (IsStillAt(path_, fd_)) unlink(path_.c_str());
  close(fd_);
}

}  // namespace mondeq
