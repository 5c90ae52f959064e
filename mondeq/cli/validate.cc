// mondeq validate
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "mondeq/cli/from_flags.h"
#include "mondeq/cli/verb.h"
#include "mondeq/core/registry.h"
#include "mondeq/core/status.h"
#include "mondeq/core/utf8.h"
#include "mondeq/data/augmentation.h"
#include "mondeq/training/experiment.h"
#include "mondeq/training/optimizer.h"
#include "mondeq/training/schedule.h"

namespace mondeq {
namespace {

absl::Status CheckAugmentations(const Setup& setup) {
  if (setup.dataset == nullptr) return absl::OkStatus();
  return MakeAugmentations(setup.experiment.data().augmentation(), setup.source,
                           setup.dataset->features())
      .status();
}

absl::Status CheckTraining(const Setup& setup) {
  if (!setup.experiment.has_training()) return absl::OkStatus();
  const TrainingConfig& config = setup.experiment.training();
  MONDEQ_RETURN_IF_ERROR(CheckTrainingConfig(setup.experiment, setup.source));
  Model* model = setup.model.get();
  MONDEQ_RETURN_IF_ERROR(
      Registry<Optimizer>::Create(config.optimizer(), setup.source,
                                  {&model->parameters(), &model->device(), model->dtype()})
          .status());
  return Registry<Schedule>::Create(config.schedule(), setup.source, {}).status();
}

std::string ParameterTable(const ParameterStore& parameters) {
  std::size_t name_width = 9, shape_width = 5;
  for (const Parameter& parameter : parameters.parameters()) {
    name_width = std::max(name_width, parameter.name.size());
    shape_width = std::max(shape_width, parameter.shape.ToString().size());
  }
  std::string table;
  const auto row = [&](const std::string& name, const std::string& shape,
                       const std::string& count) {
    absl::StrAppendFormat(&table, "%-*s  %-*s  %10s\n", static_cast<int>(name_width), name,
                          static_cast<int>(shape_width), shape, count);
  };
  row("parameter", "shape", "count");
  for (const Parameter& parameter : parameters.parameters()) {
    row(parameter.name, parameter.shape.ToString(), absl::StrCat(parameter.shape.size()));
  }
  row("total", "", absl::StrCat(parameters.count()));
  return table;
}

absl::Status Validate(Invocation& invocation) {
  MONDEQ_ASSIGN_OR_RETURN(const std::unique_ptr<Setup> setup, SetUp({}, invocation.err));
  MONDEQ_RETURN_IF_ERROR(setup->MakeModel());
  MONDEQ_RETURN_IF_ERROR(CheckAugmentations(*setup));
  MONDEQ_RETURN_IF_ERROR(CheckTraining(*setup));
  Model* model = setup->model.get();
  std::vector<std::string> tiers;
  for (const Tier& tier : model->op().layout().tiers()) tiers.push_back(tier.visible.ToString());
  invocation.out << Printable(setup->experiment.name()) << "\n"
                 << "input    " << model->input().ToString() << "\n"
                 << "state    " << absl::StrJoin(tiers, " + ") << "\n"
                 << "classes  " << model->classes() << "\n\n"
                 << ParameterTable(model->parameters());
  return absl::OkStatus();
}

}  // namespace

Verb ValidateVerb() {
  return {
      "validate",
      "check a config and print the parameters of its network",
      "",
      {"config"},
      {"set", "data_dir", "device", "threads"},
      "Resolves every plugin and every shape, prints the input (rows x columns x channels), the\n"
      "state, the classes and a table of the parameters, and stops. Reads no data.\n",
      {"mondeq validate --config=configs/quickstart.textproto"},
      Validate};
}

}  // namespace mondeq
