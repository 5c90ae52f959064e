#include "mondeq/model/model.h"

#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "mondeq/core/registry.h"
#include "mondeq/core/schema.h"
#include "mondeq/core/status.h"
#include "mondeq/device/norm.h"
#include "mondeq/model/alpha_policy.h"

namespace mondeq {
namespace {

// Refuses what the range of each field alone cannot: a search for alpha that has nothing to try.
// `splitting` is the slot that gave `alpha`.
absl::Status CheckAlpha(const AlphaConfig& alpha, const SplittingConfig& splitting,
                        const ConfigSource& source) {
  const TunedAlpha& tune = alpha.tune();
  if (!alpha.has_tune() || tune.maximum() >= tune.minimum()) return absl::OkStatus();
  return AlphaError(splitting, source,
                    absl::StrCat("tune: maximum must not be below minimum, found maximum ",
                                 tune.maximum(), " and minimum ", tune.minimum()));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Model>> Model::Create(const ModelConfig& config,
                                                     const ConfigSource& source, const Shape& shape,
                                                     Device* device, DType dtype,
                                                     std::uint64_t seed) {
  MONDEQ_ASSIGN_OR_RETURN(auto model, Declare(config, source, shape, device, dtype));
  model->parameters_.Allocate(*device, dtype, seed);
  return model;
}

absl::StatusOr<std::unique_ptr<Model>> Model::CreateBeside(const Model& first,
                                                           const ModelConfig& config,
                                                           const ConfigSource& source,
                                                           Device* device) {
  const Shape shape{first.input(), first.classes()};
  MONDEQ_ASSIGN_OR_RETURN(auto model, Declare(config, source, shape, device, first.dtype()));
  model->parameters_.AllocateBeside(first.parameters(), *device, first.dtype());
  model->Follow(first);
  return model;
}

std::vector<Multiplier> Model::solve_multipliers() const {
  std::vector<Multiplier> all = {method_->multiplier(alpha_)};
  if (adjoint_.method() == nullptr) return all;
  const Multiplier of_adjoint = adjoint_.method()->multiplier(adjoint_.alpha());
  if (!(of_adjoint == all.front())) all.push_back(of_adjoint);
  return all;
}

void Model::Follow(const Model& first) {
  ParametersChanged();
  alpha_ = first.alpha_;
  adjoint_.set_alpha(first.adjoint_.alpha());
  lipschitz_ = first.lipschitz_;
}

absl::StatusOr<std::unique_ptr<Model>> Model::Declare(const ModelConfig& config,
                                                      const ConfigSource& source,
                                                      const Shape& shape, Device* device,
                                                      DType dtype) {
  std::unique_ptr<Model> model(new Model(device, dtype));
  device->AllowTf32(config.precision() == ModelConfig::TF32);
  const EquilibriumConfig& equilibrium = config.equilibrium();
  ParameterStore* store = &model->parameters_;
  model->input_ = shape.input;
  MONDEQ_ASSIGN_OR_RETURN(model->operator_, Registry<MonotoneOperator>::Create(
                                                equilibrium.operator_(), source,
                                                {shape.input, {store, "operator"}, device, dtype}));
  const StateLayout& layout = model->operator_->layout();
  MONDEQ_ASSIGN_OR_RETURN(model->injection_,
                          Pipeline::Create(equilibrium.injection(), source,
                                           {Tier::Of(shape.input), layout.injected(),
                                            layout.origin(), store, "injection", device, dtype}));
  MONDEQ_ASSIGN_OR_RETURN(
      model->sigma_, Registry<Nonlinearity>::Create(equilibrium.nonlinearity(), source,
                                                    {layout.MakeInteriorMask(*device), &source}));
  MONDEQ_ASSIGN_OR_RETURN(model->method_,
                          Registry<SplittingMethod>::Create(equilibrium.splitting(), source, {}));
  MONDEQ_RETURN_IF_ERROR(CheckAlpha(model->method_->alpha(), equilibrium.splitting(), source));
  model->method_name_ = PluginsIn(equilibrium.splitting()).front()->full_name();
  MONDEQ_ASSIGN_OR_RETURN(
      model->readout_, Pipeline::Create(config.readout(), source,
                                        {layout.exposed(), Features::Flat(shape.classes), 0, store,
                                         "readout", device, dtype}));
  model->rule_ = MakeStoppingRule(equilibrium.splitting(), dtype);
  MONDEQ_ASSIGN_OR_RETURN(model->adjoint_, Adjoint::Create(equilibrium.gradient(), source, dtype));
  // A GPU may round the factors of products to the 11 bits of TF32.
  const bool short_factors = config.precision() == ModelConfig::TF32 && dtype == DType::kFloat32 &&
                             !device->shares_host_memory();
  model->roundoff_ = short_factors ? 0x1p-11 : model->rule_.epsilon / 2;
  return model;
}

Index Model::classes() const { return readout_->output().dim(); }

const Tensor& Model::Forward(const Tensor& x) {
  Inject(x);
  SolveForward();
  return ReadOut();
}

void Model::Backward(const Tensor& x, const Tensor& dlogits, const Tensor* dx) {
  PullBack(dlogits);
  SolveBackward();
  AccumulateGradients(x, dx);
}

const Tensor& Model::Inject(const Tensor& x) {
  const Tensor& bias = bias_.Get(*device_, dtype_, {operator_->dim(), x.columns()});
  const Tensor injected = operator_->layout().Injected(bias);
  if (injected.rows() < bias.rows()) device_->Fill(0, bias.Rows(injected.rows(), bias.rows()));
  injection_->Apply(x, injected);
  if (certifies()) bias_error_ = BiasError(x);
  return bias;
}

void Model::StartFrom(const Tensor& z) {
  device_->Copy(z, z_.Get(*device_, dtype_, z.shape()));
  start_ = Start::kGiven;
}

void Model::SolveForward() {
  const Tensor& bias = bias_.get();
  const Tensor& z = z_.Get(*device_, dtype_, bias.shape());
  const Tensor p = certifies() ? p_.Get(*device_, dtype_, bias.shape()) : Tensor();
  const ProxMap prox(sigma_.get());
  const Certifier::Problem problem{*operator_, prox, bias, bias_error_, alpha_, roundoff_};
  const Start start = std::exchange(start_, Start::kZero);
  if (rule_.criterion == Criterion::kCertifiedError) {
    forward_stats_ = certified_solver_.Solve(problem, *method_, rule_, z, p, start);
    certificate_ = certified_solver_.certificate();
    return;
  }
  forward_stats_ = solver_.Solve(*operator_, Direction::kForward, prox, *method_, alpha_, bias,
                                 rule_, z, p, start);
  if (!certifies_) return;
  certificate_ = improves_ ? certifier_.Certify(problem, rule_.tolerance, p, z)
                           : certifier_.Certify(problem, p, z);
}

std::vector<double> Model::BiasError(const Tensor& x) const {
  const LinearMap::Rounding rounding = injection_->rounding();
  // Products below the least normal number count as zero.
  const double flushed = LimitsOf(dtype_).least * static_cast<double>(x.rows()) *
                         std::sqrt(static_cast<double>(operator_->dim())) * (1 + rounding.norm);
  std::vector<double> error;
  ColumnNorms(*device_, x, &error);
  for (double& value : error) {
    value = roundoff_ * (rounding.constant * value + rounding.offset) + flushed;
  }
  return error;
}

const Tensor& Model::ReadOut() {
  const Tensor& logits = logits_.Get(*device_, dtype_, {classes(), z().columns()});
  readout_->Apply(operator_->layout().Exposed(z()), logits);
  return logits;
}

void Model::Polish() {
  const Tensor& bias = bias_.get();
  const Tensor& work = u_.Get(*device_, dtype_, bias.shape());
  operator_->Apply(Direction::kForward, z(), work);
  device_->Axpby(1, bias, 1, work);
  ProxMap(sigma_.get()).Prox(*device_, 1, work, z());
  ReadOut();
}

void Model::PullBack(const Tensor& dlogits) {
  const StateLayout& layout = operator_->layout();
  const Tensor& dz = dz_.Get(*device_, dtype_, z().shape());
  const Tensor exposed = layout.Exposed(dz);
  if (exposed.rows() < dz.rows()) device_->Fill(0, dz.Rows(0, dz.rows() - exposed.rows()));
  readout_->AccumulateGradient(layout.Exposed(z()), dlogits);
  readout_->ApplyAdjoint(dlogits, exposed);
}

void Model::SolveBackward() {
  const Tensor& u = u_.Get(*device_, dtype_, z().shape());
  adjoint_.Find(*operator_, ProxMap(sigma_.get(), z()), {*method_, alpha_, rule_}, dz_.get(),
                device_, &solver_, u, &backward_stats_);
}

void Model::AccumulateGradients(const Tensor& x, const Tensor* dx) {
  const Tensor& u = u_.get();
  operator_->AccumulateGradient(u, z());
  const Tensor injected = operator_->layout().Injected(u);
  injection_->AccumulateGradient(x, injected);
  if (dx != nullptr) injection_->ApplyAdjoint(injected, *dx);
}

void Model::ParametersChanged() {
  operator_->ParametersChanged();
  lipschitz_.reset();
}

double Model::Lipschitz() {
  if (!lipschitz_.has_value()) lipschitz_ = operator_->Lipschitz();
  return *lipschitz_;
}

}  // namespace mondeq
