// Bounds of what every unit does when no pixel moves by more than r: they know the weights, where
// strong monotonicity alone (sensitivity.h) knows m.
//
// For every a > 0 the equilibrium is z* = s(p) with s = prox^a_f, which rises, and no faster than
// its argument, and p = W_a z* + a (U x + b), W_a = I - a (I - W). Let p0 be any vector, z0 = s(p0)
// and t = W_a z0 + a (U x0 + b) - p0, which vanishes at the equilibrium of x0. At x = x0 + D u,
// with y = p - p0, any diagonal c and the remainder g_i(y_i) = s(p0_i + y_i) - z0_i - c_i y_i,
//   z* = z0 + c y + g(y)
//   y = W_a (c y + g(y)) + a U D u + t
//     = H (a U D u + t) + H W_a g(y) + (I - H (I - W_a c)) y      for every matrix H.      (*)
// Where the right side takes a box of y into itself for all |u_i| <= r, it has a fixed point there
// for every such u (Brouwer). If H has an inverse that is the equilibrium of x, which is the only
// one (Krawczyk's test). H is the inverse of I - W_a c, as nearly as it is computed.
//
// c is the slope of the chord of s over the box, so g vanishes for each unit of a relu whose sign
// is certain, and the bounds are those of a linear map there. c = 0 is the interval fixed point of
// Wei and Kolter (2022), which trained weights hardly ever have. Rounding is counted in norms: t,
// H, H W_a, H U D and the remainder may all be wrong by bounds that are known beforehand.
#ifndef MONDEQ_CERTIFICATES_INTERVAL_MAP_H_
#define MONDEQ_CERTIFICATES_INTERVAL_MAP_H_

#include "Eigen/Core"
#include "mondeq/certificates/host_matrix.h"
#include "mondeq/model/model.h"

namespace mondeq {

// Intervals of y, for every unit.
struct Box {
  Eigen::VectorXd low, high;

  // ||y||_2 of any y in it is at most that.
  double norm() const { return low.cwiseAbs().cwiseMax(high.cwiseAbs()).norm(); }
};

// What all samples share. Errors are of what is beside them, in the Frobenius norm.
struct IntervalWeights {
  double a = 0;
  HostMatrix w;          // W_a, [units, units]
  HostMatrix injection;  // a U D, [units, inputs]
  HostMatrix readout;    // the rows of R as columns, of all units, [units, classes]
  double w_error = 0, injection_error = 0;
  // Of a difference of two rows.
  double readout_error = 0;
};

// For the model's present parameters, in float64; a is such that the diagonal of W_a is about 0. D
// is that of sensitivity.h.
IntervalWeights FindIntervalWeights(const Eigen::VectorXd& scale, Model* model);

// p0 and z0 of one sample, and a bound of ||t||_2.
struct IntervalCenter {
  Eigen::VectorXd p, z;
  double t = 0;
};

// s at y beside a centre.
class ProxAt {
 public:
  ProxAt(double a, Model* model) : a_(a), model_(*model) {}

  // s(p_i + y_ik), for every unit i and each of its k points, [units, k].
  HostMatrix operator()(const Eigen::VectorXd& p, const HostMatrix& y);

 private:
  double a_;
  Model& model_;
  Scratch points_;
};

// The slopes of the chords of s over a box, between 0 and 1.
Eigen::VectorXd Chords(const IntervalCenter& center, const Box& box, ProxAt* prox);

// (*) for one c.
class IntervalMap {
 public:
  // `q` has differences of readout rows, [k, units]. What it refers to must outlive it.
  IntervalMap(const IntervalWeights& weights, const IntervalCenter& center, Eigen::VectorXd c,
              const HostMatrix& q, ProxAt* prox, Model* model);

  // Whether H certainly has an inverse.
  bool valid() const { return off_ < 0.5; }
  // How far y moves for every unit of r if g vanishes.
  const Eigen::VectorXd& gain() const { return gain_; }
  // A box of all that the right side of (*) is for y in `box` and |u_i| <= r.
  Box Apply(const Box& box, double r) const;
  // By how much q (z* - z0) may be below 0 at most, [k], for those.
  Eigen::VectorXd Fall(const Box& box, double r) const;

 private:
  struct Remainder {
    // g is within radius of middle, and ||g||_2 at most norm.
    Eigen::VectorXd middle, radius;
    double norm = 0;
  };
  Remainder RemainderOn(const Box& box) const;
  // What rounding, t and the last term of (*) add to y, in the 2-norm.
  double Slack(double y_norm, double g_norm, double r) const;

  const IntervalWeights& weights_;
  const IntervalCenter& center_;
  Eigen::VectorXd c_;
  ProxAt& prox_;
  Eigen::VectorXd gain_;
  // H W_a, and its absolute values.
  HostMatrix p_, p_sizes_;
  // q c, q + q c H W_a and the sums of |q c H a U D| over the inputs.
  HostMatrix k_, of_g_;
  Eigen::VectorXd of_u_;
  // Frobenius norms.
  double h_norm_ = 0, p_norm_ = 0, b_norm_ = 0;
  // ||I - H (I - W_a c)||, and the errors of H W_a and, for a unit of r, of H a U D u.
  double off_ = 0, p_error_ = 0, b_error_ = 0;
  // By what share sums may be wrong.
  double gamma_ = 0, root_inputs_ = 0;
};

}  // namespace mondeq

#endif  // MONDEQ_CERTIFICATES_INTERVAL_MAP_H_
