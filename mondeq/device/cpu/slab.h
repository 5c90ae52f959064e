// A slab: one point of every frequency (spectrum_layout.h) or one lane of every pixel, small enough
// for the second-level cache, where transforms and what lies between them run on it.
#ifndef MONDEQ_DEVICE_CPU_SLAB_H_
#define MONDEQ_DEVICE_CPU_SLAB_H_

#include <algorithm>
#include <cstring>

#include "mondeq/device/cpu/aligned_buffer.h"
#include "mondeq/device/cpu/kernels/fft_plan.h"
#include "mondeq/device/cpu/spectrum_layout.h"
#include "mondeq/device/device.h"

namespace mondeq {

// The transforms of a torus.
template <class T>
struct TorusFft {
  TorusFft(Index rows, Index columns, const Kernels<T>* table)
      : along_columns(rows), along_rows(columns), kernels(table) {}

  FftTables<T> along_columns, along_rows;
  const Kernels<T>* kernels;
};

template <class T>
class Slab {
 public:
  explicit Slab(const TorusFft<T>* fft)
      : fft_(*fft), rows_(fft->along_columns.plan().n), columns_(fft->along_rows.plan().n) {
    const Index longest = std::max(rows_, columns_);
    values_ = memory_.Get((rows_ * RowStride() + rows_ + 2 * longest) * kPoint);
    column_ = values_ + rows_ * RowStride() * kPoint;
    scratch_ = column_ + rows_ * kPoint;
  }

  // The inverse transform of a spectrum's slab along rows; columns are left to PassColumn.
  void Load(const T* spectrum, const SpectrumLayout& layout, const SlabPlace& place) {
    const T* from = spectrum + place.point * kPoint;
    for (Index y = 0; y < rows_; ++y) {
      Transform(fft_.along_rows, true, T{1}, from + y * columns_ * layout.stride(), layout.stride(),
                Row(y), kPoint);
    }
  }

  // The forward transform along rows, to a spectrum. Fetches the slab at `next` meanwhile; null
  // where this one's place in the spectrum is not in cache, and to be fetched itself.
  void Store(const SpectrumLayout& layout, const SlabPlace& place, const T* next, T* spectrum) {
    T* to = spectrum + place.point * kPoint;
    const Index row = columns_ * layout.stride();
    for (Index y = 0; y < rows_; ++y) {
      const T* fetch = next != nullptr ? next + y * row : to + std::min(y + 2, rows_ - 1) * row;
      Transform(fft_.along_rows, false, T{1}, Row(y), kPoint, to + y * row, layout.stride(), fetch,
                layout.stride());
    }
  }

  // Runs f on the pixels of column x, [rows] points: the inverse transform of the column, if asked
  // for; what f leaves is transformed back, if asked for.
  template <class F>
  void PassColumn(Index x, bool transform, bool transform_back, F&& f) {
    T* values = values_ + x * kPoint;
    if (transform) {
      const T scale = T{1} / static_cast<T>(rows_ * columns_);
      Transform(fft_.along_columns, true, scale, values, RowStride() * kPoint, column_, kPoint);
    }
    f(column_);
    if (!transform_back) return;
    Transform(fft_.along_columns, false, T{1}, column_, kPoint, values, RowStride() * kPoint);
  }

  // One column of a state, to and from points of pixels. The slab at `next` comes next.
  void LoadColumn(const T* state, const SpectrumLayout& layout, const SlabPlace& place,
                  const SlabPlace& next, Index x, T* column) const {
    const Index ahead = RowsAhead(layout, place, next, x) * layout.batch;
    for (Index y = 0; y < rows_; ++y, column += kPoint) {
      const T* pixel = state + Element(layout, place, y, x);
      Fetch(pixel + ahead);
      Copy(pixel, place.lanes, column);
      std::memset(column + place.lanes, 0, Bytes(kPoint - place.lanes));
    }
  }
  void StoreColumn(const T* column, const SpectrumLayout& layout, const SlabPlace& place,
                   const SlabPlace& next, Index x, T* state) const {
    const Index ahead = RowsAhead(layout, place, next, x) * layout.batch;
    for (Index y = 0; y < rows_; ++y, column += kPoint) {
      T* pixel = state + Element(layout, place, y, x);
      Fetch(pixel + ahead);
      Copy(column, place.lanes, pixel);
    }
  }

  // Runs the map on a column of pixels.
  void MapColumn(const BlockMap& map, const SpectrumLayout& layout, const SlabPlace& place,
                 const SlabPlace& next, Index x, T* column) const {
    // Lanes without a sample would go on as r <- M r, from rounding, and M may expand.
    if (place.lanes < kPoint) {
      for (Index y = 0; y < rows_; ++y)
        std::memset(column + y * kPoint + place.lanes, 0, Bytes(kPoint - place.lanes));
    }
    Block block;
    block.v = column;
    block.rows = rows_;
    block.lanes = place.lanes;
    block.stride = kPoint;
    block.first_row = x * layout.channels + place.row;
    block.row_step = columns_ * layout.channels;
    block.first_lane = place.first_lane;
    block.slot = place.slot;
    block.ahead = RowsAhead(layout, place, next, x);
    map(block);
  }

 private:
  // Columns between the pixels that a map works on and those to be fetched meanwhile: memory takes
  // as long as a few columns' transforms.
  static constexpr Index kColumnsAhead = 6;

  Index RowsAhead(const SpectrumLayout& layout, const SlabPlace& place, const SlabPlace& next,
                  Index x) const {
    if (x + kColumnsAhead < columns_) return kColumnsAhead * layout.channels;
    if (next.first_lane != place.first_lane) return 0;
    return next.row - place.row + (kColumnsAhead - columns_) * layout.channels;
  }

  static void Fetch(const T* pixel) {
    constexpr Index kLine = 64 / static_cast<Index>(sizeof(T));
    for (Index l = 0; l < kPoint; l += kLine) __builtin_prefetch(pixel + l, 0, 2);
  }

  // A whole point mostly: then without a call.
  static void Copy(const T* from, Index lanes, T* to) {
    if (lanes == kPoint) {
      std::memcpy(to, from, kPoint * sizeof(T));
    } else {
      std::memcpy(to, from, Bytes(lanes));
    }
  }

  // Points from one row to the next: one more than the columns, so that a column of the slab does
  // not fall on few sets of the cache.
  Index RowStride() const { return columns_ + 1; }
  T* Row(Index y) const { return values_ + y * RowStride() * kPoint; }

  static std::size_t Bytes(Index count) { return static_cast<std::size_t>(count) * sizeof(T); }

  Index Element(const SpectrumLayout& layout, const SlabPlace& place, Index y, Index x) const {
    return ((y * columns_ + x) * layout.channels + place.row) * layout.batch + place.first_lane;
  }

  void Transform(const FftTables<T>& tables, bool inverse, T scale, const T* in, Index in_stride,
                 T* out, Index out_stride, const T* prefetch = nullptr,
                 Index prefetch_stride = 0) const {
    fft_.kernels->fft(tables.plan(), {in, in_stride, out, out_stride, inverse, scale, scratch_,
                                      prefetch, prefetch_stride});
  }

  const TorusFft<T>& fft_;
  Index rows_, columns_;
  AlignedBuffer<T> memory_;
  T *values_, *column_, *scratch_;
};

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_CPU_SLAB_H_
