// What the process tells whoever started it.
#ifndef MONDEQ_CORE_EXIT_CODE_H_
#define MONDEQ_CORE_EXIT_CODE_H_

#include <string>

#include "absl/status/status.h"

namespace mondeq {

enum ExitCode {
  kExitDone = 0,
  kExitInternal = 1,       // any other error: one of mondeq's own
  kExitUsage = 2,          // flags or config
  kExitFile = 3,           // data and other files, missing, damaged or not writable
  kExitDevice = 4,         // not there, or out of memory
  kExitDiverged = 5,       // NaN or infinity
  kExitInterrupted = 130,  // SIGINT, or a program that interrupts
  kExitTerminated = 143    // SIGTERM
};

// kOk gives 0; kInvalidArgument 2; kNotFound, kDataLoss, kPermissionDenied and kResourceExhausted
// 3; kAborted and kUnavailable 4; kOutOfRange 5; kCancelled 130; every other code 1.
ExitCode ExitCodeOf(const absl::Status& status);

// Returns "mondeq: MESSAGE\n", which is one line of readable text whatever is in the message.
std::string ErrorLine(const absl::Status& status);

// The table of the codes, for the help text.
std::string ExitCodeHelp();

}  // namespace mondeq

#endif  // MONDEQ_CORE_EXIT_CODE_H_
