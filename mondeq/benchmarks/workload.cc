#include "mondeq/benchmarks/workload.h"

#include <algorithm>

#include "mondeq/core/random.h"
#include "mondeq/core/status.h"
#include "mondeq/data/check_dataset.h"
#include "mondeq/data/dataset.h"
#include "mondeq/training/experiment.h"

namespace mondeq {
namespace {

// Mostly dark pixels with bright ones in places that the class decides, as digits have; some labels
// are wrong, so that the loss and with it the backward pass do not vanish. Of many samples most are
// copies: drawing those of a batch that fills a GPU would take longer than all that is measured.
std::shared_ptr<const Samples> MakeSamples(const Dataset& dataset, Index count) {
  constexpr Index kDrawn = 4096;
  auto samples = std::make_shared<Samples>();
  samples->features = dataset.features();
  samples->classes = dataset.classes();
  const auto dim = static_cast<std::size_t>(samples->features.dim());
  samples->pixels.reserve(static_cast<std::size_t>(count) * dim);
  samples->labels.reserve(static_cast<std::size_t>(count));
  Random random(1);
  for (Index i = 0; i < std::min(count, kDrawn); ++i) {
    const auto label = static_cast<std::int32_t>(i % dataset.classes());
    const bool wrong = random.Uniform() < 0.1;
    samples->labels.push_back((label + (wrong ? 1 : 0)) % dataset.classes());
    Random pattern(2, static_cast<std::uint64_t>(label));
    for (Index d = 0; d < samples->features.dim(); ++d) {
      const bool bright = pattern.Uniform() < 0.2 && random.Uniform() < 0.7;
      samples->pixels.push_back(static_cast<std::uint8_t>(bright ? 100 + random.Below(156) : 0));
    }
  }
  for (Index i = kDrawn; i < count; ++i) {
    samples->labels.push_back(*(samples->labels.end() - kDrawn));
    const std::size_t drawn = samples->pixels.size() - kDrawn * dim;
    for (std::size_t d = 0; d < dim; ++d) samples->pixels.push_back(samples->pixels[drawn + d]);
  }
  return samples;
}

}  // namespace

absl::Status Workload::Make(const Experiment& experiment, const ConfigSource& source,
                            Device* device, Index batches) {
  if (!experiment.has_data()) {
    return source.Error(experiment, "", "missing field \"data\": its shape is needed");
  }
  MONDEQ_ASSIGN_OR_RETURN(const auto dataset, CreateDataset(experiment.data(), source, {}));
  MONDEQ_ASSIGN_OR_RETURN(const auto shape, ModelShape(experiment.model(), source, dataset.get()));
  MONDEQ_ASSIGN_OR_RETURN(
      model, Model::Create(experiment.model(), source, shape, device, DType::kFloat32, 1));
  const Index batch_size = experiment.data().batch_size();
  loader = std::make_unique<Loader>(MakeSamples(*dataset, batches * batch_size),
                                    dataset->normalization(), batch_size, 1, true);
  MONDEQ_ASSIGN_OR_RETURN(
      trainer, Trainer::Create(experiment, source, model.get(), loader.get(), loader.get()));
  return absl::OkStatus();
}

}  // namespace mondeq
