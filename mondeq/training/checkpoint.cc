#include "mondeq/training/checkpoint.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "mondeq/core/config_difference.h"
#include "mondeq/core/config_source.h"
#include "mondeq/core/file.h"
#include "mondeq/core/safetensors.h"
#include "mondeq/core/status.h"
#include "mondeq/model/weights.h"
#include "mondeq/training/checkpoint_files.h"

namespace mondeq {
namespace {

constexpr char kParameter[] = "param.";
constexpr char kOptimizer[] = "optimizer.";
constexpr char kHistory[] = "history";
constexpr char kEpoch[] = "epoch";
constexpr char kExperiment[] = "experiment";
constexpr char kRecoveries[] = "recoveries";
constexpr char kStepsPerEpoch[] = "steps_per_epoch";

HostArray PackHistory(const std::vector<EpochMetrics>& history) {
  std::vector<double> values;
  for (const EpochMetrics& metrics : history) {
    ForEachMetric(metrics, [&](const char*, auto v) { values.push_back(static_cast<double>(v)); });
  }
  const auto epochs = static_cast<Index>(history.size());
  const Index columns = history.empty() ? 0 : static_cast<Index>(values.size()) / epochs;
  return HostArray::From<double>({epochs, columns}, values);
}

// The names of an array's columns as the file has them. Earlier versions did not write them.
std::vector<std::string> ColumnsIn(const Safetensors& file) {
  const auto found = file.metadata.find(kHistory);
  if (found != file.metadata.end()) return absl::StrSplit(found->second, ',');
  return {"epoch",
          "train_loss",
          "train_accuracy",
          "test_loss",
          "test_accuracy",
          "forward_iterations",
          "backward_iterations",
          "forward_not_converged",
          "backward_not_converged",
          "alpha",
          "seconds"};
}

// Sets *value to what was packed as `number`. Returns false if that is not one of a count, which
// any file may have in its place.
bool Unpack(double number, double* value) {
  *value = number;
  return true;
}
bool Unpack(double number, Index* count) {
  constexpr double kMost = 9007199254740992;  // 2^53: up to there a double holds every count
  if (!(number >= 0 && number <= kMost && std::floor(number) == number)) return false;
  *count = static_cast<Index>(number);
  return true;
}

// Returns false if the array is not one that PackHistory made.
bool UnpackHistory(const HostArray& array, const std::vector<std::string>& columns,
                   std::vector<EpochMetrics>* history) {
  const auto count = static_cast<Index>(columns.size());
  const bool sound = array.type == ElementType::kFloat64 && array.shape.size() == 2 &&
                     (array.shape[0] == 0 || array.shape[1] == count);
  if (!sound) return false;
  const std::vector<double> values = array.ToDoubles();
  history->assign(static_cast<std::size_t>(array.shape[0]), EpochMetrics());
  bool all_fit = true;
  auto row = values.begin();
  const bool validated =
      std::find(columns.begin(), columns.end(), "validation_loss") != columns.end();
  for (EpochMetrics& metrics : *history) {
    if (validated) metrics.validation.emplace();
    ForEachMetric(metrics, [&](const char* name, auto& v) {
      using Value = std::remove_reference_t<decltype(v)>;
      const auto column = std::find(columns.begin(), columns.end(), name);
      if (column == columns.end()) {
        v = std::numeric_limits<Value>::quiet_NaN();  // 0 of an integer
      } else {
        all_fit = Unpack(row[column - columns.begin()], &v) && all_fit;
      }
    });
    row += count;
  }
  return all_fit;
}

HostArray PackSums(const EpochSums& sums) {
  std::vector<double> values;
  ForEachSum(sums, [&](const std::string&, auto v) { values.push_back(static_cast<double>(v)); });
  return HostArray::From<double>({static_cast<Index>(values.size())}, values);
}

// Earlier versions wrote no sums, for they wrote checkpoints at the ends of epochs alone.
absl::Status UnpackSums(const std::string& path, const Safetensors& file, EpochSums* sums) {
  const auto found = file.arrays.find(kEpoch);
  const auto names = file.metadata.find(kEpoch);
  if (found == file.arrays.end()) return absl::OkStatus();
  const std::vector<std::string> expected = SumNames();
  const HostArray& array = found->second;
  bool sound = names != file.metadata.end() && names->second == absl::StrJoin(expected, ",") &&
               array.type == ElementType::kFloat64 &&
               array.shape == std::vector<Index>{static_cast<Index>(expected.size())};
  if (sound) {
    const std::vector<double> values = array.ToDoubles();
    auto value = values.begin();
    ForEachSum(*sums,
               [&](const std::string&, auto& sum) { sound = Unpack(*value++, &sum) && sound; });
  }
  if (sound) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(path, ": ", kEpoch, ": expected F64 of shape [",
                                          expected.size(), "] with ", absl::StrJoin(expected, ","),
                                          ", whole numbers where they are counts, found ",
                                          ToString(array)));
}

std::string ToText(const std::vector<ConfigDifference>& differences) {
  return absl::StrJoin(differences, "; ", [](std::string* out, const ConfigDifference& one) {
    absl::StrAppend(out, one.path, ": ", one.first, " -> ", one.second);
  });
}

// Refuses another experiment, and says what else is different.
absl::Status CheckExperiment(const std::string& path, const std::string& saved_text,
                             const Experiment& experiment, SavedRun* run) {
  Experiment saved, now = experiment;
  ConfigSource source;
  MONDEQ_RETURN_IF_ERROR(
      ParseConfig(saved_text, absl::StrCat(path, " (experiment)"), {}, &saved, &source));
  run->epochs = saved.training().epochs();
  for (Experiment* const one : {&saved, &now}) {
    MakeDefaultsExplicit(one);
    one->mutable_training()->clear_epochs();
  }
  std::vector<ConfigDifference> others = Differences(saved, now);
  const auto name = std::partition(others.begin(), others.end(),
                                   [](const ConfigDifference& one) { return one.path != "name"; });
  const std::vector<ConfigDifference> names(name, others.end());
  others.erase(name, others.end());
  if (!others.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": this checkpoint is of another experiment: ", ToText(others)));
  }
  if (!names.empty()) run->warnings.push_back(absl::StrCat(path, ": ", ToText(names)));
  return absl::OkStatus();
}

