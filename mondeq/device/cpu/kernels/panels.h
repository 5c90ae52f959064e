// Making matrices in panels, and taking them apart.
#ifndef MONDEQ_DEVICE_CPU_KERNELS_PANELS_H_
#define MONDEQ_DEVICE_CPU_KERNELS_PANELS_H_

#include "mondeq/device/cpu/kernels/simd.h"

namespace mondeq {
namespace MONDEQ_ISA {

template <class T>
void SumTaps(const TapSum<T>& sum) {
  const TapSum<T> p = sum;  // no store can change what this copy says
  for (std::int64_t c = 0; c < p.columns; ++c) {
    T re[kPanel] = {}, im[kPanel] = {};
    for (int j = 0; j < p.count; ++j) {
      const T f = p.roots[2 * j], g = p.roots[2 * j + 1];
      if (p.complex) {
        const T* tap = p.taps[j] + c * 2 * kPanel;
        for (int i = 0; i < kPanel; ++i) {
          re[i] += f * tap[i] - g * tap[kPanel + i];
          im[i] += f * tap[kPanel + i] + g * tap[i];
        }
      } else {
        const T* tap = p.taps[j] + c * kPanel;
        for (int i = 0; i < kPanel; ++i) {
          re[i] += f * tap[i];
          im[i] += g * tap[i];
        }
      }
    }
    T* to = p.to + c * 2 * kPanel;
    for (int i = 0; i < kPanel; ++i) {
      to[i] = re[i];
      to[kPanel + i] = im[i];
    }
  }
}

template <int kSources, class T>
void AddScaledSources(const ComplexSums<T>& p) {
  for (std::int64_t e = 0; e < p.count; e += kWidth<T>) {
    Vector<T> re[kSources], im[kSources];
    MONDEQ_UNROLL
    for (int j = 0; j < kSources; ++j) {
      re[j] = Load<T>(p.from + j * p.from_stride + e);
      im[j] = Load<T>(p.from + j * p.from_stride + p.count + e);
    }
    for (int t = 0; t < p.targets; ++t) {
      T *to_re = p.to + t * 2 * p.count + e, *to_im = to_re + p.count;
      Vector<T> x = Load<T>(to_re), y = Load<T>(to_im);
      MONDEQ_UNROLL
      for (int j = 0; j < kSources; ++j) {
        const T* root = p.roots + 2 * (j * p.targets + t);
        const Vector<T> f = Splat(root[0]), g = Splat(root[1]);
        x += f * re[j];
        x -= g * im[j];
        y += f * im[j];
        y += g * re[j];
      }
      Store<T>(x, to_re);
      Store<T>(y, to_im);
    }
  }
}

template <class T>
void AddScaled(const ComplexSums<T>& p) {
  static_assert(ComplexSums<T>::kMost == 4, "a case for each number of sources");
  switch (p.sources) {
    case 1:
      return AddScaledSources<1>(p);
    case 2:
      return AddScaledSources<2>(p);
    case 3:
      return AddScaledSources<3>(p);
    case 4:
      return AddScaledSources<4>(p);
  }
}

// Calls f(row of the matrix, rows of that panel, panel) for every panel.
template <class T, class F>
MONDEQ_INLINE void ForEveryPanel(const PlanarMatrix<T>& p, F&& f) {
  T* panel = p.panels;
  for (std::int64_t block = 0; block < p.rows; ++block) {
    for (std::int64_t row = 0; row < p.m; row += kPanel, panel += p.columns * 2 * kPanel)
      f(block * p.m + row, p.m - row < kPanel ? p.m - row : kPanel, panel);
  }
}

template <class T>
void UnpackPanels(const PlanarMatrix<T>& matrix) {
  const PlanarMatrix<T> p = matrix;
  ForEveryPanel(p, [&](std::int64_t row, std::int64_t count, const T* panel) {
    for (std::int64_t k = 0; k < p.columns; ++k, panel += 2 * kPanel) {
      T *re = p.re + k * p.stride + row, *im = p.im + k * p.stride + row;
      if (count == kPanel) {
        __builtin_memcpy(re, panel, kPanel * sizeof(T));
        __builtin_memcpy(im, panel + kPanel, kPanel * sizeof(T));
      } else {
        for (std::int64_t i = 0; i < count; ++i) {
          re[i] = panel[i];
          im[i] = panel[kPanel + i];
        }
      }
    }
  });
}

template <class T>
MONDEQ_INLINE void ScaleColumn(const T* __restrict from, T factor, T* __restrict to) {
  for (std::int64_t i = 0; i < kPanel; ++i) to[i] = factor * from[i];
}

template <class T>
void PackPanels(const PlanarMatrix<T>& matrix) {
  const PlanarMatrix<T> p = matrix;
  ForEveryPanel(p, [&](std::int64_t row, std::int64_t count, T* panel) {
    T* const begin = panel;
    for (std::int64_t k = 0; k < p.columns; ++k, panel += 2 * kPanel) {
      const T *re = p.re + k * p.stride + row, *im = p.im + k * p.stride + row;
      if (count == kPanel) {
        ScaleColumn(re, p.factor, panel);
        ScaleColumn(im, p.factor, panel + kPanel);
      } else {
        for (std::int64_t i = 0; i < kPanel; ++i) {
          panel[i] = i < count ? p.factor * re[i] : T{0};
          panel[kPanel + i] = i < count ? p.factor * im[i] : T{0};
        }
      }
    }
    for (std::int64_t i = 0; i < count; ++i) begin[(row + i) * 2 * kPanel + i] += p.identity;
  });
}

}  // namespace MONDEQ_ISA
}  // namespace mondeq

#endif  // MONDEQ_DEVICE_CPU_KERNELS_PANELS_H_
