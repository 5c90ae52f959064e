#include "mondeq/training/checkpoint.h"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <system_error>
#include <type_traits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "mondeq/core/config_difference.h"
#include "mondeq/core/config_source.h"
#include "mondeq/core/safetensors.h"
#include "mondeq/core/status.h"
#include "mondeq/model/weights.h"

namespace mondeq {
namespace {

constexpr char kParameter[] = "param.";
constexpr char kOptimizer[] = "optimizer.";
constexpr char kHistory[] = "history";
constexpr char kExperiment[] = "experiment";

absl::Status MakeDirectory(const std::string& directory) {
  std::error_code error;
  std::filesystem::create_directory(directory, error);
  if (!error) return absl::OkStatus();
  const std::string text =
      absl::StrCat(directory, ": cannot make this directory: ", error.message());
  return error == std::errc::no_space_on_device ? absl::ResourceExhaustedError(text)
                                                : absl::PermissionDeniedError(text);
}

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

// Returns false if the array is not one that PackHistory made.
bool UnpackHistory(const HostArray& array, const std::vector<std::string>& columns,
                   std::vector<EpochMetrics>* history) {
  const auto count = static_cast<Index>(columns.size());
  const bool sound = array.type == ElementType::kFloat64 && array.shape.size() == 2 &&
                     (array.shape[0] == 0 || array.shape[1] == count);
  if (!sound) return false;
  const std::vector<double> values = array.ToDoubles();
  history->assign(static_cast<std::size_t>(array.shape[0]), EpochMetrics());
  auto row = values.begin();
  for (EpochMetrics& metrics : *history) {
    ForEachMetric(metrics, [&](const char* name, auto& v) {
      using Value = std::remove_reference_t<decltype(v)>;
      const auto column = std::find(columns.begin(), columns.end(), name);
      v = column == columns.end() ? std::numeric_limits<Value>::quiet_NaN()  // 0 of an integer
                                  : static_cast<Value>(row[column - columns.begin()]);
    });
    row += count;
  }
  return true;
}

// The part of an experiment that must be the same for a run to go on.
Experiment Essence(Experiment experiment) {
  MakeDefaultsExplicit(&experiment);
  experiment.mutable_training()->clear_epochs();
  return experiment;
}

absl::Status CheckExperiment(const std::string& path, const std::string& saved_text,
                             const Experiment& experiment, Index* epochs) {
  Experiment saved;
  ConfigSource source;
  MONDEQ_RETURN_IF_ERROR(
      ParseConfig(saved_text, absl::StrCat(path, " (experiment)"), {}, &saved, &source));
  *epochs = saved.training().epochs();
  const auto difference = FirstDifference(Essence(saved), Essence(experiment));
  if (!difference.has_value()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(path, ": this checkpoint is of another experiment: ", difference->path, ": ",
                   difference->first, " -> ", difference->second));
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

}  // namespace

std::string CheckpointPath(const std::string& directory) {
  return absl::StrCat(directory, "/state.safetensors");
}

absl::Status SaveCheckpoint(const std::string& directory, const Experiment& experiment,
                            const RunData& data, const std::vector<EpochMetrics>& history,
                            const Optimizer& optimizer, Model& model) {
  Safetensors file;
  MONDEQ_RETURN_IF_ERROR(PutParameters(model, kParameter, &file));
  MONDEQ_RETURN_IF_ERROR(MakeDirectory(directory));
  for (const Optimizer::State& state : optimizer.state()) {
    file.arrays[kOptimizer + state.name] = ToHostArray(model.device(), state.tensor);
  }
  file.arrays[kHistory] = PackHistory(history);
  file.metadata["format"] = kCheckpointFormat;
  file.metadata[kHistory] = absl::StrJoin(MetricNames(), ",");
  file.metadata[kExperiment] = ToTextproto(experiment);
  PutData(data, &file.metadata);
  return WriteSafetensors(CheckpointPath(directory), file);
}

absl::StatusOr<SavedRun> LoadCheckpoint(const std::string& directory, const Experiment& experiment,
                                        const RunData& data, const Optimizer& optimizer,
                                        Model* model) {
  const std::string path = CheckpointPath(directory);
  MONDEQ_ASSIGN_OR_RETURN(const Safetensors file, ReadSafetensors(path));
  const auto text = file.metadata.find(kExperiment);
  const auto packed = file.arrays.find(kHistory);
  SavedRun run;
  if (text == file.metadata.end() || packed == file.arrays.end()) {
    return absl::DataLossError(
        absl::StrCat(path, ": expected a checkpoint, found other safetensors"));
  }
  const std::vector<std::string> columns = ColumnsIn(file);
  if (!UnpackHistory(packed->second, columns, &run.history)) {
    return absl::DataLossError(absl::StrCat(path, ": ", kHistory, ": expected F64 of shape [N, ",
                                            columns.size(), "], found ", ToString(packed->second)));
  }
  MONDEQ_RETURN_IF_ERROR(CheckExperiment(path, text->second, experiment, &run.epochs));
  MONDEQ_RETURN_IF_ERROR(CheckSameData(path, file.metadata, data));
  const std::vector<Optimizer::State> states = optimizer.state();
  MONDEQ_RETURN_IF_ERROR(CheckOptimizer(path, file, states));
  MONDEQ_RETURN_IF_ERROR(TakeParameters(path, kParameter, file, model));
  for (const Optimizer::State& state : states) {
    MONDEQ_CHECK(
        FromHostArray(model->device(), file.arrays.at(kOptimizer + state.name), state.tensor));
  }
  return run;
}

}  // namespace mondeq
