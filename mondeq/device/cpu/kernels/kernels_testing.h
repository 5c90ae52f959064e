// What tests of kernels share: arrays with guards, and points and panels from complex matrices.
// Tests run for every instruction set that this processor has.
#ifndef MONDEQ_DEVICE_CPU_KERNELS_KERNELS_TESTING_H_
#define MONDEQ_DEVICE_CPU_KERNELS_KERNELS_TESTING_H_

#include <algorithm>
#include <complex>
#include <limits>
#include <vector>

#include "Eigen/Core"
#include "gtest/gtest.h"
#include "mondeq/core/features.h"
#include "mondeq/core/random.h"
#include "mondeq/device/cpu/kernels/aligned_buffer.h"
#include "mondeq/device/cpu/kernels/kernels.h"

namespace mondeq {

using Complex = std::complex<double>;
using Matrix = Eigen::MatrixXcd;

class KernelsTest : public testing::TestWithParam<Isa> {
 protected:
  Matrix Values(Index rows, Index columns) {
    return Matrix::NullaryExpr(
        rows, columns, [&] { return Complex(Round(random_.Normal()), Round(random_.Normal())); });
  }
  // The nearest value that float32 holds exactly, so that inputs carry no error.
  static double Round(double x) { return static_cast<double>(static_cast<float>(x)); }

  template <class T>
  static double Epsilon() {
    return static_cast<double>(std::numeric_limits<T>::epsilon());
  }

  Random random_{7};
};

// An array that is aligned as kernels may expect, between guards that they must not touch.
template <class T>
class Array {
 public:
  explicit Array(Index size) : values_(buffer_.Get(size + 2 * kGuard)), size_(size) {
    std::fill_n(values_, size + 2 * kGuard, kUntouched);
  }
  T* data() const { return values_ + kGuard; }
  T& operator[](Index i) { return data()[i]; }
  bool GuardsHold() const {
    const auto untouched = [](T x) { return x == kUntouched; };
    return std::all_of(values_, values_ + kGuard, untouched) &&
           std::all_of(data() + size_, data() + size_ + kGuard, untouched);
  }

 private:
  static constexpr Index kGuard = 64;
  static constexpr T kUntouched = T{12345};
  AlignedBuffer<T> buffer_;
  T* values_;
  Index size_;
};

// Rows of `groups` points, in columns of 2 kGroup groups: lane l of group g is column kGroup g + l.
template <class T>
void PutPoints(const Matrix& x, Index groups, T* points) {
  for (Index i = 0; i < x.rows(); ++i) {
    for (Index l = 0; l < groups * kGroup; ++l) {
      T* p = points + (i * groups + l / kGroup) * kPoint + l % kGroup;
      p[0] = static_cast<T>(x(i, l).real());
      p[kGroup] = static_cast<T>(x(i, l).imag());
    }
  }
}
template <class T>
Matrix GetPoints(const T* points, Index rows, Index groups) {
  return Matrix::NullaryExpr(rows, groups * kGroup, [&](Index i, Index l) {
    const T* p = points + (i * groups + l / kGroup) * kPoint + l % kGroup;
    return Complex(p[0], p[kGroup]);
  });
}

// A matrix of rows x columns blocks of m x n in panels.
template <class T>
std::vector<T> Panels(const Matrix& x, Index rows, Index m) {
  std::vector<T> panels;
  for (Index block = 0; block < rows; ++block) {
    for (Index row = 0; row < m; row += kPanel) {
      for (Index column = 0; column < x.cols(); ++column) {
        for (int part = 0; part < 2; ++part) {
          for (Index i = 0; i < kPanel; ++i) {
            const Complex value = row + i < m ? x(block * m + row + i, column) : 0;
            panels.push_back(static_cast<T>(part == 0 ? value.real() : value.imag()));
          }
        }
      }
    }
  }
  return panels;
}

inline double Error(const Matrix& found, const Matrix& expected) {
  return (found - expected).norm() / std::max(expected.norm(), 1e-300);
}

#define MONDEQ_FOR_EVERY_ISA(suite)                                         \
  INSTANTIATE_TEST_SUITE_P(Isas, suite, testing::ValuesIn(AvailableIsas()), \
                           [](const auto& test) { return ToString(test.param); })

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_CPU_KERNELS_KERNELS_TESTING_H_
