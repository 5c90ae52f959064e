#include "mondeq/cli/parse_flags.h"

#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "absl/flags/reflection.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "absl/types/optional.h"
#include "mondeq/cli/flags.h"
#include "mondeq/core/file.h"
#include "mondeq/core/nearest.h"
#include "mondeq/core/schema.h"
#include "mondeq/core/status.h"
#include "mondeq/training/experiment.pb.h"

namespace mondeq {
namespace {

using Strings = absl::Span<const std::string>;

bool Contains(Strings names, absl::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// What the flag takes in place of `value`.
absl::string_view Expected(const absl::CommandLineFlag& flag, absl::string_view value) {
  if (flag.IsOfType<Choice>()) return "true, false or auto";
  if (IsBoolean(flag)) return "true or false";
  const bool is_integer = !absl::ConsumePrefix(&value, "-") &&
                          value.find_first_not_of("0123456789") == absl::string_view::npos;
  if (flag.IsOfType<int>()) return is_integer ? "an integer below 2^31" : "an integer";
  if (flag.IsOfType<std::int64_t>() || flag.IsOfType<absl::optional<std::int64_t>>()) {
    return is_integer ? "an integer below 2^63" : "an integer";
  }
  if (flag.IsOfType<double>() || flag.IsOfType<absl::optional<double>>()) return "a number";
  return "text";
}

void SetDefaults() {
  for (const auto& entry : absl::GetAllFlags()) {
    std::string error;
    MONDEQ_CHECK(entry.second->ParseFrom(entry.second->DefaultValue(), &error));
  }
}

// Other programs take "-" for a stream, and a file of that name can hardly be meant.
absl::Status CheckNotDash(const std::string& name, absl::string_view path, bool is_file) {
  if (path != "-") return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("--", name, ": expected a ",
                   is_file ? "file, found \"-\"; standard input and output are /dev/stdin and "
                             "/dev/stdout, and a file"
                           : "folder, found \"-\"; one",
                   " of that name is ./-"));
}

// Whether a path begins like a URL: "s3://".
bool IsUrl(absl::string_view path) {
  const std::size_t end = path.find("://");
  return end != absl::string_view::npos && end > 0 &&
         std::all_of(path.begin(), path.begin() + static_cast<std::ptrdiff_t>(end),
                     [](char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)); });
}

// The first name in a path that is a variable of the shell, as "$HOME" is, and no file's name; ""
// if there is none.
std::string VariableIn(const std::string& path) {
  for (std::size_t begin = 0; begin < path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string name = path.substr(begin, end - begin);
    const bool is_variable = name.size() > 1 && name[0] == '$' &&
                             (absl::ascii_isalpha(static_cast<unsigned char>(name[1])) ||
                              name[1] == '_' || name[1] == '{');
    if (is_variable && access(path.substr(0, end).c_str(), F_OK) != 0) return name;
    begin = end + 1;
  }
  return "";
}

// Refuses what other programs take for a path, and what a shell would have expanded: a file of that
// name can hardly be meant.
absl::Status CheckPath(const std::string& name, const std::string& path, bool is_file) {
  MONDEQ_RETURN_IF_ERROR(CheckNotDash(name, path, is_file));
  if (IsUrl(path)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--", name, ": expected a path on this machine, found the URL ", path,
                     absl::StartsWith(path, "file:///") ? "; write " + path.substr(7) : ""));
  }
  const std::string variable = VariableIn(path);
  if (variable.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("--", name, ": ", path, ": expected a path, found ", variable,
                   ", which the shell has not expanded, as it does outside of single quotes"));
}

absl::Status SetFlag(const std::string& name, absl::string_view value) {
  absl::CommandLineFlag& flag = GetFlagNamed(name);
  if (value.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("--", name, ": expected a value, found none"));
  }
  std::string text(value);
  const std::string stands_for = ValueName(flag);
  if (stands_for == "FILE" || stands_for == "DIR") {
    MONDEQ_RETURN_IF_ERROR(CheckPath(name, text, stands_for == "FILE"));
    const absl::StatusOr<std::string> path = ExpandHome(text);
    if (!path.ok()) return Annotate(path.status(), absl::StrCat("--", name));
    text = *path;
  }
  if (flag.IsOfType<Repeated>()) {
    // The text form of a Repeated flag has one value a line.
    std::replace(text.begin(), text.end(), '\n', ' ');
    text = absl::StrCat(flag.CurrentValue(), "\n", text);
  }
  std::string error;
  if (flag.ParseFrom(text, &error)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("--", name, ": expected ", Expected(flag, value), ", found \"", value, "\""));
}

// The flag of other verbs that `name` is a typo of; "" where a flag among `allowed` is as near.
std::string FlagElsewhere(absl::string_view name, Strings allowed, absl::string_view nearest) {
  std::vector<std::string> all;
  for (const auto& entry : absl::GetAllFlags()) all.emplace_back(entry.first);
  std::sort(all.begin(), all.end());
  const std::string found = Nearest(name, all);
  if (found.empty() || Contains(allowed, found)) return "";
  return nearest.empty() || EditDistance(name, found) < EditDistance(name, nearest) ? found : "";
}

