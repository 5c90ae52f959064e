// The 2-norm of a tensor, or of each of its columns, of any size and scale.
#ifndef MONDEQ_DEVICE_NORM_H_
#define MONDEQ_DEVICE_NORM_H_

#include <vector>

#include "mondeq/device/device.h"

namespace mondeq {

// ||x||_2 of all elements of a float32 or float64 tensor. It is right also where the squares are
// beyond the range of a double, as those of 1e-200 and 1e200 are; then it allocates
// as much as x again. Infinite or NaN only if an element is.
double Norm(Device& device, const Tensor& x);

// The same of every column of x [rows, columns].
void ColumnNorms(Device& device, const Tensor& x, std::vector<double>* norms);

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_NORM_H_
