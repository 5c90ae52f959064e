#include "mondeq/core/file_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ctime>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "mondeq/core/file.h"
#include "mondeq/core/machine.h"
#include "mondeq/core/utf8.h"

namespace mondeq {
namespace {

constexpr std::size_t kLongestHolder = 300;

// "process 1234 on host since 2026-01-31T12:00:00Z"
std::string ThisHolder() {
  const std::string host = HostName();
  return absl::StrCat("process ", getpid(), " on ", host.empty() ? "a host without name" : host,
                      " since ", UtcTime(std::time(nullptr)));
}

// The error that somebody has the lock: who the file says it is.
absl::Status Held(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  char text[kLongestHolder];
  const ssize_t size = fd < 0 ? 0 : pread(fd, text, sizeof(text), 0);
  if (fd >= 0) close(fd);
  const absl::string_view holder = absl::StripAsciiWhitespace(
      absl::string_view(text, size > 0 ? static_cast<std::size_t>(size) : 0));
  // A holder writes its name right after it has taken the lock, and anybody may remove the file.
  return absl::AlreadyExistsError(
      holder.empty() ? absl::StrCat("another process, which ", path, " does not name")
                     : Printable(holder));
}

int Retry(int (*call)(int, int), int fd, int argument) {
  int result;
  do {
    result = call(fd, argument);
  } while (result != 0 && errno == EINTR);
  return result;
}

enum class Locked { kYes, kByOther, kCannot };

Locked Lock(int fd) {
  if (Retry(flock, fd, LOCK_EX | LOCK_NB) == 0) return Locked::kYes;
  return errno == EWOULDBLOCK ? Locked::kByOther : Locked::kCannot;
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
  const int folder = open(FolderOf(path).c_str(), O_RDONLY | O_CLOEXEC | O_DIRECTORY);
  auto closer = absl::MakeCleanup([folder] {
    if (folder >= 0) close(folder);
  });
  const Locked folder_locked = folder < 0 ? Locked::kCannot : Lock(folder);
  if (folder_locked == Locked::kByOther) return Held(path);
  while (true) {
    const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (fd < 0 && errno == EINTR) continue;
    if (fd < 0) return WriteError(path, errno);
    const Locked locked = Lock(fd);
    if (locked == Locked::kByOther) {
      close(fd);
      return Held(path);
    }
    if (locked == Locked::kYes && !IsStillAt(path, fd)) {
      close(fd);
      continue;
    }
    const bool excludes_others = locked == Locked::kYes || folder_locked == Locked::kYes;
    // Nobody could tell a lock that was left behind from one that is held.
    if (!excludes_others) unlink(path.c_str());
    const std::string holder = ThisHolder() + "\n";
    // The name is for others to read; the lock holds without it, as on a full disk.
    [[maybe_unused]] const bool named =
        ftruncate(fd, 0) == 0 && pwrite(fd, holder.data(), holder.size(), 0) >= 0;
    std::move(closer).Cancel();
    return std::unique_ptr<FileLock>(new FileLock(path, folder, fd, excludes_others));
  }
}

bool FileLock::IsHeld(const std::string& path) {
  for (const std::string& locked : {FolderOf(path), path}) {
    const int fd = open(locked.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) continue;
    const bool is_held = Lock(fd) == Locked::kByOther;
    close(fd);
    if (is_held) return true;
  }
  return false;
}

FileLock::~FileLock() {
  if (IsStillAt(path_, fd_)) unlink(path_.c_str());
  close(fd_);
  if (folder_ >= 0) close(folder_);
}

bool FileLock::IsInPlace() const {
  // What is behind a link to the folder counts, not the link.
  return folder_ < 0 || IsStillAt(FolderOf(path_) + "/.", folder_);
}

}  // namespace mondeq
