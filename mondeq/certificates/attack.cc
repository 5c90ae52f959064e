#include "mondeq/certificates/attack.h"

#include <algorithm>
#include <limits>

#include "Eigen/Core"
#include "mondeq/core/safetensors.h"
#include "mondeq/model/weights.h"

namespace mondeq {
namespace {

// Samples are columns.
using State = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

State ToState(Device& device, const Tensor& tensor) {
  const std::vector<double> values = ToHostArray(device, tensor).ToDoubles();
  return Eigen::Map<const State>(values.data(), tensor.rows(), tensor.columns());
}

// The class other than `excepted` with the largest logit.
Index BestBut(Index excepted, const Eigen::VectorXd& logits) {
  Index best = excepted == 0 ? 1 : 0;
  for (Index c = 0; c < logits.size(); ++c) {
    if (c != excepted && logits(c) > logits(best)) best = c;
  }
  return best;
}

// A disturbance, moved by `length` against the gradient as the ball measures it, and put back into
// the ball.
void Step(Ball ball, double length, double radius, const Eigen::VectorXd& gradient,
          Eigen::Ref<Eigen::VectorXd> disturbance) {
  if (ball == Ball::kLInf) {
    disturbance -= length * gradient.cwiseSign();
    disturbance = disturbance.cwiseMax(-radius).cwiseMin(radius).eval();
    return;
  }
  const double norm = gradient.stableNorm();
  if (norm > 0) disturbance -= length / norm * gradient;
  const double size = disturbance.stableNorm();
  if (size > radius) disturbance *= radius / size;
}

}  // namespace

std::vector<double> LeastMargins(const Attack& attack, const std::vector<double>& x,
                                 const std::vector<Index>& classes,
                                 const std::vector<double>& radii, const std::vector<double>& scale,
                                 Model* model) {
  // In all they go a few times as far as the radius.
  constexpr double kWay = 2.5;
  Device& device = model->device();
  const auto batch = static_cast<Index>(classes.size()), d = model->input().dim();
  const Eigen::Map<const State> start(x.data(), d, batch);
  const Eigen::VectorXd scales = Eigen::VectorXd::NullaryExpr(
      d, [&](Index i) { return scale[static_cast<std::size_t>(i) % scale.size()]; });
  const Tensor at = device.Allocate(model->dtype(), {d, batch}),
               dx = device.Allocate(model->dtype(), {d, batch});
  State disturbance = State::Zero(d, batch);
  std::vector<double> least(classes.size(), std::numeric_limits<double>::infinity());
  for (int step = 0;; ++step) {
    const State disturbed = start + scales.asDiagonal() * disturbance;
    MONDEQ_CHECK(FromHostArray(
        device, HostArray::From<double>({d, batch}, {disturbed.data(), x.size()}), at));
    const State logits = ToState(device, model->Forward(at));
    // The gradient of logit[class] - logit[other].
    State dlogits = State::Zero(logits.rows(), batch);
    for (Index l = 0; l < batch; ++l) {
      const auto i = static_cast<std::size_t>(l);
      const Index other = BestBut(classes[i], logits.col(l));
      least[i] = std::min(least[i], logits(classes[i], l) - logits(other, l));
      dlogits(classes[i], l) = 1;
      dlogits(other, l) = -1;
    }
    if (step == attack.steps) return least;
    model->Backward(at,
                    ToTensor(device, model->dtype(),
                             HostArray::From<double>(
                                 {logits.rows(), batch},
                                 {dlogits.data(), static_cast<std::size_t>(dlogits.size())})),
                    &dx);
    const State gradient = scales.asDiagonal() * ToState(device, dx);
    for (Index l = 0; l < batch; ++l) {
      const double radius = radii[static_cast<std::size_t>(l)];
      Eigen::VectorXd column = disturbance.col(l);
      Step(attack.ball, kWay * radius / attack.steps, radius, gradient.col(l), column);
      disturbance.col(l) = column;
    }
  }
}

}  // namespace mondeq
