// Fetches public data sets: with curl, from one mirror after the other, each going on where the
// last one stopped. A file gets its name only when it is whole and has the official sum.
#ifndef MONDEQ_DATA_FETCH_H_
#define MONDEQ_DATA_FETCH_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "mondeq/data/public_sets.h"

namespace mondeq {

// Sees what happens, and may interrupt it.
class FetchObserver {
 public:
  virtual ~FetchObserver() = default;
  // The file is there already.
  virtual void OnPresent(const std::string& /*path*/) {}
  // It is being fetched; `bytes` of it are there from before.
  virtual void OnStart(const std::string& /*url*/, std::int64_t /*bytes*/, std::int64_t /*size*/) {}
  virtual void OnBytes(const PublicFile& /*file*/, std::int64_t /*bytes*/) {}
  // It cannot be got in this way; others are tried.
  virtual void OnFailure(const std::string& /*what*/) {}
  virtual void OnUnpack(const std::string& /*archive*/) {}
  virtual bool Interrupted() { return false; }
};

struct FetchLimits {
  // A mirror that gives less than a thousand bytes a second for so long is given up.
  int stall_seconds = 30;
  int connect_seconds = 20;
  // How often a mirror is asked that gives a part of a file each time.
  int attempts = 5;
};

// Brings the files of `set` into `folder`, which is made. Files that are there and sound stay as
// they are. What has come of a file is kept as FILE.part, and the next call goes on with it.
// Errors: kNotFound if a file cannot be got, with what failed where; kCancelled if interrupted;
// kResourceExhausted if the disk is full; kPermissionDenied if the folder cannot be written or
// another process is fetching into it.
absl::Status FetchSet(const PublicSet& set, const std::string& folder, const FetchLimits& limits,
                      FetchObserver* observer);

}  // namespace mondeq

#endif  // MONDEQ_DATA_FETCH_H_
