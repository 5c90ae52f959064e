// A slab: one channel of a few samples on the whole torus, as the transforms see it. Moves between
// a state [pixels * channels, batch], the slab, and a spectrum [frequency][channel][lane].
#ifndef MONDEQ_DEVICE_CPU_SLAB_H_
#define MONDEQ_DEVICE_CPU_SLAB_H_

#include <algorithm>
#include <cstring>
#include <vector>

#include "mondeq/device/cpu/lane_fft.h"
#include "mondeq/device/device.h"

namespace mondeq {

// Where a slab's samples are: real parts are samples first .. first + real - 1, imaginary parts the
// same plus `lanes`.
struct SlabPlace {
  Index channels, channel;
  Index batch, lanes;  // lanes of the spectrum, two samples each
  Index first;         // lane
  Index real, imaginary;

  static SlabPlace Make(Index channels, Index channel, Index batch, Index lanes, Index first,
                        Index width) {
    const Index real = std::min(width, lanes - first);
    return {channels,
            channel,
            batch,
            lanes,
            first,
            real,
            std::clamp<Index>(batch - lanes - first, 0, real)};
  }
};

template <class T>
class Slab {
 public:
  using Fft = LaneFft<T>;
  using Complex = typename Fft::Complex;
  static constexpr Index kWidth = Fft::kWidth;

  Slab(const Fft* rows, const Fft* columns)
      : column_fft_(*rows),
        row_fft_(*columns),
        values_(static_cast<std::size_t>(rows->size() * columns->size())),
        in_(static_cast<std::size_t>(std::max(rows->size(), columns->size()))),
        out_(in_.size()) {}

  // Spectrum to state order along each row; columns are left to the caller's pass over columns.
  void LoadSpectrum(const T* spectrum, const SlabPlace& place) {
    for (Index y = 0; y < rows(); ++y) {
      for (Index x = 0; x < columns(); ++x) {
        Complex c;
        LoadLanes(spectrum + Offset(place, y * columns() + x), place.real, &c);
        in_[At(x)] = {c.im, c.re};
      }
      row_fft_.Run(in_.data(), 1, &values_[At(y * columns())]);
    }
  }

  void StoreSpectrum(const SlabPlace& place, T* spectrum) {
    for (Index y = 0; y < rows(); ++y) {
      row_fft_.Run(&values_[At(y * columns())], 1, out_.data());
      for (Index x = 0; x < columns(); ++x) {
        StoreLanes(out_[At(x)], place.real, spectrum + Offset(place, y * columns() + x));
      }
    }
  }

  // Replaces column x of the slab by the forward transform of f(column), a [rows] array of pixels;
  // the column that f gets is the inverse transform of the slab's, or zero.
  template <class F>
  void PassColumn(Index x, bool from_zero, bool transform_back, F&& f) {
    if (from_zero) {
      std::fill(out_.begin(), out_.end(), Complex{});
    } else {
      for (Index y = 0; y < rows(); ++y) in_[At(y)] = values_[At(y * columns() + x)];
      column_fft_.Run(in_.data(), 1, out_.data());
      const T scale = T{1} / static_cast<T>(rows() * columns());
      for (Index y = 0; y < rows(); ++y)
        out_[At(y)] = {out_[At(y)].im * scale, out_[At(y)].re * scale};
    }
    f(out_.data());
    if (!transform_back) return;
    column_fft_.Run(out_.data(), 1, in_.data());
    for (Index y = 0; y < rows(); ++y) values_[At(y * columns() + x)] = in_[At(y)];
  }

  // One column of a state, to and from pixels.
  void LoadColumn(const T* state, const SlabPlace& place, Index x, Complex* column) const {
    for (Index y = 0; y < rows(); ++y) {
      const T* row = state + ((y * columns() + x) * place.channels + place.channel) * place.batch +
                     place.first;
      column[y] = Complex{};
      std::memcpy(&column[y].re, row, Bytes(place.real));
      std::memcpy(&column[y].im, row + place.lanes, Bytes(place.imaginary));
    }
  }
  void StoreColumn(const Complex* column, const SlabPlace& place, Index x, T* state) const {
    for (Index y = 0; y < rows(); ++y) {
      T* row = state + ((y * columns() + x) * place.channels + place.channel) * place.batch +
               place.first;
      std::memcpy(row, &column[y].re, Bytes(place.real));
      std::memcpy(row + place.lanes, &column[y].im, Bytes(place.imaginary));
    }
  }

  // Runs the map on a column of pixels: once on the samples in the real parts, once on those in the
  // imaginary ones.
  void MapColumn(const BlockMap& map, const SlabPlace& place, Index x, Complex* column) const {
    // Lanes without a sample would go on as r <- M r, from rounding, and M may expand.
    for (Index y = 0; y < rows(); ++y) {
      for (Index l = place.imaginary; l < kWidth; ++l) column[y].im[l] = 0;
      for (Index l = place.real; l < kWidth; ++l) column[y].re[l] = 0;
    }
    Block block;
    block.rows = rows();
    block.stride = 2 * kWidth;
    block.first_row = x * place.channels + place.channel;
    block.row_step = columns() * place.channels;
    block.slot = place.channel;
    block.v = &column[0].re;
    block.lanes = place.real;
    block.first_lane = place.first;
    map(block);
    if (place.imaginary == 0) return;
    block.v = &column[0].im;
    block.lanes = place.imaginary;
    block.first_lane = place.lanes + place.first;
    map(block);
  }

  Index rows() const { return column_fft_.size(); }
  Index columns() const { return row_fft_.size(); }

 private:
  static std::size_t At(Index i) { return static_cast<std::size_t>(i); }
  static std::size_t Bytes(Index count) { return static_cast<std::size_t>(count) * sizeof(T); }

  static Index Offset(const SlabPlace& place, Index frequency) {
    return ((frequency * place.channels + place.channel) * place.lanes + place.first) * 2;
  }

  // Complex numbers in memory have real and imaginary parts side by side.
  static void LoadLanes(const T* p, Index count, Complex* c) {
    T pairs[2 * kWidth] = {};
    if (count == kWidth) {
      std::memcpy(pairs, p, sizeof(pairs));
    } else {
      std::memcpy(pairs, p, Bytes(2 * count));
    }
    for (Index l = 0; l < kWidth; ++l) {
      c->re[l] = pairs[2 * l];
      c->im[l] = pairs[2 * l + 1];
    }
  }
  static void StoreLanes(const Complex& c, Index count, T* p) {
    T pairs[2 * kWidth];
    for (Index l = 0; l < kWidth; ++l) {
      pairs[2 * l] = c.re[l];
      pairs[2 * l + 1] = c.im[l];
    }
    if (count == kWidth) {
      std::memcpy(p, pairs, sizeof(pairs));
    } else {
      std::memcpy(p, pairs, Bytes(2 * count));
    }
  }

  const Fft& column_fft_;
  const Fft& row_fft_;
  std::vector<Complex> values_;
  std::vector<Complex> in_, out_;
};

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_CPU_SLAB_H_
