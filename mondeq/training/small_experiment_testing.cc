#include "mondeq/training/small_experiment_testing.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "mondeq/core/random.h"
#include "mondeq/core/status.h"
#include "mondeq/data/hold_back.h"
#include "mondeq/model/small_model_testing.h"
#include "mondeq/testing/test_device.h"
#include "mondeq/training/experiment.h"

namespace mondeq {
namespace {

std::string ExperimentText(const std::string& model) {
  return absl::StrCat("name: \"small\" model {", model.empty() ? SmallModelText() : model, R"(}
  training {
    epochs: 4
    seed: 7
    optimizer { [mondeq.adam] {} }
    schedule { [mondeq.constant] { learning_rate: 0.01 } }
  }
)");
}

absl::Status Prepare(const SmallExperimentOptions& options, SmallExperiment* small) {
  MONDEQ_RETURN_IF_ERROR(ParseConfig(ExperimentText(options.model), "small", options.overrides,
                                     &small->experiment, &small->source));
  MONDEQ_ASSIGN_OR_RETURN(const Model::Shape shape,
                          ModelShape(small->experiment.model(), small->source, nullptr));
  MONDEQ_ASSIGN_OR_RETURN(
      small->model, Model::Create(small->experiment.model(), small->source, shape,
                                  small->device.get(), options.dtype,
                                  static_cast<std::uint64_t>(small->experiment.training().seed())));
  return absl::OkStatus();
}

// Noise around a random mean for each class.
std::shared_ptr<Samples> MakeSamples(const Model& model, Index count, std::uint64_t stream) {
  auto samples = std::make_shared<Samples>();
  samples->features = model.input();
  samples->classes = static_cast<int>(model.classes());
  Random random(1, stream);
  for (Index i = 0; i < count; ++i) {
    const auto label = static_cast<std::int32_t>(i % samples->classes);
    samples->labels.push_back(label);
    Random mean(2, static_cast<std::uint64_t>(label));
    for (Index d = 0; d < samples->features.dim(); ++d) {
      const double value = mean.Uniform(60, 200) + 30 * random.Normal();
      samples->pixels.push_back(static_cast<std::uint8_t>(std::clamp(value, 0.0, 255.0)));
    }
  }
  return samples;
}

}  // namespace

SmallExperiment::SmallExperiment(const SmallExperimentOptions& options)
    : device(MakeTestDevice(options.threads)) {
  const absl::Status status = Prepare(options, this);
  if (!status.ok()) std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  MONDEQ_CHECK(status.ok());
  const auto seed = static_cast<std::uint64_t>(experiment.training().seed());
  const Normalization normalization{{0.5f}, {0.25f}};
  const auto samples = MakeSamples(*model, options.samples, 0);
  if (experiment.training().has_validation_fraction()) {
    validation = std::make_unique<Loader>(
        std::make_shared<Samples>(
            HoldBack(experiment.training().validation_fraction(), seed, samples.get())),
        normalization, options.batch_size, seed, false);
  }
  train = std::make_unique<Loader>(samples, normalization, options.batch_size, seed, true);
  test = std::make_unique<Loader>(MakeSamples(*model, options.samples, 1), normalization,
                                  options.batch_size, seed, false);
}

std::unique_ptr<Trainer> SmallExperiment::MakeTrainer(Communicator* ranks) {
  auto trainer = Trainer::Create(experiment, source, model.get(), train.get(), test.get(),
                                 validation.get(), ranks);
  MONDEQ_CHECK(trainer.ok());
  return *std::move(trainer);
}

TrainingObserver* Nobody() {
  static TrainingObserver nobody;
  return &nobody;
}

absl::Status RunSmall(Index steps, const std::string& directory,
                      const SmallExperimentOptions& options, const CheckpointPolicy& policy) {
  SmallExperiment small(options);
  const auto trainer = small.MakeTrainer();
  trainer->set_checkpoints(directory, policy);
  Stopper stopper(steps);
  return trainer->Run(&stopper);
}

std::vector<double> WithoutTime(const std::vector<EpochMetrics>& history) {
  std::vector<double> values;
  for (const EpochMetrics& metrics : history) {
    ForEachMetric(metrics, [&](const char* name, auto value) {
      if (!IsOfTheMachine(name)) values.push_back(static_cast<double>(value));
    });
  }
  return values;
}

}  // namespace mondeq
