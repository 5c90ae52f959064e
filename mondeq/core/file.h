// Whole files in, whole files out. Errors are one line that names the path:
//   kNotFound           no such file; the directory to write into does not exist
//   kDataLoss           a directory or a device where a file is expected; the disk fails while
//                       reading; more than memory holds
//   kPermissionDenied   not readable; not writable for whatever reason
//   kResourceExhausted  disk full, quota or file size limit reached, too many open files
#ifndef MONDEQ_CORE_FILE_H_
#define MONDEQ_CORE_FILE_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace mondeq {

// Returns the contents of the file `path`.
absl::StatusOr<std::string> ReadFile(const std::string& path);

// Returns `path` with a home folder in place of a leading "~" (the user's, $HOME) or "~NAME" (that
// user's), and every other path as it is. Errors: kInvalidArgument if there is no such home.
absl::StatusOr<std::string> ExpandHome(const std::string& path);

// Checks that this machine has memory for `bytes` bytes, which the file `path` has or asks for. To
// be called before they are allocated: the system grants what it does not have, and ends a process
// that uses it. Errors: kDataLoss.
absl::Status CheckMemory(const std::string& path, std::uint64_t bytes);

// Returns the directory that `path` is in, "." where it names none.
std::string FolderOf(const std::string& path);

// These two are for files that grow; they return 0 or an errno. The first writes all of the bytes,
// whatever signals interrupt. The second makes names in the folder durable, where the file system
// can.
int WriteAll(int fd, absl::string_view bytes);
int SyncFolder(const std::string& path);

// The error that the file `path` cannot be written, of an errno.
absl::Status WriteError(const std::string& path, int error);

// Makes the folder `path` where it does not exist, and those that it is in, so that it is there
// after a crash. Errors: those of writing.
absl::Status MakeFolder(const std::string& path);

// Replaces or creates `path` in one step: a reader sees the old contents or the new, never a
// mixture, and after a crash the file is whole. On an error the old file stays and no temporary
// file is left. Symbolic links are followed. Pipes and devices cannot be replaced; they are written
// to directly, and so is what is open (/dev/stdout), at its end.
absl::Status WriteFileAtomically(const std::string& path, absl::string_view contents);

// Removes temporary files of WriteFileAtomically from a directory, as processes leave them that are
// killed. Those of other processes that live stay; so this one must not be writing there.
void RemoveStaleTemporaries(const std::string& directory);

}  // namespace mondeq

#endif  // MONDEQ_CORE_FILE_H_
