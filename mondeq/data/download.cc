#include "mondeq/data/download.h"

#include <sys/stat.h>

#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "mondeq/core/status.h"
#include "mondeq/data/child_process.h"
#include "mondeq/data/part_file.h"

namespace mondeq {
namespace {

// curl's own codes for a server that does not go on in the middle of a file, and for answers that
// are errors of HTTP.
constexpr int kCurlRangeError = 33, kCurlHttpError = 22;

absl::StatusOr<std::string> Sha256(const std::string& path) {
  std::string output;
  MONDEQ_ASSIGN_OR_RETURN(const ChildEnd end,
                          RunChild({"sha256sum", "--", path}, [&](absl::string_view text) {
                            absl::StrAppend(&output, text);
                            return true;
                          }));
  absl::string_view sum = output;
  // Before a path with characters that are escaped.
  absl::ConsumePrefix(&sum, "\\");
  if (end.code == 0) return std::string(sum.substr(0, 64));
  return absl::NotFoundError(absl::StrCat(path, ": cannot be read: ", end.errors));
}

class Downloader {
 public:
  Downloader(const PublicFile& file, const FetchLimits& limits, FetchObserver* observer,
             PartFile* part)
      : file_(file), limits_(limits), observer_(observer), part_(part) {}

  // Whether the file is whole; one of other bytes is begun anew.
  absl::StatusOr<bool> Whole(std::string* fault) {
    if (part_->size() < file_.size) return false;
    MONDEQ_ASSIGN_OR_RETURN(*fault, Fault(part_->path(), file_));
    if (fault->empty()) return true;
    MONDEQ_RETURN_IF_ERROR(part_->Clear());
    return false;
  }

  // Fetches the file from one place. Returns what failed, "" if it is whole.
  absl::StatusOr<std::string> From(const std::string& url) {
    std::string failure;
    for (int attempt = 0; attempt < limits_.attempts; ++attempt) {
      const std::int64_t begin = part_->size();
      observer_->OnStart(url, begin, file_.size);
      MONDEQ_ASSIGN_OR_RETURN(const ChildEnd end, Curl(url));
      failure = Failure(end);
      const bool all = part_->size() == file_.size;
      MONDEQ_ASSIGN_OR_RETURN(const bool whole, Whole(&failure));
      if (whole) return std::string();
      const bool stuck = !all && part_->size() == begin;
      // The server has less than what has come from elsewhere, or only whole files.
      const bool refused =
          end.code == kCurlRangeError ||
          (end.code == kCurlHttpError && absl::StrContains(end.errors, "error: 416"));
      if (stuck && begin > 0 && refused) {
        MONDEQ_RETURN_IF_ERROR(part_->Clear());
        continue;
      }
      // All from here and wrong; of what began elsewhere that may have been it.
      if (stuck || (all && begin == 0)) break;
    }
    return failure;
  }

 private:
  // One transfer, from where the last one stopped.
  absl::StatusOr<ChildEnd> Curl(const std::string& url) {
    // Nothing from ~/.curlrc; only these protocols, here and wherever the server sends us.
    std::vector<std::string> argv = {"curl",
                                     "--disable",
                                     "--silent",
                                     "--show-error",
                                     "--fail",
                                     "--location",
                                     "--globoff",
                                     "--proto",
                                     "=http,https",
                                     "--proto-redir",
                                     "=http,https",
                                     "--max-redirs",
                                     "10",
                                     "--connect-timeout",
                                     absl::StrCat(limits_.connect_seconds),
                                     "--speed-limit",
                                     "1000",
                                     "--speed-time",
                                     absl::StrCat(limits_.stall_seconds),
                                     "--output",
                                     "-"};
    if (part_->size() > 0) {
      argv.insert(argv.end(), {"--continue-at", absl::StrCat(part_->size())});
    }
    argv.insert(argv.end(), {"--url", url});
    absl::Status written;
    const absl::StatusOr<ChildEnd> end = RunChild(argv, [&](absl::string_view bytes) {
      if (observer_->Interrupted()) return false;
      const auto most = static_cast<std::size_t>(file_.size - part_->size());
      written = part_->Append(bytes.substr(0, most));
      observer_->OnBytes(file_, part_->size());
      return written.ok() && part_->size() < file_.size;
    });
    MONDEQ_RETURN_IF_ERROR(written);
    if (absl::IsNotFound(end.status())) {
      return absl::NotFoundError(
          "curl is missing; install it with: apt-get install curl ca-certificates");
    }
    if (observer_->Interrupted()) {
      return absl::CancelledError(absl::StrCat("interrupted; ", part_->path(), " has ",
                                               part_->size(), " of ", file_.size,
                                               " bytes, and the same command goes on there"));
    }
    return end;
  }

  std::string Failure(const ChildEnd& end) const {
    const std::vector<absl::string_view> lines =
        absl::StrSplit(absl::StripSuffix(end.errors, "\n"), '\n');
    if (end.code == 0) {
      return absl::StrCat("expected ", file_.size, " bytes, found ", part_->size());
    }
    if (lines.back().empty()) return absl::StrCat("curl ended with code ", end.code);
    return std::string(absl::StripPrefix(lines.back(), "curl: "));
  }

  const PublicFile& file_;
  const FetchLimits& limits_;
  FetchObserver* const observer_;
  PartFile* const part_;
};

}  // namespace

absl::StatusOr<std::string> Fault(const std::string& path, const PublicFile& file) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0) return std::string("no such file");
  if (!S_ISREG(info.st_mode)) return std::string("expected a file, found something else");
  if (info.st_size != file.size) {
    return absl::StrCat("expected ", file.size, " bytes, found ", info.st_size);
  }
  MONDEQ_ASSIGN_OR_RETURN(const std::string found, Sha256(path));
  if (found == file.sha256) return std::string();
  return absl::StrCat("expected SHA-256 ", file.sha256, ", found ", found);
}

absl::Status Download(const PublicFile& file, const std::vector<std::string>& mirrors,
                      const std::string& folder, const FetchLimits& limits,
                      FetchObserver* observer) {
  MONDEQ_ASSIGN_OR_RETURN(const std::unique_ptr<PartFile> part,
                          PartFile::Open(absl::StrCat(folder, "/", file.name)));
  Downloader downloader(file, limits, observer, part.get());
  std::string fault;
  MONDEQ_ASSIGN_OR_RETURN(const bool whole, downloader.Whole(&fault));
  if (whole) return part->Finish();
  std::vector<std::string> failures;
  for (const std::string& mirror : mirrors) {
    const std::string url = absl::StrCat(mirror, "/", file.name);
    MONDEQ_ASSIGN_OR_RETURN(const std::string failure, downloader.From(url));
    if (failure.empty()) return part->Finish();
    failures.push_back(absl::StrCat(url, ": ", failure));
    if (failures.size() < mirrors.size()) observer->OnFailure(failures.back());
  }
  return absl::NotFoundError(
      absl::StrCat(file.name, ": cannot be fetched: ", absl::StrJoin(failures, "; "),
                   "; without a network copy the official file to ", folder));
}

}  // namespace mondeq
