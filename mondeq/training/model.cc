#include "mondeq/training/model.h"

#include "mondeq/core/registry.h"
#include "mondeq/core/schema.h"
#include "mondeq/core/status.h"

namespace mondeq {

absl::StatusOr<std::unique_ptr<Model>> Model::Create(const ModelConfig& config,
                                                     const ConfigSource& source, const Shape& shape,
                                                     Device* device, DType dtype,
                                                     std::uint64_t seed) {
  std::unique_ptr<Model> model(new Model(device, dtype));
  const EquilibriumConfig& equilibrium = config.equilibrium();
  ParameterStore* store = &model->parameters_;
  model->input_ = shape.input;
  MONDEQ_ASSIGN_OR_RETURN(model->operator_, Registry<MonotoneOperator>::Create(
                                                equilibrium.operator_(), source,
                                                {shape.input, {store, "operator"}, device, dtype}));
  const std::vector<Features>& tiers = model->operator_->tiers();
  MONDEQ_ASSIGN_OR_RETURN(model->injection_, Pipeline::Create(equilibrium.injection(), source,
                                                              {shape.input, tiers.front(), store,
                                                               "injection", device, dtype}));
  MONDEQ_ASSIGN_OR_RETURN(model->sigma_,
                          Registry<Nonlinearity>::Create(equilibrium.nonlinearity(), source, {}));
  MONDEQ_ASSIGN_OR_RETURN(model->method_,
                          Registry<SplittingMethod>::Create(equilibrium.splitting(), source, {}));
  model->method_name_ = PluginsIn(equilibrium.splitting()).front()->full_name();
  MONDEQ_ASSIGN_OR_RETURN(model->readout_,
                          Pipeline::Create(config.readout(), source,
                                           {tiers.back(), Features::Flat(shape.classes), store,
                                            "readout", device, dtype}));
  model->rule_ = MakeStoppingRule(equilibrium.splitting(), dtype);
  store->Allocate(*device, dtype, seed);
  return model;
}

Index Model::classes() const { return readout_->output().dim(); }

Tensor Model::FirstTier(const Tensor& state) const {
  return state.Rows(0, operator_->tiers().front().dim());
}

Tensor Model::LastTier(const Tensor& state) const {
  return state.Rows(state.rows() - operator_->tiers().back().dim(), state.rows());
}

const Tensor& Model::Forward(const Tensor& x) {
  const mondeq::Shape state{operator_->dim(), x.columns()};
  const Tensor& bias = bias_.Get(*device_, dtype_, state);
  if (operator_->tiers().size() > 1) device_->Fill(0, bias);
  injection_->Apply(x, FirstTier(bias));
  const Tensor& z = z_.Get(*device_, dtype_, state);
  forward_stats_ =
      solver_.Solve(*operator_, Direction::kForward, *sigma_, *method_, alpha_, bias, rule_, z);
  const Tensor& logits = logits_.Get(*device_, dtype_, {classes(), x.columns()});
  readout_->Apply(LastTier(z), logits);
  return logits;
}

Certificate Model::Polish() {
  Certificate certificate = PolishAndCertify(*device_, *operator_, *sigma_, bias_.get(), z());
  readout_->Apply(LastTier(z()), logits());
  return certificate;
}

void Model::Backward(const Tensor& x, const Tensor& dlogits, const Tensor* dx) {
  const mondeq::Shape state = z().shape();
  const Tensor& dz = dz_.Get(*device_, dtype_, state);
  if (operator_->tiers().size() > 1) device_->Fill(0, dz);
  readout_->AccumulateGradient(LastTier(z()), dlogits);
  readout_->ApplyAdjoint(dlogits, LastTier(dz));

  const Tensor& slope = slope_.Get(*device_, dtype_, state);
  sigma_->Slope(*device_, z(), slope);
  const Tensor& u = u_.Get(*device_, dtype_, state);
  backward_stats_ = solver_.Solve(*operator_, Direction::kAdjoint, LinearizedProx(slope), *method_,
                                  alpha_, dz, rule_, u);
  operator_->AccumulateGradient(u, z());
  const Tensor du = FirstTier(u);
  injection_->AccumulateGradient(x, du);
  if (dx != nullptr) injection_->ApplyAdjoint(du, *dx);
}

void Model::ParametersChanged() { operator_->ParametersChanged(); }

}  // namespace mondeq
