// Device: everything that knows where numbers live and how they are multiplied. The floors above
// are written once, against these few primitives.
//
// All tensors of one call have the same floating-point type and live on this device; shapes were
// validated when the model was built, so a mismatch here is a programming error. Once a primitive
// has seen the shapes that it works on it allocates nothing; Allocate, MakeTorus, MakePlan and
// Torus::Norm always do. Calls come from one thread at a time.
//
// Nothing has a default: a device that wraps another one must not forget a call.
#ifndef MONDEQ_DEVICE_DEVICE_H_
#define MONDEQ_DEVICE_DEVICE_H_

#include <cstddef>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "mondeq/device/block_map.h"
#include "mondeq/device/tensor.h"
#include "mondeq/device/torus.h"

namespace mondeq {

// The memory of a device, in bytes. A device that shares the host's knows nothing about it: total
// and peak are 0, and free is without bound.
struct DeviceMemory {
  std::size_t total = 0;
  std::size_t free = std::numeric_limits<std::size_t>::max();
  std::size_t peak = 0;  // the most that tensors have taken at a time
};

class Device {
 public:
  virtual ~Device() = default;

  // A torus of rows x columns pixels; it must not outlive the device.
  virtual std::unique_ptr<Torus> MakeTorus(Index rows, Index columns) = 0;

  // "cpu, 2 threads"
  virtual std::string Describe() const = 0;

  // Whether tensors of this device are in the host's own memory: then the host may read and write
  // them through Tensor::data, and nothing is ever queued. Elsewhere only functors (for_each.h,
  // launch.h) and this class reach their values.
  bool shares_host_memory() const { return stream() == nullptr; }
  // Where launch.h queues work on the memory of a device of its own; null if it is the host's.
  virtual const Stream* stream() const = 0;
  // Waits until all that is queued is done, and says what went wrong, on a device where something
  // can. Errors: kAborted (out of memory), kUnavailable. From then on results mean nothing.
  virtual absl::Status status() = 0;

  virtual DeviceMemory memory() const = 0;
  // A device like this one that computes nothing and has no memory, but counts what is allocated;
  // null for a device that shares the host's memory.
  virtual std::unique_ptr<Device> MakePlan() const = 0;

  // A tensor of uninitialised memory. Where memory runs out, a device that shares the host's throws
  // std::bad_alloc; another gives an empty tensor, and status() is kAborted from then on.
  virtual Tensor Allocate(DType dtype, Shape shape) = 0;

  // All of target, or all of source, is copied. On return the caller may read, change or free the
  // host's memory.
  virtual void CopyFromHost(const void* source, const Tensor& target) = 0;
  virtual void CopyToHost(const Tensor& source, void* target) = 0;
  virtual void Copy(const Tensor& source, const Tensor& target) = 0;
  virtual void Fill(double value, const Tensor& x) = 0;

  // y = a x + b y. With b = 0, y need not be initialised.
  virtual void Axpby(double a, const Tensor& x, double b, const Tensor& y) = 0;

  // c = alpha op(a) op(b) + beta c, for matrices; op is the identity or, where Transpose says so,
  // the transpose. With beta = 0, c need not be initialised.
  virtual void MatMul(double alpha, const Tensor& a, Transpose ta, const Tensor& b, Transpose tb,
                      double beta, const Tensor& c) = 0;

  // c_i = alpha op(a_i) op(b_i) + beta c_i for a batch of products; a, b, c are [count, rows,
  // columns]. An a or b of rank 2 serves all products; a c of rank 2 is their sum.
  virtual void BatchedMatMul(double alpha, const Tensor& a, Transpose ta, const Tensor& b,
                             Transpose tb, double beta, const Tensor& c) = 0;

  // inverse = a^-1 for one matrix whose symmetric part is positive definite: no pivots are needed.
  virtual void Inverse(const Tensor& a, const Tensor& inverse) = 0;

  // x = map(op(m) x), block by block (block_map.h): the map runs where the product left its block
  // in fast memory. m [dim, dim], x [dim, batch]. Blocks use slots 0 .. Slots(dim) - 1.
  virtual void MultiplyThenMap(const Tensor& m, Transpose tm, const Tensor& x,
                               const BlockMap& map) = 0;
  // x = map(x), block by block, with the same slots.
  virtual void Map(const Tensor& x, const BlockMap& map) = 0;
  virtual Index Slots(Index rows) const = 0;

  // x[i, l] += b[i mod size of b]; x [dim, batch].
  virtual void AddToRows(const Tensor& b, const Tensor& x) = 0;
  // sums[i] = sum_l x[i, l] + beta sums[i].
  virtual void SumRows(const Tensor& x, double beta, const Tensor& sums) = 0;
  // sums[l] = sum_i x[i, l], on the host, accumulated in double.
  virtual void SumColumns(const Tensor& x, std::vector<double>* sums) = 0;
  // sums[k][l] = sum_i x[i, l] for the rows i of run k: from ends[k - 1], or 0, up to ends[k].
  virtual void SumColumnsOf(const Tensor& x, const std::vector<Index>& ends,
                            std::vector<std::vector<double>>* sums) = 0;
  // squares[l] = sum_i x[i, l]^2, on the host, accumulated in double.
  virtual void SquareColumns(const Tensor& x, std::vector<double>* squares) = 0;
  // sum x y, on the host, accumulated in double.
  virtual double Dot(const Tensor& x, const Tensor& y) = 0;

  // Whether products of float32 may round their factors to TF32's 11 bits, where that is faster;
  // those that an inverse is computed by never do.
  virtual void AllowTf32(bool allow) = 0;
  // After how many iterations a solve best looks at its stopping quantity: looking may make the
  // host wait.
  virtual Index iterations_per_check() const = 0;
  // How many roundings one after the other a sum of `terms` products in MatMul is subject to at
  // most: it errs by no more than so many units roundoff times the sum of their sizes.
  virtual Index longest_sum(Index terms) const = 0;
  // How many elements of scratch memory are best used at a time by a caller that has the choice.
  virtual Index strip() const = 0;

  // Runs body(begin, end) on the host over a partition of 0 .. n - 1 into parts of about `grain` or
  // more elements; only where the device shares_host_memory(). See for_each.h for the form that
  // plugins use.
  virtual void ParallelFor(Index n, Index grain, absl::FunctionRef<void(Index, Index)> body) = 0;
};

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_DEVICE_H_
