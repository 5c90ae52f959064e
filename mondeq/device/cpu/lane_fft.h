// A discrete Fourier transform of any length over vector lanes: every element is a cache line of
// real parts and one of imaginary parts, so that each butterfly is a few full-width vector
// instructions and nothing is ever shuffled. Mixed radix (4, 2, 3, 5, then any other prime by its
// definition), decimation in time.
#ifndef MONDEQ_DEVICE_CPU_LANE_FFT_H_
#define MONDEQ_DEVICE_CPU_LANE_FFT_H_

#include <cmath>
#include <vector>

#include "mondeq/core/features.h"

namespace mondeq {

constexpr int kLaneBytes = 64;

template <class T>
struct LaneVector;
template <>
struct LaneVector<float> {
  typedef float Type __attribute__((vector_size(kLaneBytes)));
};
template <>
struct LaneVector<double> {
  typedef double Type __attribute__((vector_size(kLaneBytes)));
};

template <class T>
struct LaneComplex {
  typename LaneVector<T>::Type re, im;
};

template <class T>
class LaneFft {
 public:
  using Complex = LaneComplex<T>;
  static constexpr Index kWidth = kLaneBytes / static_cast<Index>(sizeof(T));

  explicit LaneFft(Index n) : n_(n) {
    for (Index rest = n; rest > 1;) {
      const Index radix = NextRadix(rest);
      stages_.push_back(MakeStage(radix, rest));
      rest /= radix;
    }
  }

  Index size() const { return n_; }

  // out[k] = sum_j in[j stride] exp(-2 pi i j k / n). out must not overlap in. The inverse
  // transform (without 1/n) is the same with real and imaginary parts exchanged on both sides.
  void Run(const Complex* in, Index stride, Complex* out) const {
    if (n_ == 1) {
      out[0] = in[0];
    } else {
      Pass(0, in, stride, out);
    }
  }

 private:
  struct Stage {
    Index radix;
    Index rest;  // length of the transforms that this stage combines
    // exp(-2 pi i j k / (radix rest)) for k < rest, 1 <= j < radix; and for a general radix its own
    // roots of unity.
    std::vector<T> twiddle_re, twiddle_im, root_re, root_im;
  };

  static Index NextRadix(Index n) {
    for (Index radix : {4, 2, 3, 5}) {
      if (n % radix == 0) return radix;
    }
    for (Index p = 7; p * p <= n; p += 2) {
      if (n % p == 0) return p;
    }
    return n;
  }

  static Stage MakeStage(Index radix, Index n) {
    Stage stage{radix, n / radix, {}, {}, {}, {}};
    const auto angle = [](Index k, Index of) {
      return -2 * 3.14159265358979323846 * static_cast<double>(k % of) / static_cast<double>(of);
    };
    for (Index k = 0; k < stage.rest; ++k) {
      for (Index j = 1; j < radix; ++j) {
        stage.twiddle_re.push_back(static_cast<T>(std::cos(angle(j * k, n))));
        stage.twiddle_im.push_back(static_cast<T>(std::sin(angle(j * k, n))));
      }
    }
    for (Index k = 0; k < radix; ++k) {
      stage.root_re.push_back(static_cast<T>(std::cos(angle(k, radix))));
      stage.root_im.push_back(static_cast<T>(std::sin(angle(k, radix))));
    }
    return stage;
  }

  void Pass(std::size_t level, const Complex* in, Index stride, Complex* out) const {
    const Stage& stage = stages_[level];
    if (stage.rest == 1) {
      for (Index j = 0; j < stage.radix; ++j) out[j] = in[j * stride];
    } else {
      for (Index j = 0; j < stage.radix; ++j) {
        Pass(level + 1, in + j * stride, stride * stage.radix, out + j * stage.rest);
      }
    }
    switch (stage.radix) {
      case 2:
        return Combine<2>(stage, out);
      case 3:
        return Combine<3>(stage, out);
      case 4:
        return Combine<4>(stage, out);
      case 5:
        return Combine<5>(stage, out);
      default:
        return CombineGeneral(stage, out);
    }
  }

  template <int kRadix>
  static void Combine(const Stage& stage, Complex* out) {
    const T *wr = stage.twiddle_re.data(), *wi = stage.twiddle_im.data();
    for (Index k = 0; k < stage.rest; ++k, wr += kRadix - 1, wi += kRadix - 1) {
      Complex x[kRadix];
      x[0] = out[k];
      for (int j = 1; j < kRadix; ++j) {
        const Complex& y = out[j * stage.rest + k];
        x[j].re = y.re * wr[j - 1] - y.im * wi[j - 1];
        x[j].im = y.re * wi[j - 1] + y.im * wr[j - 1];
      }
      Butterfly(x);
      for (int j = 0; j < kRadix; ++j) out[j * stage.rest + k] = x[j];
    }
  }

