// The part of cuFFT that mondeq/device/cuda uses (see cuda_runtime.h beside this): complex
// transforms in two dimensions, by their definition.
#ifndef MONDEQ_DEVICE_CUDA_EMULATION_CUFFT_H_
#define MONDEQ_DEVICE_CUDA_EMULATION_CUFFT_H_

#include <complex>
#include <cstddef>

#include "cuda_runtime.h"

using cufftHandle = int;
using cufftResult = int;
constexpr cufftResult CUFFT_SUCCESS = 0;
constexpr cufftResult CUFFT_ALLOC_FAILED = 2;
using cufftComplex = std::complex<float>;
using cufftDoubleComplex = std::complex<double>;
enum cufftType { CUFFT_C2C, CUFFT_Z2Z };
constexpr int CUFFT_FORWARD = -1, CUFFT_INVERSE = 1;

cufftResult cufftCreate(cufftHandle* plan);
cufftResult cufftDestroy(cufftHandle plan);
cufftResult cufftSetStream(cufftHandle plan, cudaStream_t stream);
cufftResult cufftSetAutoAllocation(cufftHandle plan, int automatic);
cufftResult cufftSetWorkArea(cufftHandle plan, void* area);
cufftResult cufftMakePlanMany(cufftHandle plan, int rank, int* n, int* in_embed, int in_stride,
                              int in_distance, int* out_embed, int out_stride, int out_distance,
                              cufftType type, int batch, std::size_t* work_bytes);
// Gives as many bytes as cufftMakePlanMany does.
cufftResult cufftEstimateMany(int rank, int* n, int* in_embed, int in_stride, int in_distance,
                              int* out_embed, int out_stride, int out_distance, cufftType type,
                              int batch, std::size_t* work_bytes);
cufftResult cufftExecC2C(cufftHandle plan, cufftComplex* in, cufftComplex* out, int direction);
cufftResult cufftExecZ2Z(cufftHandle plan, cufftDoubleComplex* in, cufftDoubleComplex* out,
                         int direction);

#endif  // MONDEQ_DEVICE_CUDA_EMULATION_CUFFT_H_
