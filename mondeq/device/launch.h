// Putting work on a device whose memory is not the host's. A functor is the same source that runs
// on the CPU: a struct, at namespace scope, of plain pointers and numbers whose call operator is
// MONDEQ_HOST_DEVICE. Sources that launch are compiled by nvcc in the CUDA configuration.
#ifndef MONDEQ_DEVICE_LAUNCH_H_
#define MONDEQ_DEVICE_LAUNCH_H_

#include <algorithm>
#include <cstddef>
#include <type_traits>
#include <vector>

#include "mondeq/core/features.h"
#include "mondeq/core/status.h"

// MONDEQ_HOST_DEVICE_CALL is for a long function that many kernels share: it is compiled once.
#ifdef __CUDACC__
#define MONDEQ_HOST_DEVICE __host__ __device__
#define MONDEQ_HOST_DEVICE_CALL __host__ __device__ __noinline__
#else
#define MONDEQ_HOST_DEVICE
#define MONDEQ_HOST_DEVICE_CALL
#endif

namespace mondeq {

// The queue of work on the memory of a device, and whether launching failed.
struct Stream {
  // A cudaStream_t. Null where the device is emulated: memory is the host's and work is done at
  // once, so that everything but the hardware can be tested without it.
  void* cuda = nullptr;
  // The first cudaError_t of a launch, or something else but 0 after another failure. Nothing is
  // launched from then on.
  mutable int error = 0;
};

#ifdef __CUDA_ARCH__
namespace launch_internal {
// What a group of threads shares. Reached by its name it is known to be such memory, which takes
// fewer instructions than a pointer.
__device__ inline void* Shared() {
  extern __shared__ __align__(16) double shared[];
  return shared;
}
}  // namespace launch_internal
#endif

// Threads that work together and share some fast memory.
class ThreadGroup {
 public:
  MONDEQ_HOST_DEVICE explicit ThreadGroup(void* shared) : shared_(shared) {}

  // body(t) for t = 0 .. n - 1, spread over the threads. What it writes, all see afterwards.
  template <class F>
  MONDEQ_HOST_DEVICE void ForEach(int n, const F& body) const {
#ifdef __CUDA_ARCH__
    for (int t = static_cast<int>(threadIdx.x); t < n; t += static_cast<int>(blockDim.x)) body(t);
    __syncthreads();
#else
    for (int t = 0; t < n; ++t) body(t);
#endif
  }

  template <class T>
  MONDEQ_HOST_DEVICE T* shared() const {
#ifdef __CUDA_ARCH__
    return static_cast<T*>(launch_internal::Shared());
#else
    return static_cast<T*>(shared_);
#endif
  }

 private:
  void* shared_;
};

#ifdef __CUDACC__

namespace launch_internal {

template <class F>
__global__ void EachKernel(Index n, F f) {
  const Index i = static_cast<Index>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (i < n) f(i);
}

template <class F>
__global__ void RowsKernel(Index rows, Index columns, F f) {
  const Index row = static_cast<Index>(blockIdx.x) * blockDim.y + threadIdx.y;
  if (row >= rows) return;
  Index column = static_cast<Index>(blockIdx.y) * blockDim.x + threadIdx.x;
  for (; column < columns; column += static_cast<Index>(gridDim.y) * blockDim.x)
    f(row, column, column + 1);
}

// So many groups of F are to fit a multiprocessor at a time: F::kGroups where it says so.
template <class F, class = void>
constexpr int kGroupsAtATime = 1;
template <class F>
constexpr int kGroupsAtATime<F, std::void_t<decltype(F::kGroups)>> = F::kGroups;

// f stays where the launch put it: functions that are called, not inlined, would else get a copy.
template <class F>
__global__ void __launch_bounds__(F::kThreads, kGroupsAtATime<F>)
    GroupsKernel(const __grid_constant__ F f) {
  f(ThreadGroup(nullptr), static_cast<Index>(blockIdx.x));
}

inline void Note(const Stream& stream) {
  const cudaError_t error = cudaGetLastError();
  if (error != cudaSuccess && stream.error == 0) stream.error = error;
}

}  // namespace launch_internal

// f(i) for i = 0 .. n - 1.
template <class F>
void LaunchEach(const Stream& stream, Index n, const F& f) {
  constexpr int kThreads = 256;
  if (n == 0 || stream.error != 0) return;
  const auto queue = static_cast<cudaStream_t>(stream.cuda);
  launch_internal::EachKernel<<<static_cast<unsigned>(CeilDiv(n, kThreads)), kThreads, 0, queue>>>(
      n, f);
  launch_internal::Note(stream);
}

// f(row, begin, end) for ranges of columns that together are all of a [rows, columns] array.
template <class F>
void LaunchRows(const Stream& stream, Index rows, Index columns, const F& f) {
  constexpr Index kColumns = 32, kRows = 8;
  constexpr Index kMostBlocks = 65535;  // in the grid's second direction
  if (rows == 0 || columns == 0 || stream.error != 0) return;
  // Where there are threads enough each takes some columns, so that what is the same for all of a
  // row is computed once.
  const Index turns = rows * columns >= Index{1} << 20 ? 4 : 1;
  const Index blocks = std::min(CeilDiv(columns, kColumns * turns), kMostBlocks);
  const dim3 grid(static_cast<unsigned>(CeilDiv(rows, kRows)), static_cast<unsigned>(blocks));
  const auto queue = static_cast<cudaStream_t>(stream.cuda);
  launch_internal::RowsKernel<<<
      grid, dim3(static_cast<unsigned>(kColumns), static_cast<unsigned>(kRows)), 0, queue>>>(
      rows, columns, f);
  launch_internal::Note(stream);
}

// f(group, i) for groups of threads i = 0 .. groups - 1, each with `bytes` of shared memory and at
// most F::kThreads threads.
template <class F>
void LaunchGroups(const Stream& stream, Index groups, int threads, std::size_t bytes, const F& f) {
  if (groups == 0 || stream.error != 0) return;
  const auto queue = static_cast<cudaStream_t>(stream.cuda);
  // More than this must be asked for.
  constexpr std::size_t kUsual = std::size_t{48} << 10;
  if (bytes > kUsual) {
    cudaFuncSetAttribute(launch_internal::GroupsKernel<F>,
                         cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(bytes));
  }
  launch_internal::GroupsKernel<<<static_cast<unsigned>(groups), threads, bytes, queue>>>(f);
  launch_internal::Note(stream);
}

#else  // Emulated.

template <class F>
void LaunchEach(const Stream& stream, Index n, const F& f) {
  MONDEQ_CHECK(stream.cuda == nullptr);  // else this source had to be compiled by nvcc
  if (stream.error != 0) return;
  for (Index i = 0; i < n; ++i) f(i);
}

template <class F>
void LaunchRows(const Stream& stream, Index rows, Index columns, const F& f) {
  MONDEQ_CHECK(stream.cuda == nullptr);
  if (stream.error != 0) return;
  for (Index row = 0; row < rows; ++row) {
    for (Index column = 0; column < columns; ++column) f(row, column, column + 1);
  }
}

template <class F>
void LaunchGroups(const Stream& stream, Index groups, int, std::size_t bytes, const F& f) {
  MONDEQ_CHECK(stream.cuda == nullptr);
  if (stream.error != 0) return;
  std::vector<double> shared(bytes / sizeof(double) + 1);
  for (Index i = 0; i < groups; ++i) f(ThreadGroup(shared.data()), i);
}

#endif  // __CUDACC__

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_LAUNCH_H_
