// Makes the system calls fail by which files below a folder are written: open, write, fsync, mkdir,
// rename and removal. Whoever links this has them in place of the C library's, so that what is
// tested is the code that runs.
#ifndef MONDEQ_TESTING_FAULTY_FILES_H_
#define MONDEQ_TESTING_FAULTY_FILES_H_

#include <string>

namespace mondeq {

enum class Fault {
  // The call fails with that errno.
  kInputOutput,  // EIO
  kNoSpace,      // ENOSPC
  // The first half of a write is made, and the next write fails with ENOSPC; other calls fail so.
  kShortWrite,
  // The machine stops: this call and all later ones do nothing and fail. Of what was not synced
  // nothing is left. Where there are fewer calls it stops after the last.
  kCrash,
  // The same, but renamings, removals and new names have reached the disk before the bytes.
  kCrashAfterNames
};

// While one of these lives the n-th call (from 1) on files below `folder` fails. There is one at a
// time, and one thread writes.
class FaultyFiles {
 public:
  FaultyFiles(std::string folder, Fault fault, int n);
  // Makes the folder what it is after a crash.
  ~FaultyFiles();
  FaultyFiles(const FaultyFiles&) = delete;
  FaultyFiles& operator=(const FaultyFiles&) = delete;

  // Whether there were n calls.
  bool has_failed() const;
};

}  // namespace mondeq

#endif  // MONDEQ_TESTING_FAULTY_FILES_H_
