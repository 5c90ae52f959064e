#include "mondeq/inference/predictor.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "mondeq/certificates/exact_model.h"
#include "mondeq/certificates/interval.h"
#include "mondeq/certificates/sensitivity.h"
#include "mondeq/core/safetensors.h"
#include "mondeq/core/status.h"
#include "mondeq/data/check_dataset.h"
#include "mondeq/device/create_device.h"
#include "mondeq/model/alpha_policy.h"
#include "mondeq/model/weights.h"
#include "mondeq/training/experiment.h"
#include "mondeq/training/weights_config.h"

namespace mondeq {

class Predictor::Lease {
 public:
  Lease(const Predictor* owner, std::unique_ptr<Replica> replica)
      : owner_(owner), replica_(std::move(replica)) {}
  Lease(Lease&& other) = default;
  ~Lease() {
    if (replica_ == nullptr) return;
    const std::lock_guard<std::mutex> lock(owner_->mutex_);
    owner_->idle_.push_back(std::move(replica_));
  }

  Replica* operator->() const { return replica_.get(); }

 private:
  const Predictor* owner_;
  std::unique_ptr<Replica> replica_;
};

// What certifies samples: a model in float64 with the same parameters.
struct Predictor::Exact {
  Exact(std::unique_ptr<Device> device, std::unique_ptr<Model> model,
        const Normalization* normalization)
      : replica(std::move(device), std::move(model), normalization),
        sensitivity(
            FindSensitivity(ScaleOf(normalization, replica.model().input()), &replica.model())) {
    if (replica.model().op().dim() <= kMostIntervalUnits) {
      intervals.emplace(sensitivity, &replica.model());
    }
  }

  // What a unit of what radii are of is in x, for every channel.
  static std::vector<double> ScaleOf(const Normalization* normalization, const Features& input) {
    if (normalization == nullptr) {
      return std::vector<double>(static_cast<std::size_t>(input.channels), 1.0);
    }
    std::vector<double> scale;
    for (const float stddev : normalization->stddev) {
      scale.push_back(1 / static_cast<double>(stddev));
    }
    return scale;
  }

