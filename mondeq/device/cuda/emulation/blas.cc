#include "Eigen/Core"
#include "Eigen/LU"
#include "cublas_v2.h"

namespace {

template <class T>
using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;
using Stride = Eigen::OuterStride<>;
template <class T>
using Map = Eigen::Map<Matrix<T>, 0, Stride>;
template <class T>
using ConstMap = Eigen::Map<const Matrix<T>, 0, Stride>;

// op(x), of rows x columns.
template <class T>
Matrix<T> Operand(cublasOperation_t op, const T* x, int ld, int rows, int columns) {
  if (op == CUBLAS_OP_N) return ConstMap<T>(x, rows, columns, Stride(ld));
  const ConstMap<T> stored(x, columns, rows, Stride(ld));
  return op == CUBLAS_OP_T ? Matrix<T>(stored.transpose()) : Matrix<T>(stored.adjoint());
}

template <class T>
cublasStatus_t Gemm(cublasOperation_t ta, cublasOperation_t tb, int m, int n, int k, T alpha,
                    const T* a, int lda, long long stride_a, const T* b, int ldb,
                    long long stride_b, T beta, T* c, int ldc, long long stride_c, int count) {
  for (int i = 0; i < count; ++i, a += stride_a, b += stride_b, c += stride_c) {
    Map<T> out(c, m, n, Stride(ldc));
    const Matrix<T> product = alpha * (Operand(ta, a, lda, m, k) * Operand(tb, b, ldb, k, n));
    // With beta = 0 c need not hold numbers.
    out = beta == T{0} ? product : Matrix<T>(product + beta * out);
  }
  return CUBLAS_STATUS_SUCCESS;
}

template <class T>
cublasStatus_t Factor(int n, T* const* a, int lda, int* pivots, int* info, int count) {
  for (int i = 0; i < count; ++i, pivots += n) {
    Map<T> matrix(a[i], n, n, Stride(lda));
    const Eigen::PartialPivLU<Matrix<T>> lu(matrix);
    matrix = lu.matrixLU();
    // Row p was swapped with pivots[p] - 1, one after the other.
    Eigen::VectorXi order = Eigen::VectorXi::LinSpaced(n, 0, n - 1);
    const auto permutation = lu.permutationP().transpose().eval();
    for (int p = 0; p < n; ++p) {
      int at = p;
      while (order[at] != permutation.indices()[p]) ++at;
      pivots[p] = at + 1;
      std::swap(order[p], order[at]);
    }
    info[i] = 0;
  }
  return CUBLAS_STATUS_SUCCESS;
}

template <class T>
cublasStatus_t InverseOf(int n, const T* const* a, int lda, const int* pivots, T* const* c, int ldc,
                         int* info, int count) {
  for (int i = 0; i < count; ++i, pivots += n) {
    const Matrix<T> lu = ConstMap<T>(a[i], n, n, Stride(lda));
    Matrix<T> inverse = Matrix<T>::Identity(n, n);
    for (int p = 0; p < n; ++p) inverse.row(p).swap(inverse.row(pivots[p] - 1));
    lu.template triangularView<Eigen::UnitLower>().solveInPlace(inverse);
    lu.template triangularView<Eigen::Upper>().solveInPlace(inverse);
    Map<T>(c[i], n, n, Stride(ldc)) = inverse;
    info[i] = 0;
  }
  return CUBLAS_STATUS_SUCCESS;
}

}  // namespace

const char* cublasGetStatusString(cublasStatus_t) { return "emulated status"; }
cublasStatus_t cublasCreate(cublasHandle_t* handle) {
  *handle = nullptr;
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasDestroy(cublasHandle_t) { return CUBLAS_STATUS_SUCCESS; }
cublasStatus_t cublasSetStream(cublasHandle_t, cudaStream_t) { return CUBLAS_STATUS_SUCCESS; }
cublasStatus_t cublasSetMathMode(cublasHandle_t, cublasMath_t) { return CUBLAS_STATUS_SUCCESS; }
cublasStatus_t cublasSetWorkspace(cublasHandle_t, void*, std::size_t) {
  return CUBLAS_STATUS_SUCCESS;
}

#define MONDEQ_DEFINE_GEMM(name, T)                                                               \
  cublasStatus_t name(cublasHandle_t, cublasOperation_t ta, cublasOperation_t tb, int m, int n,   \
                      int k, const T* alpha, const T* a, int lda, long long stride_a, const T* b, \
                      int ldb, long long stride_b, const T* beta, T* c, int ldc,                  \
                      long long stride_c, int count) {                                            \
    return Gemm(ta, tb, m, n, k, *alpha, a, lda, stride_a, b, ldb, stride_b, *beta, c, ldc,       \
                stride_c, count);                                                                 \
  }

MONDEQ_DEFINE_GEMM(cublasSgemmStridedBatched, float)
MONDEQ_DEFINE_GEMM(cublasDgemmStridedBatched, double)
MONDEQ_DEFINE_GEMM(cublasCgemmStridedBatched, cuComplex)
MONDEQ_DEFINE_GEMM(cublasZgemmStridedBatched, cuDoubleComplex)

cublasStatus_t cublasSgetrfBatched(cublasHandle_t, int n, float* const* a, int lda, int* pivots,
                                   int* info, int count) {
  return Factor(n, a, lda, pivots, info, count);
}
cublasStatus_t cublasDgetrfBatched(cublasHandle_t, int n, double* const* a, int lda, int* pivots,
                                   int* info, int count) {
  return Factor(n, a, lda, pivots, info, count);
}
cublasStatus_t cublasSgetriBatched(cublasHandle_t, int n, const float* const* a, int lda,
                                   const int* pivots, float* const* c, int ldc, int* info,
                                   int count) {
  return InverseOf(n, a, lda, pivots, c, ldc, info, count);
}
cublasStatus_t cublasDgetriBatched(cublasHandle_t, int n, const double* const* a, int lda,
                                   const int* pivots, double* const* c, int ldc, int* info,
                                   int count) {
  return InverseOf(n, a, lda, pivots, c, ldc, info, count);
}
