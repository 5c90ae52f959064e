// Linear maps as matrices in host memory, by what they make of unit vectors.
#ifndef MONDEQ_CERTIFICATES_COLUMNS_H_
#define MONDEQ_CERTIFICATES_COLUMNS_H_

#include <algorithm>

#include "mondeq/certificates/host_matrix.h"
#include "mondeq/model/model.h"

namespace mondeq {

// What apply(x, y) makes of the vectors scale(i) e_i, i = 0 .. scale.size() - 1, as columns, some
// at a time: it takes x [inputs, some], which it may change, and writes y [outputs, some].
template <class Apply>
HostMatrix ColumnsOf(const Eigen::VectorXd& scale, Index inputs, Index outputs, Device* device,
                     const Apply& apply) {
  const Index count = scale.size(), some = std::min<Index>(count, 128);
  const Tensor x = device->Allocate(DType::kFloat64, {inputs, some}),
               y = device->Allocate(DType::kFloat64, {outputs, some});
  HostMatrix columns(outputs, count), units(inputs, some);
  for (Index first = 0; first < count; first += some) {
    const Index now = std::min(some, count - first);
    units.setZero();
    for (Index i = 0; i < now; ++i) units(first + i, i) = scale(first + i);
    device->CopyFromHost(units.data(), x);
    apply(x, y);
    columns.middleCols(first, now) = ToHostMatrix(*device, y).leftCols(now);
  }
  return columns;
}

// The first `count` columns of I - W. Each may be wrong by the RoundingConstant times u.
HostMatrix OperatorColumns(Index count, Model* model);

// The b of U x + b, negated. [injected features]
Tensor NegativeOffset(Model* model);

// U D, for D of that diagonal: [injected features, inputs]. By how much its columns may be wrong in
// the Frobenius norm is RoundingOfInjection.
HostMatrix InjectionColumns(const Eigen::VectorXd& scale, Model* model);
double RoundingOfInjection(const Eigen::VectorXd& scale, Model* model);

// The rows of R, as columns: what of the exposed features each logit is a product with. [features,
// classes]
HostMatrix ReadoutRows(Model* model);
// By how much a difference of two of them may be wrong, in the 2-norm.
double RoundingOfReadoutRows(Model* model);

}  // namespace mondeq

#endif  // MONDEQ_CERTIFICATES_COLUMNS_H_
