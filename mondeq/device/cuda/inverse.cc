#include "mondeq/device/cuda/inverse.h"

#include <type_traits>

#include "mondeq/device/complex.h"

namespace mondeq {
namespace {

// Gauss-Jordan elimination in shared memory, a panel of rows after the other, all of whose pivots
// are eliminated from the other rows at once: numbers are read and written once a panel. X is a
// number of a functor.
template <class X>
struct InvertBlock {
  static constexpr int kPanel = 8;
  // What a thread computes of the other rows: so many rows of columns that are a warp apart.
  static constexpr int kTileRows = 4, kTileColumns = 3, kWarp = 32;

  int n;
  X* data;
  Index ld, stride;

  static std::size_t SharedBytes(Index n) {
    return static_cast<std::size_t>(n * (n + 3 * kPanel)) * sizeof(X);
  }
  // One matrix has few threads to work for it otherwise.
  static int Threads(Index count, Index n) { return n <= 16 ? 64 : count < 64 ? 512 : 256; }

  MONDEQ_HOST_DEVICE void operator()(const ThreadGroup& group, Index b) const {
    X *a = group.shared<X>(), *matrix = data + b * stride;
    X *panel = a + n * n, *next = panel + kPanel * n, *column = next + kPanel * n;
    group.ForEach(n * n, [&](int t) { a[t] = matrix[t / n * ld + t % n]; });
    for (int first = 0; first < n; first += kPanel) {
      const int width = n - first < kPanel ? n - first : kPanel;
      group.ForEach(width * n, [&](int t) {
        panel[t] = a[first * n + t];
        const int i = t / width, k = t % width;
        column[i * kPanel + k] = a[i * n + first + k];
      });
      for (int k = 0; k < width; ++k) {
        group.ForEach(width * n, [&](int t) { next[t] = Eliminated(panel, k, first + k, t); });
        X* swap = panel;
        panel = next;
        next = swap;
      }
      const int rows = (n + kTileRows - 1) / kTileRows;
      const int columns = (n + kTileColumns * kWarp - 1) / (kTileColumns * kWarp) * kWarp;
      group.ForEach(rows * columns, [&](int t) {
        const int wide = t % columns;
        Tile(first, width, t / columns * kTileRows,
             wide / kWarp * kTileColumns * kWarp + wide % kWarp, column, panel, a);
      });
    }
    group.ForEach(n * n, [&](int t) { matrix[t / n * ld + t % n] = a[t]; });
  }

 private:
  // Number t of the panel [width][n] once pivot k, in column p, is eliminated from its other rows.
  MONDEQ_HOST_DEVICE X Eliminated(const X* panel, int k, int p, int t) const {
    const int i = t / n, j = t % n;
    const X scale = Reciprocal(panel[k * n + p]);
    const X row = j == p ? scale : panel[k * n + j] * scale;
    if (i == k) return row;
    return (j == p ? X{} : panel[t]) - panel[i * n + p] * row;
  }

  // Subtracts what the panel's rows give from a tile of the other rows, and sets the panel's own.
  MONDEQ_HOST_DEVICE void Tile(int first, int width, int top, int left, const X* column,
                               const X* panel, X* a) const {
    X sums[kTileRows][kTileColumns] = {};
    for (int k = 0; k < width; ++k) {
      X by[kTileColumns] = {};
      for (int c = 0; c < kTileColumns; ++c) {
        if (left + c * kWarp < n) by[c] = panel[k * n + left + c * kWarp];
      }
      for (int r = 0; r < kTileRows; ++r) {
        if (top + r >= n) continue;
        const X factor = column[(top + r) * kPanel + k];
        for (int c = 0; c < kTileColumns; ++c) sums[r][c] = sums[r][c] + factor * by[c];
      }
    }
    for (int r = 0; r < kTileRows; ++r) {
      const int i = top + r;
      if (i >= n) continue;
      for (int c = 0; c < kTileColumns; ++c) {
        const int j = left + c * kWarp;
        if (j >= n) continue;
        if (i >= first && i < first + width) {
          a[i * n + j] = panel[(i - first) * n + j];
        } else {
          const bool replaced = j >= first && j < first + width;
          a[i * n + j] = (replaced ? X{} : a[i * n + j]) - sums[r][c];
        }
      }
    }
  }
};

}  // namespace

template <class S>
void InvertBatch(CudaContext& context, Index count, Index n, const Matrices<S>& a, S* scratch) {
  auto* data = ForFunctor(a.data);
  using Inverter = InvertBlock<std::remove_pointer_t<decltype(data)>>;
  // Where there are many matrices two fit at a time, so that one's barriers are hidden by others.
  if (Inverter::SharedBytes(n) <= context.shared_bytes() / 2) {
    LaunchGroups(context.stream(), count, Inverter::Threads(count, n), Inverter::SharedBytes(n),
                 Inverter{static_cast<int>(n), data, a.ld, a.stride});
    return;
  }
  const Index h = n / 2, g = n - h;
  const auto part = [&](Index row, Index column) {
    return Matrices<S>{a.data + row * a.ld + column, a.ld, a.stride};
  };
  const Matrices<S> x = part(0, 0), b = part(0, h), c = part(h, 0), y = part(h, h);
  const Matrices<S> cx{scratch, h, g * h}, xb{scratch + count * g * h, g, h * g};
  S* deeper = scratch + 2 * count * g * h;
  InvertBatch(context, count, h, x, deeper);
  Multiply(context, count, g, h, h, S{1}, c, x, S{0}, cx);
  Multiply(context, count, g, g, h, S{-1}, cx, b, S{1}, y);
  InvertBatch(context, count, g, y, deeper);
  Multiply(context, count, h, g, h, S{1}, x, b, S{0}, xb);
  Multiply(context, count, h, g, g, S{-1}, xb, y, S{0}, b);
  Multiply(context, count, g, h, g, S{-1}, y, cx, S{0}, c);
  Multiply(context, count, h, h, g, S{-1}, xb, c, S{1}, x);
}

#define MONDEQ_INSTANTIATE(S) \
  template void InvertBatch(CudaContext&, Index, Index, const Matrices<S>&, S*);

MONDEQ_INSTANTIATE(float)
MONDEQ_INSTANTIATE(double)
MONDEQ_INSTANTIATE(std::complex<float>)
MONDEQ_INSTANTIATE(std::complex<double>)

}  // namespace mondeq
