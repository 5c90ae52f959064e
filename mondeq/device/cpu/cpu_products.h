// The CPU device's products of real matrices, and inverses that are made of them. Shapes are those
// of Device's methods (device.h).
#ifndef MONDEQ_DEVICE_CPU_CPU_PRODUCTS_H_
#define MONDEQ_DEVICE_CPU_CPU_PRODUCTS_H_

#include <memory>
#include <vector>

#include "mondeq/device/cpu/thread_pool.h"
#include "mondeq/device/device.h"
#include "mondeq/device/isa.h"

namespace mondeq {

class CpuProducts {
 public:
  // `pool` must outlive it.
  CpuProducts(Isa isa, ThreadPool* pool);

  void MatMul(double alpha, const Tensor& a, Transpose ta, const Tensor& b, Transpose tb,
              double beta, const Tensor& c);
  void BatchedMatMul(double alpha, const Tensor& a, Transpose ta, const Tensor& b, Transpose tb,
                     double beta, const Tensor& c);
  void MultiplyThenMap(const Tensor& m, Transpose tm, const Tensor& x, const BlockMap& map);
  // x = x^-1, for any matrix that has an inverse.
  void InvertInPlace(const Tensor& x);

 private:
  // A matrix in memory: element (i, j) at data[i * stride + j], or its transpose.
  template <class T>
  struct Operand {
    const T* data;
    Index stride;
    Transpose transpose;

    bool transposed() const { return transpose == Transpose::kYes; }
    Operand Rows(Index first) const {
      return {data + (transposed() ? first : first * stride), stride, transpose};
    }
    Operand Columns(Index first) const {
      return {data + (transposed() ? first * stride : first), stride, transpose};
    }
  };

  // c = alpha a b + beta c; a [m, k], b [k, n], on this thread, which is the only one to give this
  // number of a worker, or of a task where there are no more tasks than workers.
  template <class T>
  void Product(int worker, T alpha, const Operand<T>& a, const Operand<T>& b, T beta, T* c,
               Index c_stride, Index m, Index k, Index n);
  // c = alpha sum_i a_i b_i + beta c, where product(worker, i, T* sum) adds product i to a sum.
  template <class T, class F>
  void SumOfProducts(Index count, T beta, const Tensor& c, const F& product);

  // Makes every thread's block hold `size` elements.
  void ReserveBlocks(Index size, DType dtype);
  template <class T>
  T* BlockOf(int task) const {
    return blocks_[static_cast<std::size_t>(task)].template data<T>();
  }

  Isa isa_;
  ThreadPool& pool_;
  // Every worker has its own scratch memory of kernels, and every task its own block of a product.
  std::vector<std::shared_ptr<void>> kernel_scratch_;
  std::vector<Tensor> blocks_;
  Tensor sums_;
  std::vector<Index> pivots_;
};

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_CPU_CPU_PRODUCTS_H_
