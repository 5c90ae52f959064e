// z* of dense problems in long double, which tells errors of float64 from zero.
#ifndef MONDEQ_SPLITTING_TRUE_EQUILIBRIUM_TESTING_H_
#define MONDEQ_SPLITTING_TRUE_EQUILIBRIUM_TESTING_H_

#include <string>

#include "Eigen/Core"
#include "mondeq/splitting/problem_testing.h"

namespace mondeq {

using LongMatrix = Eigen::Matrix<long double, Eigen::Dynamic, Eigen::Dynamic>;

// The nonlinearities that these are known for.
extern const char* const kLongSigmas[8];

class TrueEquilibrium {
 public:
  // Of a problem with a dense operator, whose parameters are taken as the numbers that they are,
  // and `sigma`, one of those.
  TrueEquilibrium(const OperatorConfig& op, const std::string& sigma, Problem* problem);

  // L = ||I - W||.
  double l() const { return l_; }

  // Finds z* of every column; returns false where that could not be proved to the rounding of long
  // double.
  bool Find(const Eigen::MatrixXd& b, LongMatrix* z);

 private:
  void NewtonStep(const LongMatrix& b, LongMatrix* z) const;
  bool Certified(const LongMatrix& b, const LongMatrix& z) const;
  LongMatrix Layer(const LongMatrix& b, const LongMatrix& z) const;

  std::string sigma_;
  // The same in float64, which brings Newton's method near.
  Problem near_;
  LongMatrix w_;
  double l_ = 0;
};

}  // namespace mondeq

#endif  // MONDEQ_SPLITTING_TRUE_EQUILIBRIUM_TESTING_H_
