#include "mondeq/cli/train_seeds.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "mondeq/cli/flags.h"
#include "mondeq/cli/interrupt.h"
#include "mondeq/cli/output.h"
#include "mondeq/cli/seed_summary.h"
#include "mondeq/core/file.h"
#include "mondeq/core/status.h"
#include "mondeq/core/utf8.h"
#include "mondeq/report/metrics_csv.h"

namespace mondeq {
namespace {

using Seeds = std::vector<std::int64_t>;

std::string FolderOf(std::int64_t seed) {
  return absl::StrCat(absl::GetFlag(FLAGS_out), "/", kSeedFolder, seed);
}

std::string SummaryFile() { return absl::GetFlag(FLAGS_out) + "/seeds.csv"; }

absl::StatusOr<Seeds> ParseSeeds(const std::string& list) {
  Seeds seeds;
  for (absl::string_view one : absl::StrSplit(list, ',')) {
    one = absl::StripAsciiWhitespace(one);
    std::int64_t seed = -1;
    if (!absl::SimpleAtoi(one, &seed) || seed < 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("--seeds: expected whole numbers >= 0 between commas, found \"", one, "\""));
    }
    if (std::find(seeds.begin(), seeds.end(), seed) != seeds.end()) {
      return absl::InvalidArgumentError(
          absl::StrCat("--seeds: expected every seed once, found ", seed, " twice"));
    }
    seeds.push_back(seed);
  }
  return seeds;
}

absl::Status CheckFlagsBeside() {
  const auto refuse = [](const char* why) {
    return absl::InvalidArgumentError(absl::StrCat("--seeds: ", why));
  };
  if (absl::GetFlag(FLAGS_seed).has_value()) return refuse("expected one of --seed and --seeds");
  if (absl::GetFlag(FLAGS_out).empty()) {
    return refuse("needs --out=DIR, where every run gets a folder");
  }
  if (absl::GetFlag(FLAGS_config).empty()) {
    return refuse("needs --config=FILE, the experiment of all runs");
  }
  if (absl::GetFlag(FLAGS_resume) == Choice::kYes) {
    return refuse("goes on by --resume=auto, which begins those runs that there are not yet");
  }
  return absl::OkStatus();
}

// A run that is in the way is told before the first seed is trained.
absl::Status CheckFolders(const Seeds& seeds) {
  const std::string out = absl::GetFlag(FLAGS_out);
  const auto refuse = [](const std::string& what) {
    return absl::InvalidArgumentError("--out: " + what);
  };
  if (RunDirectory(out).HasFiles()) {
    return refuse(out +
                  " holds a run, and --seeds makes a folder for each; give another directory");
  }
  if (std::filesystem::exists(out)) MONDEQ_RETURN_IF_ERROR(CheckWritable(SummaryFile()));
  if (absl::GetFlag(FLAGS_resume) == Choice::kAuto) return absl::OkStatus();
  const std::string advice = "; give another directory, or --resume=auto to go on";
  for (const std::int64_t seed : seeds) {
    if (RunDirectory(FolderOf(seed)).HasFiles()) {
      return refuse(FolderOf(seed) + " holds a run already" + advice);
    }
  }
  if (!std::filesystem::exists(SummaryFile())) return absl::OkStatus();
  return refuse(SummaryFile() + " is there already" + advice);
}

absl::StatusOr<SeedResult> ReadResult(std::int64_t seed) {
  const std::string path = RunDirectory(FolderOf(seed)).metrics();
  MONDEQ_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  MONDEQ_ASSIGN_OR_RETURN(const MetricsTable table, ParseMetricsCsv(path, text));
  return ResultOf(seed, table);
}

absl::Status Summarize(const Seeds& seeds, std::ostream& shown) {
  std::vector<SeedResult> results;
  for (const std::int64_t seed : seeds) {
    MONDEQ_ASSIGN_OR_RETURN(results.emplace_back(), ReadResult(seed));
  }
  MONDEQ_RETURN_IF_ERROR(WriteFileAtomically(SummaryFile(), SeedsCsv(results)));
  shown << SeedsText(results) << "written to " << Printable(SummaryFile()) << std::endl;
  return absl::OkStatus();
}

}  // namespace

absl::Status TrainSeeds(const std::function<absl::Status(const std::string& folder)>& train,
                        std::ostream& shown) {
  MONDEQ_RETURN_IF_ERROR(CheckFlagsBeside());
  MONDEQ_ASSIGN_OR_RETURN(const Seeds seeds, ParseSeeds(absl::GetFlag(FLAGS_seeds)));
  MONDEQ_RETURN_IF_ERROR(CheckFolders(seeds));
  // A signal that comes when a run has just ended is not lost.
  const InterruptWatch watch;
  for (std::size_t i = 0; i < seeds.size(); ++i) {
    if (i > 0 && watch.Interrupted()) {
      return absl::CancelledError(absl::StrCat("interrupted before the run of seed ", seeds[i],
                                               "; --resume=auto goes on from there"));
    }
    absl::SetFlag(&FLAGS_seed, seeds[i]);
    shown << "seed " << seeds[i] << ", " << i + 1 << " of " << seeds.size() << std::endl;
    MONDEQ_RETURN_IF_ERROR(train(FolderOf(seeds[i])));
  }
  return Summarize(seeds, shown);
}

}  // namespace mondeq
