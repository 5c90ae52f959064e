// The part of cuBLAS that mondeq/device/cuda uses (see cuda_runtime.h beside this).
#ifndef MONDEQ_DEVICE_CUDA_EMULATION_CUBLAS_V2_H_
#define MONDEQ_DEVICE_CUDA_EMULATION_CUBLAS_V2_H_

#include <complex>
#include <cstddef>

#include "cuda_runtime.h"

using cublasHandle_t = struct cublasContext*;
using cublasStatus_t = int;
constexpr cublasStatus_t CUBLAS_STATUS_SUCCESS = 0;
constexpr cublasStatus_t CUBLAS_STATUS_ALLOC_FAILED = 3;
enum cublasOperation_t { CUBLAS_OP_N, CUBLAS_OP_T, CUBLAS_OP_C };
enum cublasMath_t { CUBLAS_DEFAULT_MATH, CUBLAS_TF32_TENSOR_OP_MATH };
using cuComplex = std::complex<float>;
using cuDoubleComplex = std::complex<double>;

const char* cublasGetStatusString(cublasStatus_t status);
cublasStatus_t cublasCreate(cublasHandle_t* handle);
cublasStatus_t cublasDestroy(cublasHandle_t handle);
cublasStatus_t cublasSetStream(cublasHandle_t handle, cudaStream_t stream);
cublasStatus_t cublasSetMathMode(cublasHandle_t handle, cublasMath_t mode);
cublasStatus_t cublasSetWorkspace(cublasHandle_t handle, void* workspace, std::size_t bytes);

#define MONDEQ_EMULATED_GEMM(name, T)                                                           \
  cublasStatus_t name(cublasHandle_t handle, cublasOperation_t ta, cublasOperation_t tb, int m, \
                      int n, int k, const T* alpha, const T* a, int lda, long long stride_a,    \
                      const T* b, int ldb, long long stride_b, const T* beta, T* c, int ldc,    \
                      long long stride_c, int count)

MONDEQ_EMULATED_GEMM(cublasSgemmStridedBatched, float);
MONDEQ_EMULATED_GEMM(cublasDgemmStridedBatched, double);
MONDEQ_EMULATED_GEMM(cublasCgemmStridedBatched, cuComplex);
MONDEQ_EMULATED_GEMM(cublasZgemmStridedBatched, cuDoubleComplex);

#endif  // MONDEQ_DEVICE_CUDA_EMULATION_CUBLAS_V2_H_
