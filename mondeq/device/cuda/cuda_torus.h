// The torus of the CUDA device.
//
// Two samples next to each other are one complex signal: a state [pixels * channels, batch] is, as
// it lies in memory, an array of complex numbers [row][column][channel][lane], and so is its
// spectrum, [ky][kx][channel][lane], all frequencies. Kernels are real, so a matrix acts on both
// samples at once. An odd batch has a last sample of zeros. Matrices are row-major, one per
// frequency; with sampling, [m][4 n] per frequency of the half torus, and 4 x 4 blocks [4 n][4 n].
#ifndef MONDEQ_DEVICE_CUDA_CUDA_TORUS_H_
#define MONDEQ_DEVICE_CUDA_CUDA_TORUS_H_

#include <memory>

#include "mondeq/device/cuda/cuda_context.h"
#include "mondeq/device/torus.h"

namespace mondeq {

std::unique_ptr<Torus> MakeCudaTorus(Index rows, Index columns,
                                     std::shared_ptr<CudaContext> context);

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_CUDA_CUDA_TORUS_H_
