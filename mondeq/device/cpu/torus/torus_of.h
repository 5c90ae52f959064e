// The torus of one floating-point type, on plain pointers: what CpuTorus hands its calls to.
#ifndef MONDEQ_DEVICE_CPU_TORUS_TORUS_OF_H_
#define MONDEQ_DEVICE_CPU_TORUS_TORUS_OF_H_

#include <vector>

#include "mondeq/core/status.h"
#include "mondeq/device/cpu/thread_pool.h"
#include "mondeq/device/cpu/torus/frequencies.h"
#include "mondeq/device/cpu/torus/slab.h"
#include "mondeq/device/part.h"

namespace mondeq {

// How the matrices of one frequency are stored: rows x columns blocks of m x n, in panels.
struct MatrixFormat {
  Index rows, columns, m, n;

  Index row_count() const { return rows * m; }
  Index column_count() const { return columns * n; }
  Index size() const { return rows * CeilDiv(m, kPanel) * column_count() * 2 * kPanel; }

  static MatrixFormat Circular(Index m, Index n) { return {1, 1, m, n}; }
  static MatrixFormat Sampled(Index m, Index n) { return {1, 4, m, n}; }
  static MatrixFormat Blocks(Index n) { return {4, 4, n, n}; }
};

template <class T>
class TorusOf {
 public:
  // `frequencies` are this torus's, `half` those of the torus of half the size, or null. They and
  // the pool must outlive it.
  TorusOf(const Frequencies* frequencies, const Frequencies* half, ThreadPool* pool, Isa isa);

  void Transform(const T* x, const SpectrumLayout& layout, T* spectrum);
  void Invert(const T* spectrum, const SpectrumLayout& layout, T* x);
  void Map(T* spectrum, const SpectrumLayout& layout, const BlockMap& map);

  // Blocks of a spectrum that a product runs over: the frequency itself, or the four that one of
  // the half torus stands for.
  struct Operand {
    T* data;
    SpectrumLayout layout;
    bool four;
  };
  // y = alpha op(M) x + beta y, over the frequencies of this torus, or of the half one.
  void Multiply(bool over_half, T alpha, const T* matrices, const MatrixFormat& format,
                bool adjoint, const Operand& x, T beta, const Operand& y);

  // taps [size * size][m][n]
  void KernelMatrices(const T* taps, Index size, Index m, Index n, bool sampled, Part part,
                      T* matrices);
  void InvertMatrices(Index n, T factor, T identity, Part part, T* matrices);
  struct BlocksOf {
    const T* circular;
    const T* sampled;
    Index n, m;
    T c;
    bool invert;
    T factor, identity;
    Part part;
  };
  void MakeBlocks(const BlocksOf& parts, T* blocks);
  double Norm(const T* matrices, Index m, Index n);

  struct Correlation {
    T alpha, beta;
    bool sampled;  // u is on the half torus
    const T* u;
    SpectrumLayout of_u;
    const T* z;
    SpectrumLayout of_z;
    Index size;
  };
  void Correlate(const Correlation& c, T* taps);

 private:
  // The memory that each thread works in.
  struct Worker {
    explicit Worker(const TorusFft<T>* fft) : slab(fft) {}
    Slab<T> slab;
    AlignedBuffer<T> scratch, matrix, points;
  };

  // f(worker, task, the worker's next task or -1) for every task; a worker serves one at a time.
  template <class F>
  void ForEveryTask(Index tasks, F&& f) {
    pool_.Run(static_cast<int>(tasks), [&](const ThreadPool::Task& task) {
      f(workers_[static_cast<std::size_t>(task.worker)], Index{task.index}, Index{task.next});
    });
  }

  // f(worker, pair) for every pair of a part of these frequencies.
  template <class F>
  void ForEveryPair(const Frequencies& of, Part part, F&& f) {
    const Index begin = part.Begin(of.pairs());
    ForEveryTask(part.End(of.pairs()) - begin,
                 [&](Worker& worker, Index task, Index) { f(worker, begin + task); });
  }

  // The blocks of a spectrum at a frequency and at its negative.
  struct Pointers {
    T* of[2][4];
  };
  // The blocks that a product over frequencies `over` needs for one pair.
  Pointers BlockPointers(const Operand& operand, const Frequencies& over, Index share,
                         const Frequencies::Pair& pair) const;
  void PrefetchBlocks(const Operand& operand, const Pointers& pointers, PrefetchList* list) const;
  // y_{-f} = conj(y_f)
  void MirrorVector(const Operand& y, const Pointers& to) const;

  void AddCircular(const BlocksOf& parts, Index pair, T* re, T* im, Index stride, T* planar);
  void MakeDownGram(const BlocksOf& parts, Index pair, Worker* worker, T* re, Index stride);
  const T* GramOperand(const T* from, const SpectrumLayout& layout, T* points);
  void GramOfPair(const Correlation& c, Index pair, Index next, Worker* worker, T* gram,
                  Index stride);
  void CorrelateColumn(const Correlation& c, Index x, Index stride, Worker* worker, T* sums);
  static Index Bytes(Index count) { return count * static_cast<Index>(sizeof(T)); }

  // The frequencies of the torus of half the size, which must be there.
  const Frequencies& half() const {
    MONDEQ_CHECK(half_ != nullptr);
    return *half_;
  }

  const Frequencies& frequencies_;
  const Frequencies* half_;
  ThreadPool& pool_;
  const Kernels<T>& kernels_;
  TorusFft<T> fft_;
  std::vector<Worker> workers_;
  AlignedBuffer<T> packed_taps_, sums_;
};

// exp(2 pi i k / n)
template <class T>
std::array<T, 2> Root(Index k, Index n);

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_CPU_TORUS_TORUS_OF_H_
