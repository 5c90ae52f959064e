#include "mondeq/model/model.h"

#include "absl/strings/str_cat.h"
#include "mondeq/core/registry.h"
#include "mondeq/core/schema.h"
#include "mondeq/core/status.h"
#include "mondeq/operators/copy_pixels.h"

namespace mondeq {
namespace {

// Refuses what the range of each field alone cannot: a search for alpha that has nothing to try.
// `splitting` is the slot that gave `alpha`.
absl::Status CheckAlpha(const AlphaConfig& alpha, const SplittingConfig& splitting,
                        const ConfigSource& source) {
  const TunedAlpha& tune = alpha.tune();
  if (!alpha.has_tune() || tune.maximum() >= tune.minimum()) return absl::OkStatus();
  const google::protobuf::Message& plugin =
      splitting.GetReflection()->GetMessage(splitting, PluginsIn(splitting).front());
  return source.Error(plugin, "alpha",
                      absl::StrCat("tune: maximum must not be below minimum, found maximum ",
                                   tune.maximum(), " and minimum ", tune.minimum()));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Model>> Model::Create(const ModelConfig& config,
                                                     const ConfigSource& source, const Shape& shape,
                                                     Device* device, DType dtype,
                                                     std::uint64_t seed) {
  std::unique_ptr<Model> model(new Model(device, dtype));
  device->AllowTf32(config.precision() == ModelConfig::TF32);
  const EquilibriumConfig& equilibrium = config.equilibrium();
  ParameterStore* store = &model->parameters_;
  model->input_ = shape.input;
  MONDEQ_ASSIGN_OR_RETURN(model->operator_, Registry<MonotoneOperator>::Create(
                                                equilibrium.operator_(), source,
                                                {shape.input, {store, "operator"}, device, dtype}));
  const std::vector<Tier>& tiers = model->operator_->tiers();
  MONDEQ_ASSIGN_OR_RETURN(model->injection_, Pipeline::Create(equilibrium.injection(), source,
                                                              {shape.input, tiers.front().features,
                                                               tiers.front().border, store,
                                                               "injection", device, dtype}));
  MONDEQ_ASSIGN_OR_RETURN(
      model->sigma_,
      Registry<Nonlinearity>::Create(equilibrium.nonlinearity(), source, {tiers, &source, device}));
  MONDEQ_ASSIGN_OR_RETURN(model->method_,
                          Registry<SplittingMethod>::Create(equilibrium.splitting(), source, {}));
  MONDEQ_RETURN_IF_ERROR(CheckAlpha(model->method_->alpha(), equilibrium.splitting(), source));
  model->method_name_ = PluginsIn(equilibrium.splitting()).front()->full_name();
  MONDEQ_ASSIGN_OR_RETURN(model->readout_,
                          Pipeline::Create(config.readout(), source,
                                           {tiers.back().visible, Features::Flat(shape.classes), 0,
                                            store, "readout", device, dtype}));
  model->readout_takes_tier_ = tiers.back().visible == tiers.back().features ||
                               model->readout_->ReadPartOf(tiers.back().features);
  model->rule_ = MakeStoppingRule(equilibrium.splitting(), dtype);
  store->Allocate(*device, dtype, seed);
  return model;
}

Index Model::classes() const { return readout_->output().dim(); }

Tensor Model::FirstTier(const Tensor& state) const {
  return state.Rows(0, operator_->tiers().front().features.dim());
}

Tensor Model::LastTier(const Tensor& state) const {
  return state.Rows(state.rows() - operator_->tiers().back().features.dim(), state.rows());
}

Tensor Model::ReadoutInput() {
  return readout_takes_tier_ ? LastTier(z()) : VisibleTier(operator_->tiers().size() - 1);
}

Tensor Model::VisibleTier(std::size_t i) {
  Index begin = 0;
  for (std::size_t j = 0; j < i; ++j) begin += operator_->tiers()[j].features.dim();
  const Tier& tier = operator_->tiers()[i];
  const Tensor in_memory = z().Rows(begin, begin + tier.features.dim());
  if (tier.visible == tier.features) return in_memory;
  const Tensor& visible = visible_.Get(*device_, dtype_, {tier.visible.dim(), z().columns()});
  CopyVisible(tier, in_memory, visible, /*to_visible=*/true);
  return visible;
}

void Model::CopyVisible(const Tier& tier, const Tensor& in_memory, const Tensor& visible,
                        bool to_visible) {
  const Index inside = tier.features.columns, alone = tier.visible.columns;
  if (to_visible) {
    CopyPixels(*device_, tier.visible, in_memory, inside, visible, alone);
  } else {
    CopyPixels(*device_, tier.visible, visible, alone, in_memory, inside);
  }
}

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
  const Tensor first = FirstTier(bias);
  if (first.rows() < bias.rows()) device_->Fill(0, bias.Rows(first.rows(), bias.rows()));
  injection_->Apply(x, first);
  return bias;
}

void Model::SolveForward() {
  const Tensor& bias = bias_.get();
  const Tensor& z = z_.Get(*device_, dtype_, bias.shape());
  forward_stats_ =
      solver_.Solve(*operator_, Direction::kForward, *sigma_, *method_, alpha_, bias, rule_, z);
}

const Tensor& Model::ReadOut() {
  const Tensor& logits = logits_.Get(*device_, dtype_, {classes(), z().columns()});
  readout_->Apply(ReadoutInput(), logits);
  return logits;
}

Certificate Model::Polish() {
  Certificate certificate = PolishAndCertify(*device_, *operator_, *sigma_, bias_.get(), z());
  ReadOut();
  return certificate;
}

void Model::PullBack(const Tensor& dlogits) {
  const Tensor& dz = dz_.Get(*device_, dtype_, z().shape());
  const Tensor features = ReadoutInput(), last = LastTier(dz);
  const Index zeros = readout_takes_tier_ ? dz.rows() - last.rows() : dz.rows();
  if (zeros > 0) device_->Fill(0, dz.Rows(0, zeros));
  readout_->AccumulateGradient(features, dlogits);
  if (readout_takes_tier_) {
    readout_->ApplyAdjoint(dlogits, last);
  } else {
    // The features are no longer needed: their gradient takes their place.
    readout_->ApplyAdjoint(dlogits, features);
    CopyVisible(operator_->tiers().back(), last, features, /*to_visible=*/false);
  }
}

void Model::SolveBackward() {
  const Tensor& u = u_.Get(*device_, dtype_, z().shape());
  backward_stats_ =
      solver_.Solve(*operator_, Direction::kAdjoint, LinearizedProx(sigma_.get(), z()), *method_,
                    alpha_, dz_.get(), rule_, u);
}

void Model::AccumulateGradients(const Tensor& x, const Tensor* dx) {
  const Tensor& u = u_.get();
  operator_->AccumulateGradient(u, z());
  const Tensor du = FirstTier(u);
  injection_->AccumulateGradient(x, du);
  if (dx != nullptr) injection_->ApplyAdjoint(du, *dx);
}

void Model::ParametersChanged() { operator_->ParametersChanged(); }

}  // namespace mondeq
