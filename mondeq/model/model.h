// The network: x -> U x + b -> z* = sigma(W z* + U x + b) -> readout -> logits, with its implicit
// backward pass. x [input.dim(), batch], logits [classes, batch], samples innermost.
#ifndef MONDEQ_MODEL_MODEL_H_
#define MONDEQ_MODEL_MODEL_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "mondeq/core/config_source.h"
#include "mondeq/device/parameters.h"
#include "mondeq/device/scratch.h"
#include "mondeq/model/adjoint.h"
#include "mondeq/model/model.pb.h"
#include "mondeq/model/pipeline.h"
#include "mondeq/nonlinearities/nonlinearity.h"
#include "mondeq/operators/monotone_operator.h"
#include "mondeq/splitting/certificate.h"
#include "mondeq/splitting/certified_solver.h"
#include "mondeq/splitting/solver.h"

namespace mondeq {

class Model {
 public:
  struct Shape {
    Features input;
    Index classes = 0;
  };

  // Resolves every plugin and shape, and allocates and initialises the parameters (operator.*,
  // injection.*, readout.*). Sets whether products on this device may be in TF32, for whatever else
  // uses it too. Errors: kInvalidArgument, located in `source`. `config` must be part of the root
  // that `source` knows.
  static absl::StatusOr<std::unique_ptr<Model>> Create(const ModelConfig& config,
                                                       const ConfigSource& source,
                                                       const Shape& shape, Device* device,
                                                       DType dtype, std::uint64_t seed);
  // Makes a model of the same for another caller, on a device of its own of the same kind. The
  // values of its parameters are those of `first`, in the same memory: when they change it is to
  // Follow.
  static absl::StatusOr<std::unique_ptr<Model>> CreateBeside(const Model& first,
                                                             const ModelConfig& config,
                                                             const ConfigSource& source,
                                                             Device* device);

  // Finds z* and returns the logits [classes, batch]; both stay valid until the next Forward.
  const Tensor& Forward(const Tensor& x);

  // Sets whether Forward certifies z*, which takes one to four products by W and the memory of four
  // states. Unless `improves` is false a sample whose bound is above the tolerance is then answered
  // by sigma(W z + U x + b) if that has the smaller bound.
  void set_certifies(bool certifies, bool improves = true) {
    certifies_ = certifies;
    improves_ = improves;
  }
  // Where certified errors are the criterion Forward always certifies.
  bool certifies() const { return certifies_ || rule_.criterion == Criterion::kCertifiedError; }
  // What the last Forward that certified found.
  const Certificate& certificate() const { return certificate_; }

  // Replaces z* of the last Forward by sigma(W z* + U x + b), and recomputes the logits.
  void Polish();

  // Given dl/dlogits, adds dl/dparameter to every gradient, and writes dl/dx if `dx` is not null.
  // Must follow a Forward of the same x, with or without a Polish.
  void Backward(const Tensor& x, const Tensor& dlogits, const Tensor* dx);

  // The next solve for z* begins at z [op().dim(), batch] instead of zero.
  void StartFrom(const Tensor& z);

  // Takes alpha and, if it is known, L of the model beside which this one was made, and makes anew
  // what was derived from parameters.
  void Follow(const Model& first);

  // dl/dz*, [op().dim(), batch], as PullBack leaves it: what else depends on z* may add to it.
  const Tensor& dz() const { return dz_.get(); }

  // Forward and Backward in their parts, to be called in this order: for those who measure them.
  const Tensor& Inject(const Tensor& x);  // U x + b
  void SolveForward();                    // z*
  const Tensor& ReadOut();                // logits
  void PullBack(const Tensor& dlogits);   // dl/dz*, and the readout's gradients
  void SolveBackward();                   // u
  void AccumulateGradients(const Tensor& x, const Tensor* dx);

  // To be called whenever parameter values have changed.
  void ParametersChanged();

  // L = ||I - W||_2 of the present parameters. It is found when it is first asked for after they
  // have changed, which takes a while.
  double Lipschitz();
  // L as it was found for the same parameters before.
  void set_lipschitz(double lipschitz) { lipschitz_ = lipschitz; }

