// conj(u) z' summed over samples, for a frequency and its negative together. With
//   P1 = Ur Zr', P2 = Ui Zi', P3 = (Ur - s Ui) (Zr + s Zi)', s = 1 and -1:
// the real part is P1 + P2, the imaginary part P3 - P1 + P2, all summed over both.
#ifndef MONDEQ_DEVICE_CPU_KERNELS_GRAM_H_
#define MONDEQ_DEVICE_CPU_KERNELS_GRAM_H_

#include "mondeq/device/cpu/kernels/tile.h"
#include "mondeq/device/cpu/kernels/transpose.h"

namespace mondeq {
namespace MONDEQ_ISA {

template <class T>
class GramMaker {
 public:
  explicit GramMaker(const Gram<T>& g)
      : g_(g), lanes_(g.groups * kGroup), inner_(g.part_count * lanes_), plan_(g.prefetch) {
    T* scratch = g.scratch;
    for (T*& plane : u_) {
      plane = scratch;
      scratch += g.m * inner_;
    }
    for (T*& plane : z_) {
      plane = scratch;
      scratch += g.stride * inner_;
    }
  }

  void Run() {
    PackU();
    // Columns that would leave most of a vector empty are summed one by one.
    constexpr std::int64_t kW = kWidth<T>, kFew = 2;
    const std::int64_t columns = g_.n % kW <= kFew ? g_.n / kW * kW : g_.stride;
    // Tiles are of about the same width: a narrow one at the end would be slow.
    std::int64_t tiles = (columns / kW + kTileVectors - 1) / kTileVectors;
    for (std::int64_t column = 0; column < columns; --tiles) {
      const std::int64_t vectors = ((columns - column) / kW + tiles - 1) / tiles;
      MultiplyColumnsOf<kTileVectors>(vectors, column);
      column += vectors * kW;
    }
    if (columns < g_.stride) SumColumns(columns);
  }

 private:
  // Makes rows of lanes of u: those of the parts, one after the other.
  void PackU() {
    for (int index = 0; index < g_.part_count; ++index) {
      const GramPart<T>& part = g_.parts[index];
      const Vector<T> sign = Splat(part.negative ? T{-1} : T{1});
      for (std::int64_t i = 0; i < g_.m; ++i) {
        const T* from = part.u + i * g_.groups * kPoint;
        const std::int64_t to = i * inner_ + index * lanes_;
        for (std::int64_t lane = 0; lane < lanes_; lane += kWidth<T>) {
          const T* p = from + lane / kGroup * kPoint + lane % kGroup;
          const Vector<T> re = Load<T>(p), im = Load<T>(p + kGroup);
          Store<T>(re, u_[0] + to + lane);
          Store<T>(im, u_[1] + to + lane);
          Store<T>(re - sign * im, u_[2] + to + lane);
        }
      }
    }
  }

  // Makes W channels of z the columns `vector` of rows of N vectors, where a row is a lane.
  template <int N>
  void PackZ(std::int64_t first, int vector) {
    constexpr int kW = kWidth<T>;
    const std::int64_t column = first + vector * kW;
    for (int index = 0; index < g_.part_count; ++index) {
      const GramPart<T>& part = g_.parts[index];
      const Vector<T> sign = Splat(part.negative ? T{-1} : T{1});
      for (std::int64_t lane = 0; lane < lanes_; lane += kW) {
        Vector<T> re[kW], im[kW];
        const T* p = part.z + lane / kGroup * kPoint + lane % kGroup;
        for (int i = 0; i < kW; ++i) {
          const bool there = column + i < g_.n;
          const T* row = p + (there ? column + i : 0) * g_.groups * kPoint;
          re[i] = there ? Load<T>(row) : Vector<T>{};
          im[i] = there ? Load<T>(row + kGroup) : Vector<T>{};
        }
        Transpose<T>(re);
        Transpose<T>(im);
        for (int i = 0; i < kW; ++i) {
          const std::int64_t to = ((index * lanes_ + lane + i) * N + vector) * kW;
          Store<T>(re[i], z_[0] + to);
          Store<T>(im[i], z_[1] + to);
          Store<T>(re[i] + sign * im[i], z_[2] + to);
        }
      }
    }
  }

