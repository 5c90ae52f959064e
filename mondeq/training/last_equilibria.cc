#include "mondeq/training/last_equilibria.h"

#include <unistd.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "mondeq/device/columns.h"

namespace mondeq {
namespace {

// That of the device, or of the machine.
double TotalMemory(const Device& device) {
  const std::size_t own = device.memory().total;
  if (own > 0) return static_cast<double>(own);
  return static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

}  // namespace

absl::StatusOr<std::unique_ptr<LastEquilibria>> LastEquilibria::Create(const Experiment& experiment,
                                                                       const ConfigSource& source,
                                                                       Index samples,
                                                                       Model* model) {
  const auto refuse = [&](const std::string& why) {
    return source.Error(experiment.training(), "warm_start",
                        absl::StrCat("training.warm_start: ", why));
  };
  if (experiment.data().augmentation_size() > 0) {
    return refuse(
        "needs samples that stay the same, but data.augmentation changes them in every epoch");
  }
  const double bytes = static_cast<double>(model->op().dim()) * static_cast<double>(samples) *
                       static_cast<double>(SizeOf(model->dtype()));
  const double memory = TotalMemory(model->device());
  if (bytes > memory / 2) {
    return refuse(absl::StrFormat(
        "the states of %d samples take %.1f GB, which is more than half of the memory, %.1f GB",
        samples, bytes / 1e9, memory / 1e9));
  }
  return std::unique_ptr<LastEquilibria>(new LastEquilibria(samples, model));
}

LastEquilibria::LastEquilibria(Index samples, Model* model)
    : model_(*model),
      states_(model->device().Allocate(model->dtype(), {model->op().dim(), samples})) {
  model_.device().Fill(0, states_);
}

void LastEquilibria::Begin(const Loader& loader, Index index) {
  const Tensor& start =
      start_.Get(model_.device(), model_.dtype(), {states_.rows(), loader.count(index)});
  GatherColumns(model_.device(), Columns(loader, index), states_, start);
  model_.StartFrom(start);
}

void LastEquilibria::Keep(const Loader& loader, Index index) {
  ScatterColumns(model_.device(), Columns(loader, index), model_.z(), states_);
}

const Tensor& LastEquilibria::Columns(const Loader& loader, Index index) {
  const Index count = loader.count(index);
  drawn_.resize(static_cast<std::size_t>(count));
  loader.Draw(index, drawn_.data());
  samples_.resize(drawn_.size());
  std::transform(drawn_.begin(), drawn_.end(), samples_.begin(),
                 [](const DrawnSample& drawn) { return drawn.sample; });
  const Tensor& columns = columns_.Get(model_.device(), DType::kInt32, {count});
  model_.device().CopyFromHost(samples_.data(), columns);
  return columns;
}

}  // namespace mondeq
