#include "mondeq/testing/multiply.h"

#include "mondeq/testing/stamp_map.h"
#include "mondeq/testing/tensors.h"

namespace mondeq {

using Eigen::MatrixXd;

MatrixXd Multiply(Device& device, DType dtype, MonotoneOperator& op, Direction direction,
                  const Multiplier& multiplier, const MatrixXd& r) {
  const Tensor state = FromMatrix(device, dtype, r),
               product = device.Allocate(dtype, state.shape());
  const Tensor zeros = FromMatrix(device, dtype, MatrixXd::Zero(r.rows(), r.cols()));
  const Tensor visits = FromMatrix(device, dtype, MatrixXd::Zero(r.rows(), r.cols()));
  Iteration& iteration = op.Iterate(direction, multiplier, zeros);
  iteration.Place(StampMap(1, state, visits));
  iteration.Step(RecordMap(product));
  return ToMatrix(device, product);
}

}  // namespace mondeq
