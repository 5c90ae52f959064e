#include "mondeq/cli/output.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "mondeq/core/file.h"
#include "mondeq/core/status.h"
#include "mondeq/core/utf8.h"
#include "mondeq/report/metrics_csv.h"
#include "mondeq/training/checkpoint_files.h"

namespace mondeq {
namespace {

namespace fs = std::filesystem;

std::string LockFileIn(const std::string& folder) { return folder + "/.mondeq-lock"; }

bool Exists(const std::string& path) {
  struct stat info;
  return lstat(path.c_str(), &info) == 0;
}

absl::Status CannotWrite(const std::string& path, absl::string_view why) {
  return absl::PermissionDeniedError(absl::StrCat(path, ": cannot write: ", why));
}

absl::Status CheckDirectory(const std::string& path, const std::string& directory) {
  struct stat info;
  if (stat(directory.c_str(), &info) != 0) {
    return absl::NotFoundError(
        absl::StrCat(path, ": cannot write: ", directory, ": ", strerror(errno)));
  }
  if (!S_ISDIR(info.st_mode)) return CannotWrite(path, directory + " is not a directory");
  if (access(directory.c_str(), W_OK | X_OK) != 0) {
    return CannotWrite(path, absl::StrCat(directory, ": ", strerror(errno)));
  }
  return absl::OkStatus();
}

// Whether both lead to the same file, through links or not. Devices and pipes are not replaced.
bool AreOneFile(const std::string& one, const std::string& other) {
  struct stat a, b;
  return stat(one.c_str(), &a) == 0 && stat(other.c_str(), &b) == 0 && S_ISREG(a.st_mode) &&
         a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

// Returns `path` without links, "." and "..", as far as it exists.
fs::path Resolved(const std::string& path) {
  std::error_code error;
  const fs::path resolved = fs::weakly_canonical(fs::absolute(path, error), error);
  return error ? fs::path(path) : resolved;
}

// Whether a run is in this folder: one that can be resumed, or one that writes now.
bool HoldsRun(const fs::path& folder) {
  const RunDirectory run(folder.string());
  return run.HasCheckpoint() || FileLock::IsHeld(run.lock_file());
}

// Returns the folder of the run whose file `path` is, or "".
std::string RunThatWrites(const std::string& path) {
  const fs::path file = Resolved(path), parent = file.parent_path();
  const RunDirectory here(parent.string()), above(parent.parent_path().string());
  if (parent == above.checkpoint() && HoldsRun(above.path())) return above.path();
  const bool has_name = file == here.experiment() || file == here.metrics() ||
                        file == here.weights() || file == here.best() ||
                        file == here.environment() || file == here.lock_file();
  return has_name && HoldsRun(parent) ? parent.string() : "";
}

// Returns the folder of the run that this folder is inside of, or "".
std::string RunAround(const std::string& folder) {
  fs::path above = Resolved(folder);
  while (above != above.parent_path()) {
    above = above.parent_path();
    if (HoldsRun(above)) return above.string();
  }
  return "";
}

// Returns a folder of a run by its seed that is in this folder, or "".
std::string RunOfSeedIn(const std::string& folder) {
  for (const std::string& seed : SeedFolders(folder)) {
    if (RunDirectory(seed).HasFiles()) return seed;
  }
  return "";
}

}  // namespace

std::vector<std::string> SeedFolders(const std::string& folder) {
  std::vector<std::pair<std::int64_t, std::string>> found;
  std::error_code error;
  fs::directory_iterator entry(folder, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    absl::string_view number = name;
    std::int64_t seed = -1;
    if (absl::ConsumePrefix(&number, kSeedFolder) && absl::SimpleAtoi(number, &seed)) {
      found.emplace_back(seed, absl::StrCat(absl::StripSuffix(folder, "/"), "/", name));
    }
  }
  std::sort(found.begin(), found.end());
  std::vector<std::string> folders;
  for (auto& [seed, path] : found) folders.push_back(std::move(path));
  return folders;
}

absl::Status CheckWritable(const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) == 0) {
    if (S_ISDIR(info.st_mode)) return CannotWrite(path, "it is a directory");
    if (access(path.c_str(), W_OK) != 0) return CannotWrite(path, strerror(errno));
    if (!S_ISREG(info.st_mode)) return absl::OkStatus();  // a device or pipe is not replaced
  }
  const std::string parent = fs::path(path).parent_path().string();
  return CheckDirectory(path, parent.empty() ? "." : parent);
}

absl::StatusOr<std::unique_ptr<FileLock>> LockFolder(const std::string& folder) {
  MONDEQ_RETURN_IF_ERROR(CheckDirectory(folder, folder));
  absl::StatusOr<std::unique_ptr<FileLock>> lock = FileLock::Take(LockFileIn(folder));
  if (!absl::IsAlreadyExists(lock.status())) return lock;
  return absl::InvalidArgumentError(
      absl::StrCat("--out: ", folder, " is in use by ", lock.status().message(),
                   "; give another directory, or wait until that run has ended"));
}

