// Where results go. Paths are checked before anything is computed, so that no work is lost to a bad
// one.
#ifndef MONDEQ_CLI_OUTPUT_H_
#define MONDEQ_CLI_OUTPUT_H_

#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mondeq/core/file_lock.h"
#include "mondeq/training/metrics.h"

namespace mondeq {

// Whether `path` can be created or replaced. Errors: kNotFound, kPermissionDenied.
absl::Status CheckWritable(const std::string& path);

// A file that a verb reads, and its flag.
struct InputFile {
  const char* flag;
  std::string path;
};

// Keeps other runs out of the folder --out for as long as the result lives. Errors:
// kInvalidArgument if another run writes there, naming its process; those of the file system.
absl::StatusOr<std::unique_ptr<FileLock>> LockFolder(const std::string& folder);

// Makes the folder --out, keeps other runs out of it, and checks that results of these names are
// not there yet and can be written. Errors: those of MakeFolder, LockFolder and CheckWritable;
// kInvalidArgument if there is one.
absl::StatusOr<std::unique_ptr<FileLock>> TakeFolder(const std::string& folder,
                                                     const std::vector<std::string>& names);

// Whether a result can be written to `path`, the value of that flag. Errors: those of
// CheckWritable; kInvalidArgument if it is one of the inputs, by whatever name, or one of the files
// of a run.
absl::Status CheckOutput(const std::string& path, const std::vector<InputFile>& inputs,
                         const char* flag = "output");

// What the folders of runs that differ in their seed begin with, in a folder that they share.
inline constexpr char kSeedFolder[] = "seed-";
// Those that are in `folder`, in the order of their seeds, whatever is in them.
std::vector<std::string> SeedFolders(const std::string& folder);

// The folder of a run:
//   experiment.textproto  the experiment as resolved: overrides merged, defaults explicit
//   metrics.csv           a row per epoch
//   weights.safetensors   the parameters after the last epoch, with their config
//   best.safetensors      those after the best epoch (BestEpoch)
//   environment.txt       what it runs on
//   checkpoint/           what --resume needs to go on
//   .mondeq-lock          while a run writes here: by which process
class RunDirectory {
 public:
  explicit RunDirectory(std::string path) : path_(std::move(path)) {}

  // Makes the directory where it does not exist, keeps other runs out of it for as long as this
  // lives, removes temporary files of runs that were killed and checks that all files can be
  // written. Errors: kInvalidArgument if another run writes here, naming its process, or if this is
  // inside the folder of another run or has runs of several seeds in it; without `resume` also if
  // there is a run, or another experiment than this text; with `resume` kNotFound if there is no
  // checkpoint; kNotFound and kPermissionDenied of the file system.
  absl::Status Open(const std::string& experiment, bool resume);
  // Whether others are kept out, which not every file system can do.
  bool excludes_others() const { return lock_ != nullptr && lock_->excludes_others(); }

  // Whether there is anything of a run but its config.
  bool HasFiles() const;
  // Whether there is a run that can be resumed.
  bool HasCheckpoint() const;

  // Whether the directory is still there. Errors: kNotFound if it was moved, removed or replaced.
  absl::Status CheckInPlace() const;

  // Both are atomic, see file.h.
  absl::Status WriteExperiment(const std::string& text) const;
  absl::Status WriteMetrics(const std::vector<EpochMetrics>& history) const;

  const std::string& path() const { return path_; }
  std::string experiment() const { return path_ + "/experiment.textproto"; }
  std::string metrics() const { return path_ + "/metrics.csv"; }
  std::string weights() const { return path_ + "/weights.safetensors"; }
  std::string best() const { return path_ + "/best.safetensors"; }
  std::string checkpoint() const { return path_ + "/checkpoint"; }
  std::string lock_file() const;
  std::string environment() const { return path_ + "/environment.txt"; }
  // What `eval --output` may have written here.
  std::string predictions() const { return path_ + "/predictions.csv"; }

 private:
  absl::Status CheckUnused(const std::string& experiment) const;

  std::string path_;
  std::unique_ptr<FileLock> lock_;
};

// A text as a cell of a CSV, in quotes where it needs them.
std::string CsvCell(const std::string& text);

// "1 of 3 samples did not converge".
std::string NotConverged(const SolveTally& solves);

// Writes one line on `err` about something that is no error, "mondeq: warning: TEXT", which is one
// line whatever is in the text.
void Warn(std::ostream& err, const std::string& text);

}  // namespace mondeq

#endif  // MONDEQ_CLI_OUTPUT_H_
