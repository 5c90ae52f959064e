// A slab: one point of every frequency (spectrum_layout.h) or one lane of every pixel, small enough
// for the second-level cache, where transforms and what lies between them run on it.
#ifndef MONDEQ_DEVICE_CPU_TORUS_SLAB_H_
#define MONDEQ_DEVICE_CPU_TORUS_SLAB_H_

#include <algorithm>
#include <array>
#include <cstring>
#include <tuple>

#include "mondeq/device/cpu/kernels/aligned_buffer.h"
#include "mondeq/device/cpu/kernels/fft_plan.h"
#include "mondeq/device/cpu/torus/spectrum_layout.h"
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

// The points of states that a row of a slab is to fetch while its transforms run, and that a later
// row will read, by transform (inverse, forward) and pass.
template <class T>
struct RowFetch {
  const T* lines[2][2] = {};
  Index stride = 0;
};

// The first elements of a map's states; null for an empty one.
template <class T>
using StatePointers = std::array<const T*, std::tuple_size<BlockMap::States>::value>;

template <class T>
class Slab {
 public:
  explicit Slab(const TorusFft<T>* fft)
      : fft_(*fft), rows_(fft->along_columns.plan().n), columns_(fft->along_rows.plan().n) {
    const Index longest = std::max(rows_, columns_);
    values_ = memory_.Get((columns_ * ColumnStride() + columns_ + 2 * longest) * kPoint);
    row_ = values_ + columns_ * ColumnStride() * kPoint;
    scratch_ = row_ + columns_ * kPoint;
  }

  // The slab's first point in a spectrum.
  template <class Pointer>
  Pointer Start(Pointer spectrum, const SpectrumLayout& layout, const SlabPlace& place) const {
    return spectrum + place.share * rows_ * columns_ * layout.stride() + place.point * kPoint;
  }

  // The inverse transform of a spectrum's slab along columns; rows are left to PassRow.
  void Load(const T* spectrum, const SpectrumLayout& layout, const SlabPlace& place) {
    const T* from = Start(spectrum, layout, place);
    for (Index x = 0; x < columns_; ++x) {
      Transform(fft_.along_columns, true, T{1}, from + x * rows_ * layout.stride(), layout.stride(),
                Column(x), kPoint, kNothing, 0);
    }
  }

  // The forward transform along columns, to a spectrum. Fetches the slab that starts at `next`
  // meanwhile; null where this one's place in the spectrum is not in cache, and to be fetched
  // itself.
  void Store(const SpectrumLayout& layout, const SlabPlace& place, const T* next, T* spectrum) {
    T* to = Start(spectrum, layout, place);
    const Index column = rows_ * layout.stride();
    for (Index x = 0; x < columns_; ++x) {
      const T* fetch =
          next != nullptr ? next + x * column : to + std::min(x + 2, columns_ - 1) * column;
      const T* lines[] = {fetch, nullptr};
      Transform(fft_.along_columns, false, T{1}, Column(x), kPoint, to + x * column,
                layout.stride(), lines, layout.stride());
    }
  }

  // Runs f on the pixels of row y, [columns] points: the inverse transform of the row, if asked
  // for; what f leaves is transformed back, if asked for.
  template <class F>
  void PassRow(Index y, bool transform, bool transform_back, const RowFetch<T>& fetch, F&& f) {
    T* values = values_ + y * kPoint;
    if (transform) {
      const T scale = T{1} / static_cast<T>(rows_ * columns_);
      Transform(fft_.along_rows, true, scale, values, ColumnStride() * kPoint, row_, kPoint,
                fetch.lines[0], fetch.stride);
    }
    f(row_);
    if (!transform_back) return;
    Transform(fft_.along_rows, false, T{1}, row_, kPoint, values, ColumnStride() * kPoint,
              fetch.lines[1], fetch.stride);
  }

