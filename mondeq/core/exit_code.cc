#include "mondeq/core/exit_code.h"

#include "absl/strings/str_cat.h"
#include "mondeq/core/utf8.h"

namespace mondeq {

ExitCode ExitCodeOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return kExitDone;
    case absl::StatusCode::kInvalidArgument:
      return kExitUsage;
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kDataLoss:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kResourceExhausted:
      return kExitFile;
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kUnavailable:
      return kExitDevice;
    case absl::StatusCode::kOutOfRange:
      return kExitDiverged;
    case absl::StatusCode::kCancelled:
      return kExitInterrupted;
    default:
      return kExitInternal;
  }
}

std::string ErrorLine(const absl::Status& status) {
  return absl::StrCat("mondeq: ", Printable(status.message()), "\n");
}

std::string ExitCodeHelp() {
  return "  0  done\n"
         "  1  internal error\n"
         "  2  usage or config\n"
         "  3  data or file: missing, damaged, not writable, disk full\n"
         "  4  device: not available, failed, or out of memory\n"
         "  5  diverged: NaN or infinity\n"
         "  130  interrupted (SIGINT, Ctrl-C)\n"
         "  143  ended by SIGTERM\n";
}

}  // namespace mondeq
