#include "mondeq/device/cuda/products.h"

namespace mondeq {
namespace {

constexpr auto Gemm(float) { return &cublasSgemmStridedBatched; }
constexpr auto Gemm(double) { return &cublasDgemmStridedBatched; }
constexpr auto Gemm(std::complex<float>) { return &cublasCgemmStridedBatched; }
constexpr auto Gemm(std::complex<double>) { return &cublasZgemmStridedBatched; }

float* Cast(float* p) { return p; }
double* Cast(double* p) { return p; }
cuComplex* Cast(std::complex<float>* p) { return reinterpret_cast<cuComplex*>(p); }
cuDoubleComplex* Cast(std::complex<double>* p) { return reinterpret_cast<cuDoubleComplex*>(p); }

}  // namespace

template <class S>
void Multiply(CudaContext& context, Index count, Index m, Index n, Index k, S alpha,
              const Matrices<S>& a, const Matrices<S>& b, S beta, const Matrices<S>& c) {
  if (!context.ok() || count * m * n == 0) return;
  // c' = op(b)' op(a)'
  const auto integer = [](Index i) { return static_cast<int>(i); };
  context.CheckBlas(
      Gemm(S{})(context.blas(), b.op, a.op, integer(n), integer(m), integer(k), Cast(&alpha),
                Cast(b.data), integer(b.ld), b.stride, Cast(a.data), integer(a.ld), a.stride,
                Cast(&beta), Cast(c.data), integer(c.ld), c.stride, integer(count)),
      "a product");
}

#define MONDEQ_INSTANTIATE(S)                                                             \
  template void Multiply(CudaContext&, Index, Index, Index, Index, S, const Matrices<S>&, \
                         const Matrices<S>&, S, const Matrices<S>&);

MONDEQ_INSTANTIATE(float)
MONDEQ_INSTANTIATE(double)
MONDEQ_INSTANTIATE(std::complex<float>)
MONDEQ_INSTANTIATE(std::complex<double>)

}  // namespace mondeq
