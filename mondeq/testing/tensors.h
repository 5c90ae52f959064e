// Tensors and Eigen matrices in tests. Eigen's side is always float64, whatever the tensor is.
#ifndef MONDEQ_TESTING_TENSORS_H_
#define MONDEQ_TESTING_TENSORS_H_

#include "Eigen/Core"
#include "mondeq/core/random.h"
#include "mondeq/device/device.h"

namespace mondeq {

Eigen::MatrixXd ToMatrix(Device& device, const Tensor& x);
Tensor FromMatrix(Device& device, DType dtype, const Eigen::MatrixXd& x);

// What a tensor of the type holds of x.
Eigen::MatrixXd Rounded(DType dtype, const Eigen::MatrixXd& x);

// A matrix of standard normal entries times `scale`.
Eigen::MatrixXd RandomMatrix(Index rows, Index columns, Random* random, double scale = 1);

// ||a - b|| / ||b||, or ||a|| where b = 0.
double RelativeError(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b);

// `multiple` times the machine epsilon of the type, the distance from 1 to the next number.
double Tolerance(DType dtype, double multiple);

// Replaces the values of `target` by those of `x`.
void Assign(Device& device, const Eigen::MatrixXd& x, const Tensor& target);

}  // namespace mondeq

#endif  // MONDEQ_TESTING_TENSORS_H_