  static void Butterfly(Complex (&x)[2]) {
    const Complex difference{x[0].re - x[1].re, x[0].im - x[1].im};
    x[0] = {x[0].re + x[1].re, x[0].im + x[1].im};
    x[1] = difference;
  }

  static void Butterfly(Complex (&x)[3]) {
    constexpr T kSin = static_cast<T>(0.86602540378443864676);
    const Complex sum{x[1].re + x[2].re, x[1].im + x[2].im};
    const Complex difference{(x[1].re - x[2].re) * kSin, (x[1].im - x[2].im) * kSin};
    const Complex middle{x[0].re - sum.re * T(0.5), x[0].im - sum.im * T(0.5)};
    x[0] = {x[0].re + sum.re, x[0].im + sum.im};
    x[1] = {middle.re + difference.im, middle.im - difference.re};
    x[2] = {middle.re - difference.im, middle.im + difference.re};
  }

  static void Butterfly(Complex (&x)[4]) {
    const Complex a{x[0].re + x[2].re, x[0].im + x[2].im}, b{x[0].re - x[2].re, x[0].im - x[2].im};
    const Complex c{x[1].re + x[3].re, x[1].im + x[3].im}, d{x[1].re - x[3].re, x[1].im - x[3].im};
    x[0] = {a.re + c.re, a.im + c.im};
    x[1] = {b.re + d.im, b.im - d.re};
    x[2] = {a.re - c.re, a.im - c.im};
    x[3] = {b.re - d.im, b.im + d.re};
  }

  static void Butterfly(Complex (&x)[5]) {
    constexpr T kCos1 = static_cast<T>(0.30901699437494742410),
                kCos2 = static_cast<T>(-0.80901699437494742410);
    constexpr T kSin1 = static_cast<T>(0.95105651629515357212),
                kSin2 = static_cast<T>(0.58778525229247312917);
    const Complex s1{x[1].re + x[4].re, x[1].im + x[4].im},
        d1{x[1].re - x[4].re, x[1].im - x[4].im};
    const Complex s2{x[2].re + x[3].re, x[2].im + x[3].im},
        d2{x[2].re - x[3].re, x[2].im - x[3].im};
    const Complex m1{x[0].re + s1.re * kCos1 + s2.re * kCos2,
                     x[0].im + s1.im * kCos1 + s2.im * kCos2};
    const Complex m2{x[0].re + s1.re * kCos2 + s2.re * kCos1,
                     x[0].im + s1.im * kCos2 + s2.im * kCos1};
    const Complex r1{d1.re * kSin1 + d2.re * kSin2, d1.im * kSin1 + d2.im * kSin2};
    const Complex r2{d1.re * kSin2 - d2.re * kSin1, d1.im * kSin2 - d2.im * kSin1};
    x[0] = {x[0].re + s1.re + s2.re, x[0].im + s1.im + s2.im};
    x[1] = {m1.re + r1.im, m1.im - r1.re};
    x[2] = {m2.re + r2.im, m2.im - r2.re};
    x[3] = {m2.re - r2.im, m2.im + r2.re};
    x[4] = {m1.re - r1.im, m1.im + r1.re};
  }

  // By the definition, in O(radix^2): for prime factors above 5.
  static void CombineGeneral(const Stage& stage, Complex* out) {
    const std::size_t radix = static_cast<std::size_t>(stage.radix);
    // Kept by the thread, so that the loop allocates nothing.
    static thread_local std::vector<Complex> x;
    if (x.size() < radix) x.resize(radix);
    for (Index k = 0; k < stage.rest; ++k) {
      x[0] = out[k];
      for (std::size_t j = 1; j < radix; ++j) {
        const std::size_t w = static_cast<std::size_t>(k) * (radix - 1) + j - 1;
        const Complex& y = out[static_cast<Index>(j) * stage.rest + k];
        x[j].re = y.re * stage.twiddle_re[w] - y.im * stage.twiddle_im[w];
        x[j].im = y.re * stage.twiddle_im[w] + y.im * stage.twiddle_re[w];
      }
      for (std::size_t q = 0; q < radix; ++q) {
        Complex sum = x[0];
        for (std::size_t j = 1; j < radix; ++j) {
          const T wr = stage.root_re[j * q % radix], wi = stage.root_im[j * q % radix];
          sum.re += x[j].re * wr - x[j].im * wi;
          sum.im += x[j].re * wi + x[j].im * wr;
        }
        out[static_cast<Index>(q) * stage.rest + k] = sum;
      }
    }
  }

  Index n_;
  std::vector<Stage> stages_;
};

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_CPU_LANE_FFT_H_
