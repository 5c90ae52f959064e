// What a training ran on.
#ifndef MONDEQ_CLI_ENVIRONMENT_H_
#define MONDEQ_CLI_ENVIRONMENT_H_

#include <string>

#include "absl/status/status.h"
#include "mondeq/cli/from_flags.h"

namespace mondeq {

// Appends a paragraph to the file `path`, a line each: when training began or went on, version and
// commit of the program, device, processor, host and system, and the folder of the data. Errors:
// those of core/file.h.
absl::Status AppendEnvironment(const std::string& path, const Setup& setup,
                               const std::string& commit, const std::string& data, bool resumes);

}  // namespace mondeq

#endif  // MONDEQ_CLI_ENVIRONMENT_H_
