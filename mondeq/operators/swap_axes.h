// Exchanges the first two axes of an array of three.
#ifndef MONDEQ_OPERATORS_SWAP_AXES_H_
#define MONDEQ_OPERATORS_SWAP_AXES_H_

#include "mondeq/device/device.h"

namespace mondeq {

// to[j][i] = from[i][j], a row of n elements each, for i < a and j < b.
void SwapAxes(Device& device, Index a, Index b, Index n, const Tensor& from, const Tensor& to);

}  // namespace mondeq

#endif  // MONDEQ_OPERATORS_SWAP_AXES_H_
