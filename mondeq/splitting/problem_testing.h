// What the suites of splitting methods and of the solver solve: small problems, of which they see W
// as a dense matrix.
#ifndef MONDEQ_SPLITTING_PROBLEM_TESTING_H_
#define MONDEQ_SPLITTING_PROBLEM_TESTING_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "Eigen/Core"
#include "gtest/gtest.h"
#include "mondeq/core/registry.h"
#include "mondeq/nonlinearities/nonlinearity.h"
#include "mondeq/splitting/solver.h"
#include "mondeq/testing/tensors.h"
#include "mondeq/testing/test_device.h"

namespace mondeq {

// The input is small, for dense linear algebra. Operators that need a larger image are left out.
constexpr Features kInput{4, 4, 2};

// The example operators that take kInput.
const std::vector<OperatorConfig>& Operators();

// Parses what a slot holds: ParseSlot<OperatorConfig>("[mondeq.dense] { units: 3 }").
template <class Slot>
Slot ParseSlot(const std::string& text) {
  Slot slot;
  ConfigSource source;
  EXPECT_TRUE(ParseConfig(text, "test", {}, &slot, &source).ok()) << text;
  return slot;
}

// Makes the plugin that such a text names.
template <class Interface>
std::unique_ptr<Interface> Create(const std::string& text,
                                  const typename Interface::Context& context) {
  return *Registry<Interface>::Create(ParseSlot<typename Interface::Config>(text), ConfigSource(),
                                      context);
}

// One operator and nonlinearity on a device, and what they do to dense matrices.
class Problem {
 public:
  Problem(const OperatorConfig& op, const NonlinearityConfig& sigma, DType dtype, int threads = 1)
      : Problem(op, sigma, dtype, MakeTestDevice(threads)) {}
  Problem(const OperatorConfig& op, const NonlinearityConfig& sigma, DType dtype,
          std::unique_ptr<Device> device)
      : dtype_(dtype), device_(std::move(device)), solver_(device_.get(), dtype) {
    op_ = *Registry<MonotoneOperator>::Create(
        op, ConfigSource(), {kInput, {&store_, "operator"}, device_.get(), dtype});
    sigma_ = *Registry<Nonlinearity>::Create(sigma, ConfigSource(),
                                             {op_->layout().MakeInteriorMask(*device_), nullptr});
    store_.Allocate(*device_, dtype, 17);
    op_->ParametersChanged();
  }

  double Alpha(const SplittingMethod& method) {
    return method.alpha().has_value() ? method.alpha().value()
                                      : method.AutomaticAlpha(op_->m(), op_->Lipschitz());
  }

  // Shrinks the parameters until theory promises that the method converges, for one that does not
  // converge always.
  void TameFor(const SplittingMethod& method);

  // Where the start is given it is what z holds.
  SolveStats Solve(Direction direction, const ProxMap& prox, const SplittingMethod& method,
                   double alpha, const Eigen::MatrixXd& b, const StoppingRule& rule,
                   Eigen::MatrixXd* z, Start start = Start::kZero) {
    const Tensor out = start == Start::kGiven ? FromMatrix(*device_, dtype_, *z)
                                              : device_->Allocate(dtype_, {b.rows(), b.cols()});
    const SolveStats stats = solver_.Solve(*op_, direction, prox, method, alpha,
                                           FromMatrix(*device_, dtype_, b), rule, out, {}, start);
    *z = ToMatrix(*device_, out);
    return stats;
  }
  SolveStats SolveForward(const SplittingMethod& method, const Eigen::MatrixXd& b,
                          const StoppingRule& rule, Eigen::MatrixXd* z,
                          Start start = Start::kZero) {
    return Solve(Direction::kForward, ProxMap(sigma_.get()), method, Alpha(method), b, rule, z,
                 start);
  }

  Eigen::MatrixXd Prox(double alpha, const Eigen::MatrixXd& p) {
    const Tensor z = FromMatrix(*device_, dtype_, p);
    ProxMap(sigma_.get()).Prox(*device_, alpha, z, z);
    return ToMatrix(*device_, z);
  }
  Eigen::MatrixXd Sigma(const Eigen::MatrixXd& s) { return Prox(1, s); }
  // The slopes j of sigma where its output is z*.
  Eigen::MatrixXd Slope(const Tensor& z_star) {
    const Tensor j =
        FromMatrix(*device_, dtype_, Eigen::MatrixXd::Ones(z_star.rows(), z_star.columns()));
    ProxMap(sigma_.get(), z_star).Prox(*device_, 1, j, j);
    return ToMatrix(*device_, j);
  }
  Eigen::MatrixXd W() {
    const Tensor w =
        FromMatrix(*device_, dtype_, Eigen::MatrixXd::Identity(op_->dim(), op_->dim()));
    const Tensor out = device_->Allocate(dtype_, w.shape());
    op_->Apply(Direction::kForward, w, out);
    return ToMatrix(*device_, out);
  }
  Eigen::MatrixXd RandomState(Index batch) {
    return Rounded(dtype_, RandomMatrix(op_->dim(), batch, &random_));
  }

  DType dtype_;
  std::unique_ptr<Device> device_;
  ParameterStore store_;
  std::unique_ptr<MonotoneOperator> op_;
  std::unique_ptr<Nonlinearity> sigma_;
  Solver solver_;
  Random random_{21};
};

// The rule for iterations in `dtype` that end at these bounds.
StoppingRule Rule(DType dtype, double tolerance, int max_iterations);

// A rule under which a method goes on until what remains is rounding, and the relative error that
// it leaves.
struct Tight {
  StoppingRule rule;
  double tolerance;
};
Tight TightRuleFor(const SplittingMethod& method, DType dtype);

}  // namespace mondeq

#endif  // MONDEQ_SPLITTING_PROBLEM_TESTING_H_