// Sets *value to the whole number in metadata `key`, if it is there: earlier versions wrote none.
absl::Status FindCount(const std::string& path, const Safetensors& file, const std::string& key,
                       Index* value) {
  const auto found = file.metadata.find(key);
  if (found == file.metadata.end()) return absl::OkStatus();
  if (absl::SimpleAtoi(found->second, value) && *value >= 0) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat(path, ": metadata ", key, ": expected a number, found \"", found->second, "\""));
}

// Where a file does not say how many steps an epoch had these are all that there are. `done` is how
// many of them its sums are of.
absl::Status CheckSteps(const std::string& path, const Safetensors& file, Index done,
                        Index steps_per_epoch) {
  Index saved = steps_per_epoch;
  MONDEQ_RETURN_IF_ERROR(FindCount(path, file, kStepsPerEpoch, &saved));
  if (done > saved) {
    return absl::DataLossError(
        absl::StrCat(path, ": ", kEpoch, ": expected at most ", saved, " batches, found ", done));
  }
  if (saved == steps_per_epoch) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(path, ": an epoch of this run has ", saved,
                                                 " batches, now ", steps_per_epoch,
                                                 ": --limit_batches must be what it was"));
}

absl::Status CheckOptimizer(const std::string& path, const Safetensors& file,
                            const std::vector<Optimizer::State>& states) {
  for (const Optimizer::State& state : states) {
    const auto found = file.arrays.find(kOptimizer + state.name);
    if (found == file.arrays.end() || !Fits(found->second, state.tensor)) {
      return absl::DataLossError(
          absl::StrCat(path, ": ", kOptimizer, state.name, ": expected ", kFloatTypes, " of shape ",
                       state.tensor.shape().ToString(), ", found ",
                       found == file.arrays.end() ? "none" : ToString(found->second)));
    }
    MONDEQ_RETURN_IF_ERROR(CheckFinite(found->second, state.tensor.dtype(),
                                       absl::StrCat(path, ": ", kOptimizer, state.name)));
  }
  return absl::OkStatus();
}

