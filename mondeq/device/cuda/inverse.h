// Inverses of a batch of real or complex matrices whose Hermitian part is positive definite, in
// place: by halves,
//   [A B; C D]^-1 = [X + X B Y C X, -X B Y; -Y C X, Y],  X = A^-1,  Y = (D - C X B)^-1,
// down to blocks that a group of threads inverts in shared memory. All Schur complements have a
// positive definite Hermitian part too, so no pivots are needed at any size.
#ifndef MONDEQ_DEVICE_CUDA_INVERSE_H_
#define MONDEQ_DEVICE_CUDA_INVERSE_H_

#include "mondeq/device/cuda/elimination.h"
#include "mondeq/device/cuda/products.h"

namespace mondeq {

// Whether a group of threads inverts an n x n matrix in shared memory: two groups are to fit at a
// time, so that one works while another one waits.
template <class X>
bool InvertsInSharedMemory(const CudaContext& context, Index n) {
  return 2 * Elimination<X>::SharedBytes(n) <= context.shared_bytes();
}

// How many numbers of scratch InvertBatch needs for matrices [count][n][n].
inline Index InverseScratch(Index count, Index n) { return count * n * n; }

// S is a type that Matrices may have.
template <class S>
void InvertBatch(CudaContext& context, Index count, Index n, const Matrices<S>& a, S* scratch);

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_CUDA_INVERSE_H_
