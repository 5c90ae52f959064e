#include "mondeq/certificates/attack.h"

#include <algorithm>
#include <limits>

#include "Eigen/Core"
#include "mondeq/certificates/host_matrix.h"

namespace mondeq {
namespace {

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

// Lowers the margins to those of the model's last Forward, where these are smaller, and returns the
// gradient of the margins by the logits.
HostMatrix TakeMargins(const std::vector<Index>& classes, const Sensitivity& sensitivity,
                       Model* model, std::vector<double>* least) {
  const HostMatrix logits = ToHostMatrix(model->device(), model->logits());
  HostMatrix gradient = HostMatrix::Zero(logits.rows(), logits.cols());
  for (std::size_t i = 0; i < classes.size(); ++i) {
    const auto l = static_cast<Index>(i);
    const Index other = BestBut(classes[i], logits.col(l));
    const double error =
        sensitivity.readout(classes[i], other) * model->certificate().error_bound[i];
    const double margin = logits(classes[i], l) - logits(other, l) + error;
    (*least)[i] = std::min((*least)[i], margin);
    gradient(classes[i], l) = 1;
    gradient(other, l) = -1;
  }
  return gradient;
}

}  // namespace

std::vector<double> LeastMargins(const Attack& attack, const std::vector<double>& x,
                                 const std::vector<Index>& classes,
                                 const std::vector<double>& radii, const Sensitivity& sensitivity,
                                 Model* model) {
  // In all they go a few times as far as the radius.
  constexpr double kWay = 2.5;
  Device& device = model->device();
  const auto batch = static_cast<Index>(classes.size()), d = model->input().dim();
  const Eigen::Map<const HostMatrix> start(x.data(), d, batch);
  const Tensor dx = device.Allocate(DType::kFloat64, {d, batch});
  HostMatrix disturbance = HostMatrix::Zero(d, batch);
  std::vector<double> least(classes.size(), std::numeric_limits<double>::infinity());
  for (int step = 0;; ++step) {
    const Tensor at = FromHostMatrix(device, start + sensitivity.scale.asDiagonal() * disturbance);
    model->Forward(at);
    const HostMatrix dlogits = TakeMargins(classes, sensitivity, model, &least);
    if (step == attack.steps) return least;
    model->Backward(at, FromHostMatrix(device, dlogits), &dx);
    const HostMatrix gradient = sensitivity.scale.asDiagonal() * ToHostMatrix(device, dx);
    for (Index l = 0; l < batch; ++l) {
      const double radius = radii[static_cast<std::size_t>(l)];
      Eigen::VectorXd column = disturbance.col(l);
      Step(attack.ball, kWay * radius / attack.steps, radius, gradient.col(l), column);
      disturbance.col(l) = column;
    }
  }
}

}  // namespace mondeq
