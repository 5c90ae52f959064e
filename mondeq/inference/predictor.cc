#include "mondeq/inference/predictor.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "mondeq/certificates/exact_model.h"
#include "mondeq/core/safetensors.h"
#include "mondeq/core/status.h"
#include "mondeq/data/check_dataset.h"
#include "mondeq/device/create_device.h"
#include "mondeq/model/alpha_policy.h"
#include "mondeq/model/weights.h"
#include "mondeq/training/experiment.h"
#include "mondeq/training/weights_config.h"

namespace mondeq {
namespace {

// ||next - last|| / ||last||, of what does not change 0.
template <class T>
double RelativeChange(const std::vector<T>& last, const std::vector<T>& next) {
  double change = 0, size = 0;
  for (std::size_t i = 0; i < last.size(); ++i) {
    const double before = last[i], difference = static_cast<double>(next[i]) - before;
    change += difference * difference;
    size += before * before;
  }
  return change == 0 ? 0 : std::sqrt(change / size);
}

}  // namespace

class Predictor::Lease {
 public:
  Lease(const Predictor* owner, std::unique_ptr<Replica> replica)
      : owner_(owner), replica_(std::move(replica)) {}

  // Runs a call, and gives the replica back unless its device is broken. Where the call throws it
  // is not given back either.
  template <class Call>
  absl::Status Run(const Call& call) {
    const absl::Status status = call(replica_.get());
    if (replica_->works()) {
      const std::lock_guard<std::mutex> lock(owner_->mutex_);
      owner_->idle_.push_back(std::move(replica_));
    }
    return status;
  }

 private:
  const Predictor* owner_;
  std::unique_ptr<Replica> replica_;
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
  // Replicas read the parameters on queues of their own.
  MONDEQ_RETURN_IF_ERROR(predictor->keeper_device_->status());
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
  // Replicas must be able to read its memory.
  options_.device = keeper_device_->shares_host_memory() ? "cpu" : "cuda";
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
  MONDEQ_ASSIGN_OR_RETURN(Lease lease, Take());
  return lease.Run([&](Replica* replica) { return replica->Solve(x, settings, answers, report); });
}

absl::Status Predictor::Gradient(const ConstArray& x, const SolveSettings& settings,
                                 const Cotangents& cotangents, const Answers& answers,
                                 const Gradients& gradients, SolveReport* forward,
                                 SolveReport* backward) const {
  MONDEQ_ASSIGN_OR_RETURN(Lease lease, Take());
  return lease.Run([&](Replica* replica) {
    return replica->Gradient(x, settings, cotangents, answers, gradients, forward, backward);
  });
}

absl::StatusOr<std::unique_ptr<ExactReplica>> Predictor::MakeExact() const {
  MONDEQ_RETURN_IF_ERROR(CheckCertifiable(input()));
  std::string why;
  MONDEQ_ASSIGN_OR_RETURN(std::unique_ptr<Device> device,
                          CreateDevice(options_.device, options_.threads, &why));
  MONDEQ_ASSIGN_OR_RETURN(std::unique_ptr<Model> model,
                          Model::Create(experiment_.model(), source_, {input(), classes()},
                                        device.get(), DType::kFloat64, /*seed=*/0));
  for (const Parameter& parameter : model->parameters().parameters()) {
    const std::lock_guard<std::mutex> lock(keeper_mutex_);
    const Tensor& value = keeper_->parameters().Find(parameter.name)->value;
    MONDEQ_CHECK(FromHostArray(*device, ToHostArray(*keeper_device_, value), parameter.value));
  }
  model->Follow(*keeper_);
  auto exact = std::make_unique<ExactReplica>(std::move(device), std::move(model),
                                              normalization_ ? &*normalization_ : nullptr);
  MONDEQ_RETURN_IF_ERROR(exact->status());
  return exact;
}

absl::StatusOr<std::vector<CertifiedSample>> Predictor::Certify(const ConstArray& x) const {
  const std::lock_guard<std::mutex> lock(exact_mutex_);
  // It is kept while its device works.
  std::unique_ptr<ExactReplica> exact = std::move(exact_);
  if (exact == nullptr) {
    MONDEQ_ASSIGN_OR_RETURN(exact, MakeExact());
  }
  auto samples = exact->Certify(x);
  if (exact->status().ok()) exact_ = std::move(exact);
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
    std::vector<std::vector<T>> next(values.size()), last(values.size());
    double moved = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (values[i].empty()) continue;
      const Parameter& parameter = parameters[i];
      MONDEQ_RETURN_IF_ERROR(CheckFloats(values[i].layout, parameter.shape, parameter.name));
      next[i].resize(static_cast<std::size_t>(parameter.shape.size()));
      last[i].resize(next[i].size());
      keeper_device_->CopyToHost(parameter.value, last[i].data());
      if (!CopyToValues(values[i], next[i].data())) {
        return absl::InvalidArgumentError(absl::StrCat(
            parameter.name, ": expected finite numbers in ", ToString(dtype()), ", found others"));
      }
      if (absl::StartsWith(parameter.name, "operator.")) {
        moved = std::max(moved, RelativeChange(last[i], next[i]));
      }
    }
    const auto copy = [&](const std::vector<std::vector<T>>& from) {
      for (std::size_t i = 0; i < values.size(); ++i) {
        if (!values[i].empty()) keeper_device_->CopyFromHost(from[i].data(), parameters[i].value);
      }
    };
    const double alpha = keeper_->alpha();
    copy(next);
    AfterUpdate(moved);
    if (keeper_->alpha() > 0 && std::isfinite(keeper_->alpha())) return keeper_device_->status();
    copy(last);
    keeper_->set_alpha(alpha);
    AfterUpdate(/*moved=*/1);
    return absl::InvalidArgumentError(absl::StrCat("these weights are too large for ",
                                                   ToString(dtype()),
                                                   ": no step size alpha can be chosen"));
  });
}

void Predictor::AfterUpdate(double moved) {
  // By how much the operator may have changed before alpha is chosen anew at once: training
  // changes it by little, and L with it.
  constexpr double kMuch = 0.1;
  moved_ += moved;
  const bool much = moved_ > kMuch;
  exact_.reset();
  keeper_->ParametersChanged();
  ChooseAlphaForUpdate(much ? 0 : updates_, keeper_.get());
  if (much) moved_ = 0;
  updates_ = much ? 1 : updates_ + 1;
  for (const std::unique_ptr<Replica>& replica : idle_) replica->Follow(*keeper_);
}

absl::Status Predictor::Save(const std::string& path) {
  std::map<std::string, std::string> metadata =
      WeightsMetadata(experiment_, *keeper_, normalization_ ? &*normalization_ : nullptr);
  return SaveWeights(path, metadata, *keeper_);
}

}  // namespace mondeq
