// The inner loop of products of spectra: a tile of rows x vectors of sums in registers.
#ifndef MONDEQ_DEVICE_CPU_KERNELS_TILE_H_
#define MONDEQ_DEVICE_CPU_KERNELS_TILE_H_

#include "mondeq/device/cpu/kernels/simd.h"

namespace mondeq {
namespace MONDEQ_ISA {

// Lines of memory to be prefetched, one each time something is computed: in a burst they would fill
// the processor's miss buffers and stall it.
struct PrefetchStream {
  const char* next;
  std::int64_t step;  // a line, or 0

  MONDEQ_INLINE void One() {
    PrefetchLine(next);
    next += step;
  }
};

// Hands out the lines that a product shall fetch.
class PrefetchPlan {
 public:
  explicit PrefetchPlan(const PrefetchList& list) : list_(list) { Open(); }

  // The next `lines` lines to fetch; where none is left, one that is at hand, again and again.
  PrefetchStream Take(std::int64_t lines, const void* at_hand) {
    if (next_ == nullptr) return {static_cast<const char*>(at_hand), 0};
    const PrefetchStream stream{next_, 64};
    next_ += lines * 64;
    if (next_ >= end_) {
      ++range_;
      Open();
    }
    return stream;
  }

 private:
  void Open() {
    next_ = range_ < list_.count ? static_cast<const char*>(list_.begin[range_]) : nullptr;
    if (next_ != nullptr) end_ = next_ + list_.bytes[range_];
  }

  const PrefetchList& list_;
  int range_ = 0;
  const char* next_ = nullptr;
  const char* end_ = nullptr;
};

// sums[i][j] += sum_k a(i, k) b_j[k], with a(i, k) = a[i row_step + k column_step] and b_j[k] at
// b[k b_step + j W].
template <int M, int N, class T>
MONDEQ_INLINE void AccumulateTile(const T* a, std::int64_t row_step, std::int64_t column_step,
                                  const T* b, std::int64_t b_step, std::int64_t count,
                                  PrefetchStream* prefetch, Vector<T> (&sums)[M][N]) {
  for (std::int64_t k = 0; k < count; ++k) {
    prefetch->One();
    Vector<T> operands[N];
    MONDEQ_UNROLL
    for (int j = 0; j < N; ++j) operands[j] = Load<T>(b + j * kWidth<T>);
    MONDEQ_UNROLL
    for (int i = 0; i < M; ++i) {
      const Vector<T> factor = Splat(a[i * row_step]);
      MONDEQ_UNROLL
      for (int j = 0; j < N; ++j) sums[i][j] += factor * operands[j];
    }
    a += column_step;
    b += b_step;
  }
}

// f(integral constant M, first row) for a partition of `rows` rows into tiles.
template <int M>
struct Rows {
  static constexpr int kCount = M;
};
template <class F>
MONDEQ_INLINE void ForEveryTile(std::int64_t rows, F&& f) {
  std::int64_t row = 0;
  for (; row + kTileRows <= rows; row += kTileRows) f(Rows<kTileRows>(), row);
  if (kTileRows > 4 && row + 4 <= rows) {
    f(Rows<4>(), row);
    row += 4;
  }
  if (row + 2 <= rows) {
    f(Rows<2>(), row);
    row += 2;
  }
  if (row < rows) f(Rows<1>(), row);
}

}  // namespace MONDEQ_ISA
}  // namespace mondeq

#endif  // MONDEQ_DEVICE_CPU_KERNELS_TILE_H_