absl::StatusOr<std::unique_ptr<FileLock>> TakeFolder(const std::string& folder,
                                                     const std::vector<std::string>& names) {
  MONDEQ_RETURN_IF_ERROR(MakeFolder(folder));
  MONDEQ_ASSIGN_OR_RETURN(std::unique_ptr<FileLock> lock, LockFolder(folder));
  for (const std::string& name : names) {
    const std::string file = absl::StrCat(folder, "/", name);
    MONDEQ_RETURN_IF_ERROR(CheckWritable(file));
    if (Exists(file)) {
      return absl::InvalidArgumentError(
          absl::StrCat("--out: ", file, " is there already; give another directory or remove it"));
    }
  }
  return lock;
}

absl::Status CheckOutput(const std::string& path, const std::vector<InputFile>& inputs,
                         const char* flag) {
  MONDEQ_RETURN_IF_ERROR(CheckWritable(path));
  for (const InputFile& input : inputs) {
    if (!AreOneFile(path, input.path)) continue;
    return absl::InvalidArgumentError(absl::StrCat("--", flag, ": ", path, " is the file of --",
                                                   input.flag, "; give another file"));
  }
  const std::string run = RunThatWrites(path);
  if (run.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "--", flag, ": ", path, " is a file of the run in ", run, "; give another file"));
}

absl::Status RunDirectory::CheckUnused(const std::string& text) const {
  for (const std::string& file : {metrics(), weights(), best(), checkpoint()}) {
    // A run that was killed in its first checkpoint leaves an empty folder.
    if (file == checkpoint() ? !HasCheckpoint() : !Exists(file)) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("--out: ", file,
                     " is there already; give another directory, or --resume to go on with "
                     "that run"));
  }
  // A run that ended in its first epoch leaves nothing else; it may be started again.
  if (!Exists(experiment())) return absl::OkStatus();
  const absl::StatusOr<std::string> old = ReadFile(experiment());
  if (old.ok() && *old == text) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "--out: ", experiment(), " is another experiment; give another directory or remove it"));
}

bool RunDirectory::HasFiles() const {
  return HoldsRun(path_) || Exists(metrics()) || Exists(weights()) || Exists(best());
}

bool RunDirectory::HasCheckpoint() const { return !CheckpointsIn(checkpoint()).empty(); }

std::string RunDirectory::lock_file() const { return LockFileIn(path_); }

absl::Status RunDirectory::CheckInPlace() const {
  if (lock_ == nullptr || lock_->IsInPlace()) return absl::OkStatus();
  return absl::NotFoundError(absl::StrCat(
      path_, ": the folder of this run was moved, removed or replaced while it went on"));
}

absl::Status RunDirectory::Open(const std::string& text, bool resume) {
  const std::string around = RunAround(path_);
  if (!around.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("--out: ", path_,
                                                   " is inside the folder of another run, ", around,
                                                   "; give a directory outside of it"));
  }
  const std::string inside = RunOfSeedIn(path_);
  if (!inside.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("--out: ", path_,
                                                   " has runs of several seeds, such as ", inside,
                                                   "; give another directory, or --seeds"));
  }
  if (resume && !Exists(checkpoint())) {
    return absl::NotFoundError(
        absl::StrCat(checkpoint(), ": no such checkpoint: there is nothing to resume"));
  }
  MONDEQ_RETURN_IF_ERROR(MakeFolder(path_));
  // What is there is looked at under the lock: another run may be about to write it.
  MONDEQ_ASSIGN_OR_RETURN(lock_, LockFolder(path_));
  for (const std::string& folder : {path_, checkpoint()}) RemoveStaleTemporaries(folder);
  if (!resume) MONDEQ_RETURN_IF_ERROR(CheckUnused(text));
  for (const std::string& file : {experiment(), metrics(), weights(), best(), environment()}) {
    MONDEQ_RETURN_IF_ERROR(CheckWritable(file));
  }
  if (resume) MONDEQ_RETURN_IF_ERROR(CheckDirectory(checkpoint(), checkpoint()));
  return absl::OkStatus();
}

absl::Status RunDirectory::WriteExperiment(const std::string& text) const {
  return WriteFileAtomically(experiment(), text);
}

absl::Status RunDirectory::WriteMetrics(const std::vector<EpochMetrics>& history) const {
  return WriteFileAtomically(metrics(), MetricsCsv(history));
}

std::string CsvCell(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  return absl::StrCat("\"", absl::StrReplaceAll(text, {{"\"", "\"\""}}), "\"");
}

std::string NotConverged(const SolveTally& solves) {
  return absl::StrCat(solves.unconverged(), " of ", solves.samples(),
                      solves.samples() == 1 ? " sample" : " samples", " did not converge");
}

void Warn(std::ostream& err, const std::string& text) {
  err << "mondeq: warning: " << Printable(text) << "\n";
}

}  // namespace mondeq