// The places of a config called `name`, as --set takes them; "" if there are none.
std::string PlacesInConfig(absl::string_view name) {
  constexpr std::size_t kMost = 4;
  std::vector<std::string> paths =
      PathsTo(Experiment::descriptor(), absl::StrReplaceAll(name, {{"-", "_"}}));
  const bool all = paths.size() <= kMost;
  if (!all) paths.resize(kMost);
  return absl::StrJoin(paths, " or ",
                       [](std::string* out, const std::string& path) {
                         absl::StrAppend(out, "--set=", path, "=VALUE");
                       }) +
         (all ? "" : " or ...");
}

absl::Status NotAFlag(absl::string_view verb, const std::string& dashed, Strings allowed) {
  // Dashes are not compared: some names have few more letters than dashes.
  const std::string name(absl::StripPrefix(absl::StripPrefix(dashed, "-"), "-"));
  std::vector<std::string> known;
  for (const std::string& one : allowed) known.push_back("--" + one);
  const std::string its_flags =
      known.empty() ? "it has no flags" : absl::StrCat("its flags: ", absl::StrJoin(known, ", "));
  const bool its_own = Contains(allowed, name);
  // A flag of another verb is not a typo.
  if (absl::FindCommandLineFlag(name) != nullptr && !its_own) {
    return absl::InvalidArgumentError(
        absl::StrCat(verb, " does not take --", name, "; ", its_flags));
  }
  const std::string places = Contains(allowed, "set") && !its_own ? PlacesInConfig(name) : "";
  if (!places.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("unknown flag of ", verb, " \"", dashed,
                                                   "\"; that is a value of the config: ", places));
  }
  const std::string nearest = Nearest(name, {allowed.begin(), allowed.end()});
  const std::string elsewhere = FlagElsewhere(name, allowed, nearest);
  const std::string kind = absl::StrCat("flag of ", verb);
  if (!elsewhere.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("unknown ", kind, " \"", dashed,
                                                   "\"; it does not take --", elsewhere,
                                                   " either; ", its_flags));
  }
  std::string line = UnknownName(kind, dashed, nearest.empty() ? "" : "--" + nearest, known);
  if (nearest.empty() && Contains(allowed, "set")) {
    absl::StrAppend(&line, "; values of the config are replaced by --set=PATH=VALUE");
  }
  return absl::InvalidArgumentError(line);
}

// Goes over the arguments once.
class Parser {
 public:
  Parser(absl::string_view verb, Strings allowed, Strings arguments)
      : verb_(verb), allowed_(allowed), arguments_(arguments) {}

  absl::StatusOr<ParsedArguments> Parse() {
    while (next_ < arguments_.size()) {
      const std::string& argument = arguments_[next_++];
      if (argument == "--") break;
      if (argument.size() > 1 && argument[0] == '-') {
        MONDEQ_RETURN_IF_ERROR(ParseFlag(argument));
      } else {
        result_.positional.push_back(argument);
      }
    }
    while (next_ < arguments_.size()) result_.positional.push_back(arguments_[next_++]);
    return std::move(result_);
  }

 private:
  absl::Status ParseFlag(const std::string& argument) {
    const std::size_t equals = argument.find('=');
    const std::string dashed = argument.substr(0, equals);
    const std::string name(absl::StripPrefix(dashed, "--"));
    const bool has_value = equals != std::string::npos;
    const std::string positive(absl::StripPrefix(name, "no"));
    if (!absl::StartsWith(dashed, "--")) return NotAFlag(verb_, dashed, allowed_);
    if (!has_value && positive != name && Contains(allowed_, positive) &&
        IsBoolean(GetFlagNamed(positive))) {
      return Set(positive, "false");
    }
    if (!Contains(allowed_, name)) return NotAFlag(verb_, dashed, allowed_);
    if (has_value) return Set(name, argument.substr(equals + 1));
    if (IsBoolean(GetFlagNamed(name))) return Set(name, "true");
    const bool follows = next_ < arguments_.size() && !absl::StartsWith(arguments_[next_], "--");
    return Set(name, follows ? arguments_[next_++] : "");
  }

  absl::Status Set(const std::string& name, absl::string_view value) {
    const bool again = Contains(result_.given, name);
    if (again && !GetFlagNamed(name).IsOfType<Repeated>()) {
      return absl::InvalidArgumentError(absl::StrCat("--", name, ": expected once, found twice"));
    }
    if (!again) result_.given.push_back(name);
    return SetFlag(name, value);
  }

  absl::string_view verb_;
  Strings allowed_, arguments_;
  std::size_t next_ = 0;
  ParsedArguments result_;
};

}  // namespace

absl::StatusOr<ParsedArguments> ParseFlags(absl::string_view verb, Strings allowed,
                                           Strings arguments) {
  SetDefaults();
  return Parser(verb, allowed, arguments).Parse();
}

absl::CommandLineFlag& GetFlagNamed(const std::string& name) {
  absl::CommandLineFlag* flag = absl::FindCommandLineFlag(name);
  MONDEQ_CHECK(flag != nullptr);
  return *flag;
}

bool IsBoolean(const absl::CommandLineFlag& flag) {
  return flag.IsOfType<bool>() || flag.IsOfType<Choice>();
}

std::string ValueName(const absl::CommandLineFlag& flag) {
  const std::string help = flag.Help();
  return IsBoolean(flag) ? "" : help.substr(0, help.find(": "));
}

}  // namespace mondeq
