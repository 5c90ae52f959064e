// Sets ABSL flags from a command line. absl::ParseCommandLine is not used because it ends the
// process with its own exit code and message, and knows no verbs.
#ifndef MONDEQ_CLI_PARSE_FLAGS_H_
#define MONDEQ_CLI_PARSE_FLAGS_H_

#include <string>
#include <vector>

#include "absl/flags/commandlineflag.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace mondeq {

struct ParsedArguments {
  std::vector<std::string> given;       // names of the flags that were set
  std::vector<std::string> positional;  // everything that is no flag
};

// Sets every flag of the program to its default, then those in `arguments`, and returns the rest.
// Takes --name=value, --name value, --[no]boolean; "--" ends the flags. A Repeated flag gathers its
// values, others may be given once. In a FILE or DIR a leading "~" is a home folder, which shells
// expand only at the beginning of an argument. Errors: kInvalidArgument for a flag that is not
// among `allowed`, the flags of `verb`, and for a value that does not fit.
absl::StatusOr<ParsedArguments> ParseFlags(absl::string_view verb,
                                           absl::Span<const std::string> allowed,
                                           absl::Span<const std::string> arguments);

// The flag of that name; one must exist.
absl::CommandLineFlag& GetFlagNamed(const std::string& name);

bool IsBoolean(const absl::CommandLineFlag& flag);

// What the flag's value stands for, with which its help text begins: "FILE" of "FILE: the samples".
// "" for a boolean flag.
std::string ValueName(const absl::CommandLineFlag& flag);

}  // namespace mondeq

#endif  // MONDEQ_CLI_PARSE_FLAGS_H_
