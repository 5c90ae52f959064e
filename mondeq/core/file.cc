#include "mondeq/core/file.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <system_error>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "mondeq/core/status.h"

namespace mondeq {
namespace {

absl::Status ReadError(const std::string& path, int error) {
  const auto line = [&](absl::string_view what) { return absl::StrCat(path, ": ", what); };
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return absl::NotFoundError(line("no such file"));
    case EISDIR:
      return absl::DataLossError(line("expected a file, found a directory"));
    case EACCES:
    case EPERM:
      return absl::PermissionDeniedError(line("cannot read: permission denied"));
    case EMFILE:
    case ENFILE:
    case ENOMEM:
      return absl::ResourceExhaustedError(line(absl::StrCat("cannot read: ", strerror(error))));
    default:
      return absl::DataLossError(line(absl::StrCat("cannot read: ", strerror(error))));
  }
}

// Memory that nobody need ask for.
constexpr std::uint64_t kAlwaysThere = std::uint64_t{1} << 26;

// Returns the bytes of memory that may be taken without swapping, or the most that there can be
// where the system does not tell.
std::uint64_t AvailableMemory() {
  std::ifstream info("/proc/meminfo");
  std::string line;
  while (std::getline(info, line)) {
    std::uint64_t kilobytes = 0;
    absl::string_view text = line;
    if (absl::ConsumePrefix(&text, "MemAvailable:") && absl::ConsumeSuffix(&text, "kB") &&
        absl::SimpleAtoi(text, &kilobytes)) {
      return 1024 * kilobytes;
    }
  }
  return std::numeric_limits<std::uint64_t>::max();
}

// Opens a file, and tries again when a signal interrupts.
int Open(const std::string& path, int flags, mode_t mode = 0) {
  int fd;
  do {
    fd = open(path.c_str(), flags | O_CLOEXEC, mode);
  } while (fd < 0 && errno == EINTR);
  return fd;
}

// Writes and closes `fd`. Returns 0 or an errno. A pipe or terminal has nothing to sync and says
// EINVAL.
int WriteSyncClose(int fd, absl::string_view contents) {
  int error = WriteAll(fd, contents);
  if (error == 0 && fsync(fd) != 0 && errno != EINVAL && errno != EROFS) error = errno;
  if (close(fd) != 0 && error == 0) error = errno;
  return error;
}

// Whether `path` stands for a file that this process has open.
bool IsOpenFile(absl::string_view path) {
  return path == "/dev/stdout" || path == "/dev/stderr" || absl::StartsWith(path, "/dev/fd/") ||
         absl::StartsWith(path, "/proc/self/fd/");
}

// Returns where `path` leads if it is a symbolic link to something that exists, else `path`.
std::string FollowLinks(const std::string& path) {
  char* resolved = realpath(path.c_str(), nullptr);
  if (resolved == nullptr) return path;
  std::string result = resolved;
  free(resolved);
  return result;
}

// A temporary file's name is these, with the process and a counter between them.
constexpr char kTemporary[] = ".mondeq-", kTemporaryEnd[] = ".tmp";

// The process that a name of a temporary file tells; 0 for other names.
pid_t ProcessIn(absl::string_view name) {
  pid_t process = 0;
  const bool is_temporary =
      absl::ConsumePrefix(&name, kTemporary) && absl::ConsumeSuffix(&name, kTemporaryEnd);
  return is_temporary && absl::SimpleAtoi(name.substr(0, name.find('-')), &process) && process > 0
             ? process
             : 0;
}

// Creates a file of a new name, short whatever the length of the final name. Returns its descriptor
// or -1.
int OpenTemporary(const std::string& directory, std::string* name) {
  static std::atomic<int> counter{0};
  int fd;
  do {
    *name = absl::StrCat(directory, "/", kTemporary, getpid(), "-", counter++, kTemporaryEnd);
    fd = Open(*name, O_WRONLY | O_CREAT | O_EXCL, 0666);
  } while (fd < 0 && errno == EEXIST);
  return fd;
}

// Makes the folder, and those that it is in. Returns 0 or an errno: EEXIST where something else
// has the name.
int MakeFolders(const std::string& path) {
  const auto make = [&] { return mkdir(path.c_str(), 0777) == 0 ? 0 : errno; };
  const std::string parent = FolderOf(path);
  int error = make();
  if (error == ENOENT && parent != path && !path.empty()) {
    error = MakeFolders(parent);
    if (error == 0) error = make();
  }
  struct stat info;
  if (error == EEXIST && stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) return 0;
  return error == 0 ? SyncFolder(parent) : error;
}

}  // namespace

absl::Status WriteError(const std::string& path, int error) {
  const auto line = [&](absl::string_view what) {
    return absl::StrCat(path, ": cannot write: ", what);
  };
  switch (error) {
    case ENOSPC:
      return absl::ResourceExhaustedError(line("the disk is full"));
    case EDQUOT:
      return absl::ResourceExhaustedError(line("the disk quota is used up"));
    case EFBIG:
      return absl::ResourceExhaustedError(line("the file size limit is reached"));
    case EMFILE:
    case ENFILE:
    case ENOMEM:
      return absl::ResourceExhaustedError(line(strerror(error)));
    case ENOENT:
      return absl::NotFoundError(line("its directory does not exist"));
    case EISDIR:
      return absl::PermissionDeniedError(line("it is a directory"));
    default:
      return absl::PermissionDeniedError(line(strerror(error)));
  }
}

