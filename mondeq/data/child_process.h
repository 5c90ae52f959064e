// Other programs, run as children without a shell.
#ifndef MONDEQ_DATA_CHILD_PROCESS_H_
#define MONDEQ_DATA_CHILD_PROCESS_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace mondeq {

struct ChildEnd {
  // Its exit code; -1 where a signal has ended it.
  int code = -1;
  // Whether it was ended because its output was not wanted any more.
  bool stopped = false;
  // The beginning of what it wrote to stderr.
  std::string errors;
};

// Takes what a child writes to stdout as it comes, and is called with "" a few times a second where
// nothing does. Returns whether the child is to go on.
using TakeOutput = std::function<bool(absl::string_view)>;

// Runs the program argv[0], looked for in $PATH, to its end, with nothing on its stdin. Errors:
// kNotFound if there is no such program; kUnavailable if none can be started.
absl::StatusOr<ChildEnd> RunChild(const std::vector<std::string>& argv, const TakeOutput& take);

}  // namespace mondeq

#endif  // MONDEQ_DATA_CHILD_PROCESS_H_
