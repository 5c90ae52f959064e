// mondeq data
#include <algorithm>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "mondeq/cli/fetch_progress.h"
#include "mondeq/cli/flags.h"
#include "mondeq/cli/help.h"
#include "mondeq/cli/verb.h"
#include "mondeq/core/nearest.h"
#include "mondeq/core/status.h"
#include "mondeq/data/fetch.h"
#include "mondeq/data/find_files.h"
#include "mondeq/data/public_sets.h"

namespace mondeq {
namespace {

constexpr std::size_t kWidth = 100;

std::vector<std::string> Names() {
  std::vector<std::string> names;
  for (const PublicSet& set : PublicSets()) names.push_back(set.name);
  return names;
}

// Where the set is found without --data_dir, or how to get it.
std::string Place(const PublicSet& set) {
  std::vector<std::string> files;
  for (const PublicFile& file : set.files) {
    files.emplace_back(absl::StripSuffix(file.name, ".gz"));
  }
  const FileSearch search{set.name,
                          /*data_dir=*/"",
                          files,
                          /*named_folder=*/"",
                          {""},
                          /*idx=*/true};
  const absl::StatusOr<FoundFiles> found = FindFiles(search, files);
  return found.ok() ? found->folder
                    : absl::StrCat("not here; `mondeq data fetch ", set.name, "` gets it");
}

std::string ListOfSets() {
  std::string text;
  for (const PublicSet& set : PublicSets()) {
    double megabytes = 0;
    for (const PublicFile& file : set.downloads())
      megabytes += static_cast<double>(file.size) * 1e-6;
    absl::StrAppendFormat(&text, "%-15s%6.1f MB  %s\n", set.name, megabytes, Place(set));
  }
  return text;
}

absl::StatusOr<std::string> Mirror() {
  const std::string url = absl::GetFlag(FLAGS_mirror);
  const bool web = absl::StartsWith(url, "http://") || absl::StartsWith(url, "https://");
  const bool plain = std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c < 127; });
  if (url.empty() || (web && plain)) return std::string(absl::StripSuffix(url, "/"));
  return absl::InvalidArgumentError(absl::StrCat(
      "--mirror: expected the URL of a folder, http://... or https://..., found \"", url, "\""));
}

absl::Status Fetch(const std::string& name, Invocation& invocation) {
  const PublicSet* const known = FindPublicSet(name);
  if (known == nullptr) return absl::InvalidArgumentError(UnknownName("set", name, Names()));
  PublicSet set = *known;
  MONDEQ_ASSIGN_OR_RETURN(const std::string mirror, Mirror());
  if (!mirror.empty()) set.mirrors.insert(set.mirrors.begin(), mirror);
  const std::string given = absl::GetFlag(FLAGS_dir);
  const std::string dir = given.empty() ? DataHome() : given;
  if (dir.empty()) return absl::InvalidArgumentError("data fetch needs --dir=DIR without $HOME");
  const std::string folder = absl::StrCat(absl::StripSuffix(dir, "/"), "/", name);
  FetchProgress progress(invocation.out, invocation.err, invocation.terminal);
  const absl::Status status = FetchSet(set, folder, FetchLimits(), &progress);
  progress.Clear();
  if (!status.ok()) return Annotate(status, name);
  invocation.out << name << " is in " << folder
                 << (given.empty() ? "" : absl::StrCat("; pass --data_dir=", dir)) << "\n";
  return absl::OkStatus();
}

absl::Status Data(Invocation& invocation) {
  const std::vector<std::string>& arguments = invocation.arguments;
  if (!arguments.empty() && arguments[0] != "fetch") {
    return absl::InvalidArgumentError(UnknownName("action", arguments[0], {"fetch"}));
  }
  if (arguments.size() == 2) return Fetch(arguments[1], invocation);
  const bool flags = !absl::GetFlag(FLAGS_mirror).empty() || !absl::GetFlag(FLAGS_dir).empty();
  if (!arguments.empty() || flags) {
    return absl::InvalidArgumentError(
        absl::StrCat("data: expected \"fetch\" and a set, one of ", absl::StrJoin(Names(), ", ")));
  }
  invocation.out << ListOfSets();
  return absl::OkStatus();
}

}  // namespace

Verb DataVerb() {
  return {"data",
          "fetches public data sets, or tells where they are",
          "fetch SET",
          {},
          {"mirror", "dir"},
          Wrap(absl::StrCat("SET is one of ", absl::StrJoin(Names(), ", "),
                            "; without it they are listed with their sizes and where they are. The "
                            "official files come from the first place that has them whole; what "
                            "has come of a file stays as FILE.part, and the same command goes on "
                            "with it. Every file's SHA-256 is checked before it gets its name, and "
                            "what is there and sound stays."),
               0, kWidth) +
              Wrap("The files go into a folder of the set's name in --dir, by default "
                   "$XDG_DATA_HOME/mondeq or ~/.local/share/mondeq, where every verb finds them "
                   "without --data_dir.",
                   0, kWidth),
          {"mondeq data", "mondeq data fetch mnist",
           "mondeq data fetch cifar10 --dir=/data --mirror=https://mirror.example.org/cifar10"},
          Data};
}

}  // namespace mondeq
