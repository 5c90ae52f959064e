// What suites of certified solves solve with.
#ifndef MONDEQ_SPLITTING_CERTIFIED_TESTING_H_
#define MONDEQ_SPLITTING_CERTIFIED_TESTING_H_

#include <string>

#include "Eigen/Core"
#include "mondeq/splitting/certified_solver.h"
#include "mondeq/splitting/problem_testing.h"

namespace mondeq {

// A problem, and what solves it.
class Certified {
 public:
  Certified(const std::string& op, const std::string& sigma, DType dtype)
      : problem(ParseSlot<OperatorConfig>(op), ParseSlot<NonlinearityConfig>(sigma), dtype),
        certifier(problem.device_.get(), dtype),
        solver(&problem.solver_, &certifier, problem.device_.get(), dtype) {}

  StoppingRule Rule(double tolerance, int max_iterations) const {
    StoppingRule rule = mondeq::Rule(problem.dtype_, tolerance, max_iterations);
    rule.criterion = Criterion::kCertifiedError;
    return rule;
  }

  const SolveStats& Solve(const SplittingMethod& method, double alpha, const Eigen::MatrixXd& b,
                          const StoppingRule& rule) {
    Device& device = *problem.device_;
    const Tensor bias = FromMatrix(device, problem.dtype_, b);
    const Tensor answer = device.Allocate(problem.dtype_, bias.shape()),
                 p = device.Allocate(problem.dtype_, bias.shape());
    const SolveStats& stats = solver.Solve(
        {*problem.op_, ProxMap(problem.sigma_.get()), bias, {}, alpha, rule.epsilon / 2}, method,
        rule, answer, p);
    z = ToMatrix(device, answer);
    return stats;
  }

  Problem problem;
  Certifier certifier;
  CertifiedSolver solver;
  Eigen::MatrixXd z;
};

}  // namespace mondeq

#endif  // MONDEQ_SPLITTING_CERTIFIED_TESTING_H_
