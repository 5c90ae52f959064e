// Products of row-major matrices by cuBLAS, which knows only column-major ones: its transposes.
#ifndef MONDEQ_DEVICE_CUDA_PRODUCTS_H_
#define MONDEQ_DEVICE_CUDA_PRODUCTS_H_

#include <complex>

#include "mondeq/device/cuda/cuda_context.h"

namespace mondeq {

// The matrices of a batch, before op: element (i, j) of number b at data[b * stride + i * ld + j].
// S is float, double, or std::complex of one.
template <class S>
struct Matrices {
  S* data;
  Index ld;          // elements from one row to the next
  Index stride = 0;  // elements from one matrix to the next; 0 where one serves all
  cublasOperation_t op = CUBLAS_OP_N;  // C: the conjugate transpose
};

// c_b = alpha op(a_b) op(b_b) + beta c_b for b = 0 .. count - 1; op(a_b) [m, k], op(b_b) [k, n],
// c_b [m, n]. With beta = 0, c need not be initialised. c's op is ignored.
template <class S>
void Multiply(CudaContext& context, Index count, Index m, Index n, Index k, S alpha,
              const Matrices<S>& a, const Matrices<S>& b, S beta, const Matrices<S>& c);

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_CUDA_PRODUCTS_H_
