#include "mondeq/cli/report_runs.h"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "mondeq/cli/output.h"
#include "mondeq/core/config_source.h"
#include "mondeq/core/file.h"
#include "mondeq/core/status.h"
#include "mondeq/data/check_dataset.h"
#include "mondeq/data/dataset.h"
#include "mondeq/data/encode_png.h"
#include "mondeq/training/experiment.h"

namespace mondeq {
namespace {

namespace fs = std::filesystem;

// Its own name, whatever "." and "/" it is written with.
std::string LastName(const std::string& folder) {
  std::error_code error;
  fs::path path = fs::absolute(folder, error).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();
  return path.filename().string();
}

// The contents of a file; "" where there is none.
absl::StatusOr<std::string> ReadIfThere(const std::string& path) {
  absl::StatusOr<std::string> contents = ReadFile(path);
  if (absl::IsNotFound(contents.status())) return "";
  return contents;
}

bool HoldsTraining(const std::string& folder) {
  const RunDirectory run(folder);
  std::error_code error;
  return fs::exists(run.metrics(), error) || fs::exists(run.experiment(), error);
}

// The folders of the trainings that `folder` stands for.
std::vector<std::string> Trainings(const std::string& folder) {
  std::vector<std::string> seeds;
  if (!HoldsTraining(folder)) {
    for (std::string& seed : SeedFolders(folder)) {
      if (HoldsTraining(seed)) seeds.push_back(std::move(seed));
    }
  }
  return seeds.empty() ? std::vector<std::string>{folder} : seeds;
}

// The test samples of the experiment whose config this is.
absl::StatusOr<Samples> TestSamples(const std::string& path, const std::string& config,
                                    const std::string& data_dir) {
  if (config.empty()) return absl::NotFoundError(absl::StrCat(path, ": no such file"));
  Experiment experiment;
  ConfigSource source;
  MONDEQ_RETURN_IF_ERROR(ParseConfig(config, path, {}, &experiment, &source));
  if (!experiment.has_data()) return source.Error(experiment, "", "missing field \"data\"");
  MONDEQ_ASSIGN_OR_RETURN(const std::unique_ptr<Dataset> dataset,
                          CreateDataset(experiment.data(), source, {data_dir}));
  return dataset->Load(Split::kTest);
}

absl::StatusOr<std::string> ImageOf(const Samples& samples, Index index) {
  const Index dim = samples.features.dim();
  Image image{samples.features, {}};
  image.pixels.assign(samples.pixels.begin() + index * dim,
                      samples.pixels.begin() + (index + 1) * dim);
  return EncodePng(image);
}

bool AreOf(const Samples& samples, const Predictions& predictions) {
  return std::equal(samples.labels.begin(), samples.labels.end(), predictions.samples.begin(),
                    predictions.samples.end(),
                    [](Index label, const Prediction& row) { return label == row.label; });
}

// Adds what the data set knows of the samples.
absl::Status AddSamples(const absl::StatusOr<Samples>& samples, ReportedAnswers* answers) {
  MONDEQ_RETURN_IF_ERROR(samples.status());
  if (!AreOf(*samples, answers->predictions)) {
    return absl::DataLossError(
        absl::StrCat("predictions.csv is of other samples than those in ", samples->source));
  }
  answers->class_names = samples->class_names;
  const Features& features = samples->features;
  const bool are_images = samples->are_pixels() && features.rows > 1 &&
                          (features.channels == 1 || features.channels == 3);
  if (!are_images) return absl::InvalidArgumentError("the samples are no images");
  for (const Index index : WorstSamples(answers->predictions)) {
    MONDEQ_ASSIGN_OR_RETURN(std::string image, ImageOf(*samples, index));
    answers->images.push_back(std::move(image));
  }
  return absl::OkStatus();
}

bool IsOlder(const std::string& one, const std::string& other) {
  std::error_code error, other_error;
  const auto time = fs::last_write_time(one, error),
             other_time = fs::last_write_time(other, other_error);
  return !error && !other_error && time < other_time;
}

absl::StatusOr<absl::optional<ReportedAnswers>> ReadAnswers(const RunDirectory& run,
                                                            const std::string& config,
                                                            const std::string& data_dir) {
  const absl::StatusOr<std::string> text = ReadFile(run.predictions());
  if (absl::IsNotFound(text.status())) return absl::optional<ReportedAnswers>();
  MONDEQ_RETURN_IF_ERROR(text.status());
  ReportedAnswers answers;
  MONDEQ_ASSIGN_OR_RETURN(answers.predictions, ParsePredictionsCsv(run.predictions(), *text));
  answers.are_old = IsOlder(run.predictions(), run.weights());
  const absl::Status added = AddSamples(TestSamples(run.experiment(), config, data_dir), &answers);
  if (!added.ok()) {
    answers.images.clear();
    answers.why_no_images = std::string(added.message());
  }
  return absl::make_optional(std::move(answers));
}

// Reads one training. Writes the text of its config to *config.
absl::StatusOr<ReportedSeed> ReadTraining(const std::string& folder, const std::string& data_dir,
                                          std::string* config) {
  const RunDirectory run(folder);
  ReportedSeed seed;
  MONDEQ_ASSIGN_OR_RETURN(*config, ReadIfThere(run.experiment()));
  const absl::StatusOr<std::string> metrics = ReadFile(run.metrics());
  const bool begun = absl::IsNotFound(metrics.status()) && !config->empty();
  if (!begun) MONDEQ_RETURN_IF_ERROR(metrics.status());
  MONDEQ_ASSIGN_OR_RETURN(seed.metrics,
                          ParseMetricsCsv(run.metrics(), begun ? MetricsCsv({}) : *metrics));
  MONDEQ_ASSIGN_OR_RETURN(seed.environment, ReadIfThere(run.environment()));
  MONDEQ_ASSIGN_OR_RETURN(seed.answers, ReadAnswers(run, *config, data_dir));
  return seed;
}

}  // namespace

std::vector<std::string> FilesOfRun(const std::string& folder) {
  std::vector<std::string> files;
  for (const std::string& training : Trainings(folder)) {
    const RunDirectory run(training);
    for (const std::string& file :
         {run.metrics(), run.experiment(), run.environment(), run.predictions()}) {
      files.push_back(file);
    }
  }
  return files;
}

absl::StatusOr<ReportedRun> ReadReportedRun(const std::string& folder,
                                            const std::string& data_dir) {
  ReportedRun run;
  for (const std::string& training : Trainings(folder)) {
    std::string config;
    MONDEQ_ASSIGN_OR_RETURN(ReportedSeed seed, ReadTraining(training, data_dir, &config));
    seed.name = LastName(training);
    if (run.seeds.empty()) run.config = std::move(config);
    run.seeds.push_back(std::move(seed));
  }
  return run;
}

std::vector<std::string> NamesOfRuns(const std::vector<std::string>& folders) {
  std::vector<std::string> names;
  for (const std::string& folder : folders) {
    const auto same = std::count_if(folders.begin(), folders.end(), [&](const std::string& other) {
      return LastName(other) == LastName(folder);
    });
    names.push_back(same == 1 && !LastName(folder).empty() ? LastName(folder) : folder);
  }
  return names;
}

}  // namespace mondeq