  // What the next solves multiply by: the forward one, and an adjoint that has a method of its own.
  std::vector<Multiplier> solve_multipliers() const;
  // Makes the matrices that the next forward solve needs of the present parameters and alpha, which
  // it would make else.
  void PrepareSolve() { operator_->Prepare(method_->multiplier(alpha_)); }

  ParameterStore& parameters() { return parameters_; }
  const ParameterStore& parameters() const { return parameters_; }
  MonotoneOperator& op() { return *operator_; }
  const MonotoneOperator& op() const { return *operator_; }
  // x -> U x + b, of which layout() says where in a state it goes, and what layout() exposes of z
  // -> logits.
  LinearMap& injection() { return *injection_; }
  LinearMap& readout() { return *readout_; }
  const Nonlinearity& sigma() const { return *sigma_; }
  const SplittingMethod& method() const { return *method_; }
  // The method's name as in a config: "mondeq.peaceman_rachford".
  const std::string& method_name() const { return method_name_; }
  const Features& input() const { return input_; }
  Index classes() const;
  Device& device() { return *device_; }
  DType dtype() const { return dtype_; }

  // Whether the operator's images have a border that nothing holds at zero, so that what leaves
  // them on one side comes in on the other.
  bool images_wrap_round() const {
    return operator_->layout().origin() > 0 && !sigma_->zero_outside();
  }

  // U x + b, [op().dim(), batch], of the last Forward.
  const Tensor& bias() const { return bias_.get(); }
  // By how much rounding may have changed every column of it, if the last Forward certified.
  const std::vector<double>& bias_error() const { return bias_error_; }
  // z*, [op().dim(), batch], as the last Forward found it or Polish replaced it.
  const Tensor& z() const { return z_.get(); }
  const Tensor& logits() const { return logits_.get(); }
  const SolveStats& forward_stats() const { return forward_stats_; }
  const SolveStats& backward_stats() const { return backward_stats_; }

  // The unit roundoff of products.
  double roundoff() const { return roundoff_; }
  double alpha() const { return alpha_; }
  void set_alpha(double alpha) { alpha_ = alpha; }
  StoppingRule& stopping_rule() { return rule_; }
  // How gradients are found.
  Adjoint& adjoint() { return adjoint_; }

 private:
  // Makes all but the parameters' memory.
  static absl::StatusOr<std::unique_ptr<Model>> Declare(const ModelConfig& config,
                                                        const ConfigSource& source,
                                                        const Shape& shape, Device* device,
                                                        DType dtype);
  Model(Device* device, DType dtype)
      : device_(device),
        dtype_(dtype),
        solver_(device, dtype),
        certifier_(device, dtype),
        certified_solver_(&solver_, &certifier_, device, dtype) {}

  // By how much rounding may change U x + b, for every sample.
  std::vector<double> BiasError(const Tensor& x) const;

  Device* device_;
  DType dtype_;
  Features input_;
  ParameterStore parameters_;
  std::unique_ptr<MonotoneOperator> operator_;
  std::unique_ptr<Pipeline> injection_;
  std::unique_ptr<Pipeline> readout_;
  std::unique_ptr<Nonlinearity> sigma_;
  std::unique_ptr<SplittingMethod> method_;
  std::string method_name_;
  Solver solver_;
  StoppingRule rule_;
  Adjoint adjoint_;
  double alpha_ = 1;
  absl::optional<double> lipschitz_;
  SolveStats forward_stats_, backward_stats_;
  Start start_ = Start::kZero;
  bool certifies_ = false, improves_ = true;
  Certifier certifier_;
  CertifiedSolver certified_solver_;
  Certificate certificate_;
  std::vector<double> bias_error_;
  double roundoff_ = 0;
  Scratch bias_, z_, p_, logits_, dz_, u_;
};

}  // namespace mondeq

#endif  // MONDEQ_MODEL_MODEL_H_
