// Kernels as arrays of taps, [size, size, m, n] (torus.h), and the algebra of W = (1-m) I - A'A +
// B - B' on them. Offsets count from -(size-1)/2 to (size-1)/2 in each axis; (A'A)[d] = sum_e A[e]'
// A[e + d], (B')[d] = B[-d]'.
#ifndef MONDEQ_OPERATORS_TAPS_H_
#define MONDEQ_OPERATORS_TAPS_H_

#include "mondeq/device/scratch.h"

namespace mondeq {

// taps [k, k, m, n] from a kernel [m, n, k, k] as files have it, and back.
void KernelToTaps(Device& device, const Tensor& kernel, const Tensor& taps);
void TapsToKernel(Device& device, const Tensor& taps, const Tensor& kernel);

// The memory that products of all taps with each other need.
struct TapScratch {
  Scratch rows, gradient_rows, products;
};

// w[d] += factor sum_e a[e]' a[e + d], for all offsets; w has size 2k - 1 where a has k.
void AddGram(Device& device, double factor, const Tensor& a, TapScratch* scratch, const Tensor& w);
// w[d] += b[d] - b[-d]'; w may be larger than b.
void AddSkew(Device& device, const Tensor& b, const Tensor& w);
// taps[d] = factor taps[d], and taps[0] += identity I.
void ScaleAndShiftTaps(Device& device, double factor, double identity, const Tensor& taps);

// The gradients of A and B, [k, k, n, n], from that of W, g [2k-1, 2k-1, n, n]:
//   dA[e] = -sum_d A[e - d] (g[d] + g[-d]'),   dB[e] = g[e] - g[-e]'.
// `work` has the shape of g.
void GradientOfGram(Device& device, const Tensor& a, const Tensor& g, const Tensor& work,
                    TapScratch* scratch, const Tensor& da);
void GradientOfSkew(Device& device, const Tensor& g, const Tensor& db);

}  // namespace mondeq

#endif  // MONDEQ_OPERATORS_TAPS_H_