  Replica replica;
  Sensitivity sensitivity;
  absl::optional<IntervalCertifier> intervals;
};

Predictor::~Predictor() = default;

absl::StatusOr<std::unique_ptr<Predictor>> Predictor::Load(const std::string& path,
                                                           const PredictorOptions& options) {
  MONDEQ_ASSIGN_OR_RETURN(const WeightsFile file, ReadWeightsFile(path));
  if (!file.config.has_value()) return WithoutConfig(path);
  std::unique_ptr<Predictor> predictor(new Predictor());
  MONDEQ_RETURN_IF_ERROR(ParseConfig(file.config->text, NameOfConfigIn(path), options.overrides,
                                     &predictor->experiment_, &predictor->source_));
  predictor->normalization_ = file.config->normalization;
  const ModelConfig& config = predictor->experiment_.model();
  MONDEQ_ASSIGN_OR_RETURN(const Model::Shape shape,
                          ModelShape(config, predictor->source_, /*dataset=*/nullptr));
  MONDEQ_RETURN_IF_ERROR(predictor->MakeKeeper(shape, options, /*seed=*/0));
  MONDEQ_RETURN_IF_ERROR(CheckSameFunction(*file.config, path, predictor->experiment_,
                                           *predictor->keeper_, /*dataset=*/nullptr));
  MONDEQ_RETURN_IF_ERROR(TakeParameters(path, /*prefix=*/"", file.file, predictor->keeper_.get()));
  return predictor;
}

absl::StatusOr<std::unique_ptr<Predictor>> Predictor::FromConfig(const std::string& text,
                                                                 std::uint64_t seed,
                                                                 const PredictorOptions& options,
                                                                 const std::string& data_dir) {
  std::unique_ptr<Predictor> predictor(new Predictor());
  MONDEQ_RETURN_IF_ERROR(
      ParseConfig(text, "config", options.overrides, &predictor->experiment_, &predictor->source_));
  const Experiment& experiment = predictor->experiment_;
  std::unique_ptr<Dataset> dataset;
  if (experiment.has_data()) {
    MONDEQ_ASSIGN_OR_RETURN(dataset,
                            CreateDataset(experiment.data(), predictor->source_, {data_dir}));
    predictor->normalization_ = dataset->normalization();
  }
  MONDEQ_ASSIGN_OR_RETURN(const Model::Shape shape,
                          ModelShape(experiment.model(), predictor->source_, dataset.get()));
  MONDEQ_RETURN_IF_ERROR(predictor->MakeKeeper(shape, options, seed));
  ChooseAlphaForWeights(/*trained=*/0, predictor->keeper_.get());
  return predictor;
}

absl::Status Predictor::MakeKeeper(const Model::Shape& shape, const PredictorOptions& options,
                                   std::uint64_t seed) {
  options_ = options;
  std::string why;
  MONDEQ_ASSIGN_OR_RETURN(keeper_device_, CreateDevice(options.device, options.threads, &why));
  MONDEQ_ASSIGN_OR_RETURN(keeper_, Model::Create(experiment_.model(), source_, shape,
                                                 keeper_device_.get(), options.dtype, seed));
  for (const Tier& tier : keeper_->op().layout().tiers()) tiers_.push_back(tier.visible);
  for (const Parameter& parameter : keeper_->parameters().parameters()) {
    parameters_.push_back({parameter.name, parameter.shape});
  }
  return keeper_device_->status();
}

std::string Predictor::device() const { return keeper_device_->Describe(); }

std::string Predictor::config() const { return ToTextproto(experiment_); }

absl::StatusOr<Predictor::Lease> Predictor::Take() const {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!idle_.empty()) {
      Lease lease(this, std::move(idle_.back()));
      idle_.pop_back();
      return lease;
    }
  }
  std::string why;
  MONDEQ_ASSIGN_OR_RETURN(std::unique_ptr<Device> device,
                          CreateDevice(options_.device, options_.threads, &why));
  MONDEQ_ASSIGN_OR_RETURN(
      std::unique_ptr<Model> model,
      Model::CreateBeside(*keeper_, experiment_.model(), source_, device.get()));
  return Lease(this, std::make_unique<Replica>(std::move(device), std::move(model),
                                               normalization_ ? &*normalization_ : nullptr));
}

absl::Status Predictor::Predict(const ConstArray& x, const MutableArray& logits,
                                const MutableArray& probabilities, SolveReport* report) const {
  return Solve(x, {}, {logits, probabilities}, report);
}

absl::Status Predictor::Solve(const ConstArray& x, const SolveSettings& settings,
                              const Answers& answers, SolveReport* report) const {
  MONDEQ_ASSIGN_OR_RETURN(const Lease replica, Take());
  return replica->Solve(x, settings, answers, report);
}

absl::Status Predictor::Gradient(const ConstArray& x, const SolveSettings& settings,
                                 const Cotangents& cotangents, const Answers& answers,
                                 const Gradients& gradients, SolveReport* forward,
                                 SolveReport* backward) const {
  MONDEQ_ASSIGN_OR_RETURN(const Lease replica, Take());
  return replica->Gradient(x, settings, cotangents, answers, gradients, forward, backward);
}

