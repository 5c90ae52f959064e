#include <cmath>
#include <cstdint>
#include <cstring>

#include "Eigen/Core"
#include "cublas_v2.h"

struct cublasContext {
  bool tf32 = false;
};

namespace {

template <class T>
using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;
using Stride = Eigen::OuterStride<>;
template <class T>
using Map = Eigen::Map<Matrix<T>, 0, Stride>;
template <class T>
using ConstMap = Eigen::Map<const Matrix<T>, 0, Stride>;

// op(x), which has so many rows and columns.
template <class T>
Matrix<T> Operand(cublasOperation_t op, const T* x, int ld, int rows, int columns) {
  if (op == CUBLAS_OP_N) return ConstMap<T>(x, rows, columns, Stride(ld));
  const ConstMap<T> stored(x, columns, rows, Stride(ld));
  return op == CUBLAS_OP_T ? Matrix<T>(stored.transpose()) : Matrix<T>(stored.adjoint());
}

// The nearest number of TF32's 11 bits.
float Round(float x) {
  std::uint32_t bits;
  std::memcpy(&bits, &x, sizeof(bits));
  constexpr std::uint32_t kHalf = 1u << 12;
  if (std::isfinite(x)) bits = (bits + kHalf) & ~(2 * kHalf - 1);
  std::memcpy(&x, &bits, sizeof(bits));
  return x;
}
cuComplex Round(cuComplex x) { return {Round(x.real()), Round(x.imag())}; }
// Other types are not rounded.
template <class T>
T Round(T x) {
  return x;
}

template <class T>
Matrix<T> Factor(const cublasContext& blas, const Matrix<T>& x) {
  return blas.tf32 ? Matrix<T>(x.unaryExpr([](T value) { return Round(value); })) : x;
}

template <class T>
cublasStatus_t Gemm(const cublasContext& blas, cublasOperation_t ta, cublasOperation_t tb, int m,
                    int n, int k, T alpha, const T* a, int lda, long long stride_a, const T* b,
                    int ldb, long long stride_b, T beta, T* c, int ldc, long long stride_c,
                    int count) {
  for (int i = 0; i < count; ++i, a += stride_a, b += stride_b, c += stride_c) {
    Map<T> out(c, m, n, Stride(ldc));
    const Matrix<T> product = alpha * (Factor<T>(blas, Operand(ta, a, lda, m, k)) *
                                       Factor<T>(blas, Operand(tb, b, ldb, k, n)));
    // With beta = 0 c need not hold numbers.
    out = beta == T{0} ? product : Matrix<T>(product + beta * out);
  }
  return CUBLAS_STATUS_SUCCESS;
}

}  // namespace

const char* cublasGetStatusString(cublasStatus_t) { return "emulated status"; }
cublasStatus_t cublasCreate(cublasHandle_t* handle) {
  *handle = new cublasContext;
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasDestroy(cublasHandle_t handle) {
  delete handle;
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasSetStream(cublasHandle_t, cudaStream_t) { return CUBLAS_STATUS_SUCCESS; }
cublasStatus_t cublasSetMathMode(cublasHandle_t handle, cublasMath_t mode) {
  handle->tf32 = mode == CUBLAS_TF32_TENSOR_OP_MATH;
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasSetWorkspace(cublasHandle_t, void*, std::size_t) {
  return CUBLAS_STATUS_SUCCESS;
}

#define MONDEQ_DEFINE_GEMM(name, T)                                                                \
  cublasStatus_t name(cublasHandle_t blas, cublasOperation_t ta, cublasOperation_t tb, int m,      \
                      int n, int k, const T* alpha, const T* a, int lda, long long stride_a,       \
                      const T* b, int ldb, long long stride_b, const T* beta, T* c, int ldc,       \
                      long long stride_c, int count) {                                             \
    return Gemm(*blas, ta, tb, m, n, k, *alpha, a, lda, stride_a, b, ldb, stride_b, *beta, c, ldc, \
                stride_c, count);                                                                  \
  }

MONDEQ_DEFINE_GEMM(cublasSgemmStridedBatched, float)
MONDEQ_DEFINE_GEMM(cublasDgemmStridedBatched, double)
MONDEQ_DEFINE_GEMM(cublasCgemmStridedBatched, cuComplex)
MONDEQ_DEFINE_GEMM(cublasZgemmStridedBatched, cuDoubleComplex)
