// Products of complex matrices with one sample: the matrix streams through once. Channels are the
// lanes of the sample's points.
#ifndef MONDEQ_DEVICE_CPU_KERNELS_BLOCK_VECTOR_PRODUCT_H_
#define MONDEQ_DEVICE_CPU_KERNELS_BLOCK_VECTOR_PRODUCT_H_

#include "mondeq/device/cpu/kernels/simd.h"

namespace mondeq {
namespace MONDEQ_ISA {

template <class T>
class BlockVectorMultiplier {
 public:
  explicit BlockVectorMultiplier(const BlockVectorProduct<T>& p)
      : p_(p), panels_((p.m + kPanel - 1) / kPanel), columns_(p.columns * p.n) {}

  void Run() {
    if (p_.adjoint) {
      MultiplyAdjoint();
    } else {
      Multiply();
    }
  }

 private:
  static constexpr int kW = kWidth<T>;
  // Real and imaginary parts of a panel's column.
  static constexpr int kVectors = static_cast<int>(2 * kPanel) / kW;

  static std::int64_t Place(std::int64_t channel) {
    return channel / kGroup * kPoint + channel % kGroup;
  }

  // y = alpha (re + i im) + beta y.
  void Put(T* y, std::int64_t channel, T re, T im) const {
    T *to_re = y + Place(channel), *to_im = to_re + kGroup;
    *to_re = p_.alpha * re + (p_.beta == T{0} ? T{0} : p_.beta * *to_re);
    *to_im = p_.alpha * im + (p_.beta == T{0} ? T{0} : p_.beta * *to_im);
  }

  // Copies x as pairs of real and imaginary part: y may be x, and is written before all is read.
  void PackX(std::int64_t blocks, std::int64_t rows) {
    T* to = p_.scratch;
    for (std::int64_t block = 0; block < blocks; ++block) {
      for (std::int64_t i = 0; i < rows; ++i) {
        *to++ = p_.x[block][Place(i)];
        *to++ = p_.x[block][Place(i) + kGroup];
      }
    }
  }

  void Multiply() {
    PackX(p_.columns, p_.n);
    for (std::int64_t block = 0; block < p_.rows; ++block) {
      for (std::int64_t panel = 0; panel < panels_; ++panel) {
        const T* a = p_.matrix + (block * panels_ + panel) * columns_ * 2 * kPanel;
        Vector<T> by_re[kVectors] = {}, by_im[kVectors] = {};
        for (std::int64_t k = 0; k < columns_; ++k, a += 2 * kPanel) {
          const Vector<T> re = Splat(p_.scratch[2 * k]), im = Splat(p_.scratch[2 * k + 1]);
          MONDEQ_UNROLL
          for (int v = 0; v < kVectors; ++v) {
            const Vector<T> x = Load<T>(a + v * kW);
            by_re[v] += x * re;
            by_im[v] += x * im;
          }
        }
        T r[2 * kPanel], i[2 * kPanel];
        for (int v = 0; v < kVectors; ++v) {
          Store<T>(by_re[v], r + v * kW);
          Store<T>(by_im[v], i + v * kW);
        }
        const std::int64_t first = panel * kPanel;
        for (std::int64_t row = 0; row < kPanel && first + row < p_.m; ++row) {
          Put(p_.y[block], first + row, r[row] - i[kPanel + row], r[kPanel + row] + i[row]);
        }
      }
    }
  }

  // y_k = sum_i conj(M_ik) x_i; sums over a panel's rows stay apart until the end.
  void MultiplyAdjoint() {
    PackX(p_.rows, p_.m);
    T* sums = p_.scratch + 2 * p_.rows * p_.m;
    constexpr std::int64_t kStep = 4 * kPanel;
    for (std::int64_t i = 0; i < columns_ * kStep; ++i) sums[i] = T{0};
    for (std::int64_t block = 0; block < p_.rows; ++block) {
      for (std::int64_t panel = 0; panel < panels_; ++panel) AddPanel(block, panel, sums);
    }
    for (std::int64_t k = 0; k < columns_; ++k) {
      T re = 0, im = 0;
      const T* by_re = sums + k * kStep;
      const T* by_im = by_re + 2 * kPanel;
      for (std::int64_t i = 0; i < kPanel; ++i) {
        re += by_re[i] + by_im[kPanel + i];
        im += by_im[i] - by_re[kPanel + i];
      }
      Put(p_.y[k / p_.n], k % p_.n, re, im);
    }
  }

  void AddPanel(std::int64_t block, std::int64_t panel, T* sums) const {
    T re[2 * kPanel] = {}, im[2 * kPanel] = {};
    const T* x = p_.scratch + 2 * (block * p_.m + panel * kPanel);
    for (std::int64_t i = 0; i < kPanel && panel * kPanel + i < p_.m; ++i) {
      re[i] = re[kPanel + i] = x[2 * i];
      im[i] = im[kPanel + i] = x[2 * i + 1];
    }
    const T* a = p_.matrix + (block * panels_ + panel) * columns_ * 2 * kPanel;
    for (std::int64_t k = 0; k < columns_; ++k, a += 2 * kPanel, sums += 4 * kPanel) {
      MONDEQ_UNROLL
      for (int v = 0; v < kVectors; ++v) {
        const Vector<T> m = Load<T>(a + v * kW);
        T *by_re = sums + v * kW, *by_im = by_re + 2 * kPanel;
        Store<T>(Load<T>(by_re) + m * Load<T>(re + v * kW), by_re);
        Store<T>(Load<T>(by_im) + m * Load<T>(im + v * kW), by_im);
      }
    }
  }

  const BlockVectorProduct<T>& p_;
  std::int64_t panels_, columns_;
};

template <class T>
void MultiplyBlockVector(const BlockVectorProduct<T>& product) {
  BlockVectorMultiplier<T>(product).Run();
}

}  // namespace MONDEQ_ISA
}  // namespace mondeq

#endif  // MONDEQ_DEVICE_CPU_KERNELS_BLOCK_VECTOR_PRODUCT_H_