absl::StatusOr<std::unique_ptr<Predictor::Exact>> Predictor::MakeExact() const {
  MONDEQ_RETURN_IF_ERROR(CheckCertifiable(input()));
  std::string why;
  MONDEQ_ASSIGN_OR_RETURN(std::unique_ptr<Device> device,
                          CreateDevice(options_.device, options_.threads, &why));
  MONDEQ_ASSIGN_OR_RETURN(std::unique_ptr<Model> model,
                          Model::Create(experiment_.model(), source_, {input(), classes()},
                                        device.get(), DType::kFloat64, /*seed=*/0));
  const auto& parameters = model->parameters().parameters();
  const std::lock_guard<std::mutex> lock(keeper_mutex_);
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const Tensor& value = keeper_->parameters().parameters()[i].value;
    MONDEQ_CHECK(FromHostArray(*device, ToHostArray(*keeper_device_, value), parameters[i].value));
  }
  model->Follow(*keeper_);
  SolveExactly(model.get());
  auto exact = std::make_unique<Exact>(std::move(device), std::move(model),
                                       normalization_ ? &*normalization_ : nullptr);
  MONDEQ_RETURN_IF_ERROR(exact->replica.model().device().status());
  return exact;
}

absl::StatusOr<std::vector<CertifiedSample>> Predictor::Certify(const ConstArray& x) const {
  const std::lock_guard<std::mutex> lock(exact_mutex_);
  if (exact_ == nullptr) {
    MONDEQ_ASSIGN_OR_RETURN(exact_, MakeExact());
  }
  SolveSettings settings;
  settings.certify = true;
  MONDEQ_RETURN_IF_ERROR(exact_->replica.Solve(x, settings, {}, nullptr));
  std::vector<CertifiedSample> samples =
      CertifySamples(exact_->sensitivity, &exact_->replica.model());
  if (exact_->intervals.has_value()) exact_->intervals->Certify(&samples);
  MONDEQ_RETURN_IF_ERROR(exact_->replica.model().device().status());
  return samples;
}

absl::Status Predictor::GetParameter(std::size_t index, const MutableArray& value) const {
  if (index >= parameters_.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("parameter ", index, ": the model has ", parameters_.size()));
  }
  const Parameter& parameter = keeper_->parameters().parameters()[index];
  MONDEQ_RETURN_IF_ERROR(CheckFloats(value.layout, parameter.shape, parameter.name));
  const std::lock_guard<std::mutex> lock(keeper_mutex_);
  const HostArray array = ToHostArray(*keeper_device_, parameter.value);
  DispatchFloat(dtype(),
                [&](auto zero) { CopyFromValues(array.As<decltype(zero)>().data(), value); });
  return keeper_device_->status();
}

absl::Status Predictor::SetParameters(absl::Span<const ConstArray> values) {
  const auto& parameters = keeper_->parameters().parameters();
  if (values.size() != parameters.size()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "expected ", parameters.size(), " arrays, one for each parameter, found ", values.size()));
  }
  return DispatchFloat(dtype(), [&](auto zero) {
    using T = decltype(zero);
    // All of them are read before any is replaced.
    std::vector<std::vector<T>> read(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (values[i].empty()) continue;
      const Parameter& parameter = parameters[i];
      MONDEQ_RETURN_IF_ERROR(CheckFloats(values[i].layout, parameter.shape, parameter.name));
      read[i].resize(static_cast<std::size_t>(parameter.shape.size()));
      if (CopyToValues(values[i], read[i].data())) continue;
      return absl::InvalidArgumentError(absl::StrCat(
          parameter.name, ": expected finite numbers in ", ToString(dtype()), ", found others"));
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!values[i].empty()) keeper_device_->CopyFromHost(read[i].data(), parameters[i].value);
    }
    return AfterUpdate();
  });
}

absl::Status Predictor::AfterUpdate() {
  exact_.reset();
  keeper_->ParametersChanged();
  ChooseAlphaForUpdate(updates_++, keeper_.get());
  for (const std::unique_ptr<Replica>& replica : idle_) replica->Follow(*keeper_);
  return keeper_device_->status();
}

absl::Status Predictor::Save(const std::string& path) {
  std::map<std::string, std::string> metadata =
      WeightsMetadata(experiment_, *keeper_, normalization_ ? &*normalization_ : nullptr);
  return SaveWeights(path, metadata, *keeper_);
}

}  // namespace mondeq