  template <int N>
  void MultiplyColumnsOf(std::int64_t vectors, std::int64_t first) {
    if constexpr (N > 1) {
      if (vectors < N) return MultiplyColumnsOf<N - 1>(vectors, first);
    }
    MultiplyColumns<N>(first);
  }

  // Makes the columns from `first` on, each a sum over lanes, and zeros up to the stride.
  void SumColumns(std::int64_t first) {
    for (std::int64_t i = 0; i < g_.m; ++i) {
      T re[kGroup] = {}, im[kGroup] = {};
      for (std::int64_t column = first; column < g_.n; ++column)
        SumLanes(i, column, &re[column - first], &im[column - first]);
      T* to = g_.gram + i * g_.stride + first;
      const std::size_t bytes = static_cast<std::size_t>(g_.stride - first) * sizeof(T);
      __builtin_memcpy(to, re, bytes);
      __builtin_memcpy(to + g_.m * g_.stride, im, bytes);
    }
  }

  void SumLanes(std::int64_t i, std::int64_t column, T* sum_re, T* sum_im) const {
    Vector<T> re = {}, im = {};
    for (int index = 0; index < g_.part_count; ++index) {
      const GramPart<T>& part = g_.parts[index];
      const Vector<T> sign = Splat(part.negative ? T{-1} : T{1});
      const T* u = part.u + i * g_.groups * kPoint;
      const T* z = part.z + column * g_.groups * kPoint;
      for (std::int64_t lane = 0; lane < lanes_; lane += kWidth<T>) {
        const std::int64_t at = lane / kGroup * kPoint + lane % kGroup;
        const Vector<T> a = Load<T>(u + at), b = Load<T>(u + at + kGroup);
        const Vector<T> x = Load<T>(z + at), y = Load<T>(z + at + kGroup);
        re += a * x + b * y;
        im += sign * (a * y - b * x);
      }
    }
    for (int l = 0; l < kWidth<T>; ++l) {
      *sum_re += re[l];
      *sum_im += im[l];
    }
  }

  template <int N>
  void MultiplyColumns(std::int64_t first) {
    for (int vector = 0; vector < N; ++vector) PackZ<N>(first, vector);
    ForEveryTile(g_.m, [&](auto rows, std::int64_t row) {
      MultiplyTile<decltype(rows)::kCount, N>(row, first);
    });
  }

  template <int M, int N>
  __attribute__((noinline)) void MultiplyTile(std::int64_t row, std::int64_t column) {
    constexpr int kW = kWidth<T>;
    Vector<T> products[3][M][N];
    for (int part = 0; part < 3; ++part) {
      Vector<T> sums[M][N] = {};
      PrefetchStream prefetch = plan_.Take(inner_, z_[part]);
      AccumulateTile<M, N>(u_[part] + row * inner_, inner_, 1, z_[part], N * kW, inner_, &prefetch,
                           sums);
      MONDEQ_UNROLL
      for (int i = 0; i < M; ++i) {
        MONDEQ_UNROLL
        for (int j = 0; j < N; ++j) products[part][i][j] = sums[i][j];
      }
    }
    for (int i = 0; i < M; ++i) {
      for (int j = 0; j < N; ++j) {
        const Vector<T> p1 = products[0][i][j], p2 = products[1][i][j];
        T* to = g_.gram + (row + i) * g_.stride + column + j * kW;
        Store<T>(p1 + p2, to);
        Store<T>(products[2][i][j] - p1 + p2, to + g_.m * g_.stride);
      }
    }
  }

  const Gram<T>& g_;
  std::int64_t lanes_, inner_;
  T *u_[3], *z_[3];
  PrefetchPlan plan_;
};

template <class T>
void MakeGram(const Gram<T>& gram) {
  GramMaker<T>(gram).Run();
}

}  // namespace MONDEQ_ISA
}  // namespace mondeq

#endif  // MONDEQ_DEVICE_CPU_KERNELS_GRAM_H_