  // The points that row y is to fetch of states, some of which may be null: the transforms' first
  // passes take the first states. The slab at `next` is the one after this.
  RowFetch<T> Ahead(const StatePointers<T>& states, const SpectrumLayout& layout,
                    const SlabPlace& place, const SlabPlace& next, Index y) const {
    const Index row = (y + kRowsAhead) % rows_;
    const Index first = Element(layout, row > y ? place : next, row, 0);
    RowFetch<T> fetch;
    static_assert(sizeof(fetch.lines) == sizeof(states), "a row fetches every state");
    fetch.stride = layout.channels * layout.batch;
    for (std::size_t i = 0; i < states.size(); ++i) {
      if (states[i] != nullptr) fetch.lines[i % 2][i / 2] = states[i] + first;
    }
    return fetch;
  }

  // Copies one row of a state to points of pixels, and back.
  void LoadRow(const T* state, const SpectrumLayout& layout, const SlabPlace& place, Index y,
               T* row) const {
    for (Index x = 0; x < columns_; ++x, row += kPoint) {
      Copy(state + Element(layout, place, y, x), place.lanes, row);
      std::memset(row + place.lanes, 0, Bytes(kPoint - place.lanes));
    }
  }
  void StoreRow(const T* row, const SpectrumLayout& layout, const SlabPlace& place, Index y,
                T* state) const {
    for (Index x = 0; x < columns_; ++x, row += kPoint)
      Copy(row, place.lanes, state + Element(layout, place, y, x));
  }

  // Runs the map on a row of pixels.
  void MapRow(const BlockMap& map, const SpectrumLayout& layout, const SlabPlace& place, Index y,
              T* row) const {
    // Lanes without a sample would go on as r <- M r, from rounding, and M may expand.
    if (place.lanes < kPoint) {
      for (Index x = 0; x < columns_; ++x)
        std::memset(row + x * kPoint + place.lanes, 0, Bytes(kPoint - place.lanes));
    }
    Block block;
    block.v = row;
    block.rows = columns_;
    block.lanes = place.lanes;
    block.stride = kPoint;
    block.first_row = y * columns_ * layout.channels + place.row;
    block.row_step = layout.channels;
    block.first_lane = place.first_lane;
    block.slot = place.slot;
    map(block);
  }

 private:
  // How many rows lie between the pixels at hand and those that are fetched meanwhile.
  static constexpr Index kRowsAhead = 2;

  // Mostly it is a whole point, which is copied without a call.
  static void Copy(const T* from, Index lanes, T* to) {
    if (lanes == kPoint) {
      std::memcpy(to, from, kPoint * sizeof(T));
    } else {
      std::memcpy(to, from, Bytes(lanes));
    }
  }

  // Points from one column to the next: one more than the rows, so that a row of the slab does not
  // fall on few sets of the cache.
  Index ColumnStride() const { return rows_ + 1; }
  T* Column(Index x) const { return values_ + x * ColumnStride() * kPoint; }

  static constexpr const T* kNothing[2] = {nullptr, nullptr};

  static std::size_t Bytes(Index count) { return static_cast<std::size_t>(count) * sizeof(T); }

  Index Element(const SpectrumLayout& layout, const SlabPlace& place, Index y, Index x) const {
    return ((y * columns_ + x) * layout.channels + place.row) * layout.batch + place.first_lane;
  }

  void Transform(const FftTables<T>& tables, bool inverse, T scale, const T* in, Index in_stride,
                 T* out, Index out_stride, const T* const* fetch, Index fetch_stride) const {
    fft_.kernels->fft(tables.plan(), {in,
                                      in_stride,
                                      out,
                                      out_stride,
                                      inverse,
                                      scale,
                                      scratch_,
                                      {fetch[0], fetch[1]},
                                      fetch_stride});
  }

  const TorusFft<T>& fft_;
  Index rows_, columns_;
  AlignedBuffer<T> memory_;
  T *values_, *row_, *scratch_;
};

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_CPU_TORUS_SLAB_H_