int WriteAll(int fd, absl::string_view contents) {
  while (!contents.empty()) {
    const ssize_t written = write(fd, contents.data(), contents.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    contents.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

absl::Status CheckMemory(const std::string& path, std::uint64_t bytes) {
  if (bytes <= kAlwaysThere) return absl::OkStatus();
  const std::uint64_t available = AvailableMemory();
  if (bytes <= available) return absl::OkStatus();
  return absl::DataLossError(absl::StrFormat(
      "%s: expected what fits into memory, of which %.3g GB are free, found %.3g GB", path,
      static_cast<double>(available) * 1e-9, static_cast<double>(bytes) * 1e-9));
}

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  const int fd = Open(path, O_RDONLY);
  if (fd < 0) return ReadError(path, errno);
  const auto closer = absl::MakeCleanup([fd] { close(fd); });
  struct stat info;
  if (fstat(fd, &info) != 0) return ReadError(path, errno);
  if (S_ISDIR(info.st_mode)) return ReadError(path, EISDIR);
  // Others, such as /dev/zero, may have no end.
  if (!S_ISREG(info.st_mode) && !S_ISFIFO(info.st_mode)) {
    return absl::DataLossError(absl::StrCat(path, ": expected a file or a pipe, found a device"));
  }

  // The size is a hint: pipes and files in /proc have none. With one byte more the end is seen
  // without growing.
  MONDEQ_RETURN_IF_ERROR(CheckMemory(path, static_cast<std::uint64_t>(info.st_size)));
  std::string contents(static_cast<std::size_t>(info.st_size) + 1, '\0');
  std::size_t size = 0;
  while (true) {
    if (size == contents.size()) {
      // The old contents stay while they are copied.
      MONDEQ_RETURN_IF_ERROR(CheckMemory(path, 3 * size));
      contents.resize(2 * size + 65536);
    }
    const ssize_t got = read(fd, &contents[size], contents.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return ReadError(path, errno);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  contents.resize(size);
  return contents;
}

absl::StatusOr<std::string> ExpandHome(const std::string& path) {
  if (path.empty() || path[0] != '~') return path;
  const std::size_t end = std::min(path.find('/'), path.size());
  const std::string name = path.substr(1, end - 1);
  const char* home = name.empty() ? getenv("HOME") : nullptr;
  if (home == nullptr || *home == '\0') {
    // The entry is in memory of the C library.
    const passwd* entry = name.empty() ? getpwuid(getuid()) : getpwnam(name.c_str());
    if (entry == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat(
          path, ": ",
          name.empty() ? "this user has no home folder" : absl::StrCat("no user \"", name, "\""),
          "; a file of that name is ./", path));
    }
    home = entry->pw_dir;
  }
  return absl::StrCat(home, path.substr(end));
}

std::string FolderOf(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

int SyncFolder(const std::string& path) {
  const int fd = Open(path, O_RDONLY | O_DIRECTORY);
  // A directory that may be written to but not read cannot be synced; the file itself has been.
  if (fd < 0) return errno == EACCES ? 0 : errno;
  int error = 0;
  // What file systems say that cannot sync a directory.
  if (fsync(fd) != 0 && errno != EINVAL) error = errno;
  close(fd);
  return error;
}

absl::Status MakeFolder(const std::string& path) {
  const int error = MakeFolders(path);
  struct stat info;
  if (error == EEXIST && lstat(path.c_str(), &info) == 0 && stat(path.c_str(), &info) != 0) {
    return absl::PermissionDeniedError(
        absl::StrCat(path, ": cannot write: it is a link that leads nowhere"));
  }
  if (error == 0) return absl::OkStatus();
  return WriteError(path, error == EEXIST ? ENOTDIR : error);
}

absl::Status WriteFileAtomically(const std::string& path, absl::string_view contents) {
  const std::string target = FollowLinks(path);
  struct stat info;
  if (stat(target.c_str(), &info) == 0) {
    if (S_ISDIR(info.st_mode)) return WriteError(path, EISDIR);
    if (!S_ISREG(info.st_mode) || IsOpenFile(path)) {
      const int fd = Open(target, O_WRONLY | O_APPEND);
      const int error = fd < 0 ? errno : WriteSyncClose(fd, contents);
      return error == 0 ? absl::OkStatus() : WriteError(path, error);
    }
    // Renaming would get around a write protection.
    if (access(target.c_str(), W_OK) != 0) return WriteError(path, errno);
  }
  if (target.empty() || target.back() == '/') return WriteError(path, EISDIR);

  const std::string directory = FolderOf(target);
  std::string temporary;
  const int fd = OpenTemporary(directory, &temporary);
  if (fd < 0) return WriteError(path, errno);
  int error = WriteSyncClose(fd, contents);
  if (error == 0 && rename(temporary.c_str(), target.c_str()) != 0) error = errno;
  if (error != 0) {
    unlink(temporary.c_str());
    return WriteError(path, error);
  }
  error = SyncFolder(directory);
  return error == 0 ? absl::OkStatus() : WriteError(path, error);
}

void RemoveStaleTemporaries(const std::string& directory) {
  std::error_code error;
  std::filesystem::directory_iterator entry(directory, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const pid_t process = ProcessIn(entry->path().filename().string());
    if (process == 0) continue;
    const bool is_gone = kill(process, 0) != 0 && errno == ESRCH;
    if (is_gone || process == getpid()) unlink(entry->path().c_str());
  }
}

}  // namespace mondeq