absl::StatusOr<SavedRun> Take(const std::string& path, const Safetensors& file,
                              const RunIdentity& identity, const Optimizer& optimizer,
                              Model* model) {
  const auto text = file.metadata.find(kExperiment);
  const auto packed = file.arrays.find(kHistory);
  SavedRun run;
  run.path = path;
  if (text == file.metadata.end() || packed == file.arrays.end()) {
    return absl::DataLossError(
        absl::StrCat(path, ": expected a checkpoint, found other safetensors"));
  }
  const std::vector<std::string> columns = ColumnsIn(file);
  if (!UnpackHistory(packed->second, columns, &run.state.history)) {
    return absl::DataLossError(
        absl::StrCat(path, ": ", kHistory, ": expected F64 of shape [N, ", columns.size(),
                     "] with whole numbers of epochs, found ", ToString(packed->second)));
  }
  MONDEQ_RETURN_IF_ERROR(UnpackSums(path, file, &run.state.sums));
  MONDEQ_RETURN_IF_ERROR(CheckExperiment(path, text->second, identity.experiment, &run));
  MONDEQ_RETURN_IF_ERROR(CheckSameData(path, file.metadata, identity.data));
  MONDEQ_RETURN_IF_ERROR(CheckSteps(path, file, run.state.sums.batches, identity.steps_per_epoch));
  MONDEQ_RETURN_IF_ERROR(FindCount(path, file, kRecoveries, &run.state.recoveries));
  const std::vector<Optimizer::State> states = optimizer.state();
  MONDEQ_RETURN_IF_ERROR(CheckOptimizer(path, file, states));
  MONDEQ_RETURN_IF_ERROR(TakeParameters(path, kParameter, file, model));
  for (const Optimizer::State& state : states) {
    MONDEQ_CHECK(
        FromHostArray(model->device(), file.arrays.at(kOptimizer + state.name), state.tensor));
  }
  // Alpha may be that of earlier weights. At the end of an epoch that of gradients is not needed
  // any more: it is chosen before the next batch.
  if (run.state.sums.batches > 0) {
    model->set_alpha(run.state.sums.alpha);
    model->adjoint().set_alpha(run.state.sums.adjoint_alpha);
  } else if (!run.state.history.empty() && run.state.history.back().train.alpha > 0) {
    model->set_alpha(run.state.history.back().train.alpha);
  }
  return run;
}

absl::StatusOr<SavedRun> LoadFrom(const std::string& path, const RunIdentity& identity,
                                  const Optimizer& optimizer, Model* model) {
  MONDEQ_ASSIGN_OR_RETURN(const Safetensors file, ReadSafetensors(path));
  return Take(path, file, identity, optimizer, model);
}

}  // namespace

absl::StatusOr<SavedRun> TakeCheckpoint(const std::string& path, absl::string_view contents,
                                        const RunIdentity& run, const Optimizer& optimizer,
                                        Model* model) {
  MONDEQ_ASSIGN_OR_RETURN(const Safetensors file, ParseSafetensors(contents, path));
  return Take(path, file, run, optimizer, model);
}

absl::StatusOr<std::string> SaveCheckpoint(const std::string& directory, Index keep,
                                           const RunIdentity& run, const RunState& state,
                                           const Optimizer& optimizer, Model& model) {
  Safetensors file;
  MONDEQ_RETURN_IF_ERROR(PutParameters(model, kParameter, &file));
  MONDEQ_RETURN_IF_ERROR(MakeFolder(directory));
  for (const Optimizer::State& one : optimizer.state()) {
    file.arrays[kOptimizer + one.name] = ToHostArray(model.device(), one.tensor);
  }
  file.arrays[kHistory] = PackHistory(state.history);
  file.arrays[kEpoch] = PackSums(state.sums);
  file.metadata["format"] = kCheckpointFormat;
  file.metadata[kHistory] = absl::StrJoin(MetricNames(state.history), ",");
  file.metadata[kEpoch] = absl::StrJoin(SumNames(), ",");
  file.metadata[kExperiment] = ToTextproto(run.experiment);
  file.metadata[kRecoveries] = absl::StrCat(state.recoveries);
  file.metadata[kStepsPerEpoch] = absl::StrCat(run.steps_per_epoch);
  PutData(run.data, &file.metadata);
  const Index steps = state.steps_done(run.steps_per_epoch);
  const std::string path = CheckpointPath(directory, steps);
  MONDEQ_RETURN_IF_ERROR(WriteSafetensors(path, file));
  RemoveOtherCheckpoints(directory, steps, keep);
  return path;
}

absl::StatusOr<SavedRun> LoadCheckpoint(const std::string& directory, const RunIdentity& run,
                                        const Optimizer& optimizer, Model* model) {
  const std::vector<std::string> paths = CheckpointsIn(directory);
  if (paths.empty()) return absl::NotFoundError(absl::StrCat(directory, ": no checkpoint in it"));
  std::vector<absl::Status> damages;
  for (const std::string& path : paths) {
    absl::StatusOr<SavedRun> saved = LoadFrom(path, run, optimizer, model);
    if (!saved.ok() && !absl::IsDataLoss(saved.status())) return saved.status();
    if (!saved.ok()) {
      damages.push_back(saved.status());
      continue;
    }
    for (std::size_t i = 0; i < damages.size(); ++i) {
      MONDEQ_ASSIGN_OR_RETURN(const std::string aside, SetAside(paths[i]));
      saved->warnings.push_back(absl::StrCat(damages[i].message(), "; set aside as ", aside,
                                             "; the run goes on from ", path));
    }
    return saved;
  }
  return damages.front();
}

}  // namespace mondeq
