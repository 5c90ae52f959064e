// Discrete Fourier transforms of a few points that stay in registers, over vectors of lanes:
// X[k] = sum_j x[j] exp(-2 pi i j k / N), natural order on both sides.
#ifndef MONDEQ_DEVICE_CPU_KERNELS_DFT_H_
#define MONDEQ_DEVICE_CPU_KERNELS_DFT_H_

#include "mondeq/device/cpu/kernels/simd.h"

namespace mondeq {
namespace MONDEQ_ISA {

template <class T>
struct Complex {
  Vector<T> re, im;
};

// exp(-2 pi i k / N) = RootRe - i RootIm, for the codelets with twiddles between their factors.
constexpr double kCosines8[] = {1, 0.70710678118654752440, 0, -0.70710678118654752440};
constexpr double kSines8[] = {0, 0.70710678118654752440, 1, 0.70710678118654752440};
constexpr double kCosines9[] = {1, 0.76604444311897803520, 0.17364817766693034885, -0.5,
                                -0.93969262078590838405};
constexpr double kSines9[] = {0, 0.64278760968653932632, 0.98480775301220805936,
                              0.86602540378443864676, 0.34202014332566873304};
constexpr double kCosines16[] = {
    1,  0.92387953251128675613,  0.70710678118654752440,  0.38268343236508977173,
    0,  -0.38268343236508977173, -0.70710678118654752440, -0.92387953251128675613,
    -1, -0.92387953251128675613};
constexpr double kSines16[] = {
    0, 0.38268343236508977173, 0.70710678118654752440, 0.92387953251128675613,
    1, 0.92387953251128675613, 0.70710678118654752440, 0.38268343236508977173,
    0, -0.38268343236508977173};

template <class T, int N>
constexpr T RootRe(int k) {
  return static_cast<T>(N == 8 ? kCosines8[k] : N == 9 ? kCosines9[k] : kCosines16[k]);
}
template <class T, int N>
constexpr T RootIm(int k) {
  return static_cast<T>(N == 8 ? kSines8[k] : N == 9 ? kSines9[k] : kSines16[k]);
}

template <class T>
MONDEQ_INLINE Complex<T> Times(const Complex<T>& x, T re, T im) {
  return {x.re * re - x.im * im, x.re * im + x.im * re};
}

template <class T, int N>
struct Dft;

template <class T>
struct Dft<T, 1> {
  static MONDEQ_INLINE void Run(Complex<T>*) {}
};

template <class T>
struct Dft<T, 2> {
  static MONDEQ_INLINE void Run(Complex<T>* x) {
    const Complex<T> a = x[0], b = x[1];
    x[0] = {a.re + b.re, a.im + b.im};
    x[1] = {a.re - b.re, a.im - b.im};
  }
};

template <class T>
struct Dft<T, 3> {
  static MONDEQ_INLINE void Run(Complex<T>* x) {
    constexpr T kSin = static_cast<T>(0.86602540378443864676);
    const Complex<T> sum{x[1].re + x[2].re, x[1].im + x[2].im};
    const Complex<T> difference{x[1].re - x[2].re, x[1].im - x[2].im};
    const Complex<T> middle{x[0].re - T(0.5) * sum.re, x[0].im - T(0.5) * sum.im};
    x[0] = {x[0].re + sum.re, x[0].im + sum.im};
    x[1] = {middle.re + kSin * difference.im, middle.im - kSin * difference.re};
    x[2] = {middle.re - kSin * difference.im, middle.im + kSin * difference.re};
  }
};

template <class T>
struct Dft<T, 4> {
  static MONDEQ_INLINE void Run(Complex<T>* x) {
    const Complex<T> a{x[0].re + x[2].re, x[0].im + x[2].im};
    const Complex<T> b{x[0].re - x[2].re, x[0].im - x[2].im};
    const Complex<T> c{x[1].re + x[3].re, x[1].im + x[3].im};
    const Complex<T> d{x[1].re - x[3].re, x[1].im - x[3].im};
    x[0] = {a.re + c.re, a.im + c.im};
    x[1] = {b.re + d.im, b.im - d.re};
    x[2] = {a.re - c.re, a.im - c.im};
    x[3] = {b.re - d.im, b.im + d.re};
  }
};

template <class T>
struct Dft<T, 5> {
  static MONDEQ_INLINE void Run(Complex<T>* x) {
    constexpr T kCos1 = static_cast<T>(0.30901699437494742410),
                kCos2 = static_cast<T>(-0.80901699437494742410);
    constexpr T kSin1 = static_cast<T>(0.95105651629515357212),
                kSin2 = static_cast<T>(0.58778525229247312917);
    const Complex<T> s1{x[1].re + x[4].re, x[1].im + x[4].im};
    const Complex<T> d1{x[1].re - x[4].re, x[1].im - x[4].im};
    const Complex<T> s2{x[2].re + x[3].re, x[2].im + x[3].im};
    const Complex<T> d2{x[2].re - x[3].re, x[2].im - x[3].im};
    const Complex<T> m1{x[0].re + kCos1 * s1.re + kCos2 * s2.re,
                        x[0].im + kCos1 * s1.im + kCos2 * s2.im};
    const Complex<T> m2{x[0].re + kCos2 * s1.re + kCos1 * s2.re,
                        x[0].im + kCos2 * s1.im + kCos1 * s2.im};
    const Complex<T> r1{kSin1 * d1.re + kSin2 * d2.re, kSin1 * d1.im + kSin2 * d2.im};
    const Complex<T> r2{kSin2 * d1.re - kSin1 * d2.re, kSin2 * d1.im - kSin1 * d2.im};
    x[0] = {x[0].re + s1.re + s2.re, x[0].im + s1.im + s2.im};
    x[1] = {m1.re + r1.im, m1.im - r1.re};
    x[2] = {m2.re + r2.im, m2.im - r2.re};
    x[3] = {m2.re - r2.im, m2.im + r2.re};
    x[4] = {m1.re - r1.im, m1.im + r1.re};
  }
};

// cos(2 pi k / n) and sin(2 pi k / n) for 0 <= k < n, by Taylor's series.
constexpr double RootSeries(long double angle, int first) {
  long double term = first == 0 ? 1 : angle, sum = term;
  for (int i = first + 2; i < 40; i += 2) {
    term *= -angle * angle / (i * (i - 1));
    sum += term;
  }
  return static_cast<double>(sum);
}
constexpr long double AngleOf(int k, int n) {
  return 2 * 3.14159265358979323846264338327950288L * k / n;
}
constexpr double RootCosine(int k, int n) {
  return RootSeries(AngleOf(2 * k > n ? n - k : k, n), 0);
}
constexpr double RootSine(int k, int n) {
  return 2 * k > n ? -RootSine(n - k, n) : RootSeries(AngleOf(k, n), 1);
}

// An odd N by the definition, inputs j and N - j together, and outputs likewise.
template <class T, int N>
struct OddDft {
  static constexpr int kPairs = (N - 1) / 2;

  // The numbers of each power of the root.
  struct Roots {
    T cosines[N], sines[N];
    constexpr Roots() : cosines(), sines() {
      for (int k = 0; k < N; ++k) {
        cosines[k] = static_cast<T>(RootCosine(k, N));
        sines[k] = static_cast<T>(RootSine(k, N));
      }
    }
  };

  static MONDEQ_INLINE void Run(Complex<T>* x) {
    constexpr Roots kRoots;
    const Complex<T> first = x[0];
    Complex<T> sums[kPairs + 1], differences[kPairs + 1];
    MONDEQ_UNROLL
    for (int j = 1; j <= kPairs; ++j) {
      sums[j] = {x[j].re + x[N - j].re, x[j].im + x[N - j].im};
      differences[j] = {x[j].re - x[N - j].re, x[j].im - x[N - j].im};
      x[0] = {x[0].re + sums[j].re, x[0].im + sums[j].im};
    }
    MONDEQ_UNROLL
    for (int k = 1; k <= kPairs; ++k) {
      Complex<T> even = first, odd{};
      MONDEQ_UNROLL
      for (int j = 1; j <= kPairs; ++j) {
        const T cosine = kRoots.cosines[j * k % N], sine = kRoots.sines[j * k % N];
        even = {even.re + cosine * sums[j].re, even.im + cosine * sums[j].im};
        odd = {odd.re + sine * differences[j].re, odd.im + sine * differences[j].im};
      }
      x[k] = {even.re + odd.im, even.im - odd.re};
      x[N - k] = {even.re - odd.im, even.im + odd.re};
    }
  }
};

constexpr int InverseModulo(int a, int n) {
  for (int i = 1; i < n; ++i) {
    if (a * i % n == 1) return i;
  }
  return 0;
}

// N = A B with coprime factors: no twiddles (Good's prime factor algorithm).
template <class T, int A, int B>
struct CoprimeDft {
  static MONDEQ_INLINE void Run(Complex<T>* x) {
    constexpr int kN = A * B, kA = A * InverseModulo(A, B), kB = B * InverseModulo(B, A);
    Complex<T> y[kN];
    MONDEQ_UNROLL
    for (int j = 0; j < B; ++j) {
      Complex<T> t[A];
      MONDEQ_UNROLL
      for (int i = 0; i < A; ++i) t[i] = x[(B * i + A * j) % kN];
      Dft<T, A>::Run(t);
      MONDEQ_UNROLL
      for (int i = 0; i < A; ++i) y[i * B + j] = t[i];
    }
    MONDEQ_UNROLL
    for (int i = 0; i < A; ++i) {
      Dft<T, B>::Run(y + i * B);
      MONDEQ_UNROLL
      for (int j = 0; j < B; ++j) x[(kB * i + kA * j) % kN] = y[i * B + j];
    }
  }
};

// N = A B with twiddles in between (Cooley and Tukey).
template <class T, int A, int B>
struct TwiddledDft {
  static MONDEQ_INLINE void Run(Complex<T>* x) {
    constexpr int kN = A * B;
    Complex<T> y[kN];
    MONDEQ_UNROLL
    for (int j = 0; j < B; ++j) {
      Complex<T> t[A];
      MONDEQ_UNROLL
      for (int i = 0; i < A; ++i) t[i] = x[i * B + j];
      Dft<T, A>::Run(t);
      MONDEQ_UNROLL
      for (int i = 0; i < A; ++i) {
        y[i * B + j] =
            i * j == 0 ? t[i] : Times<T>(t[i], RootRe<T, kN>(i * j), -RootIm<T, kN>(i * j));
      }
    }
    MONDEQ_UNROLL
    for (int i = 0; i < A; ++i) {
      Dft<T, B>::Run(y + i * B);
      MONDEQ_UNROLL
      for (int j = 0; j < B; ++j) x[i + A * j] = y[i * B + j];
    }
  }
};

template <class T>
struct Dft<T, 6> : CoprimeDft<T, 2, 3> {};
template <class T>
struct Dft<T, 7> : OddDft<T, 7> {};
template <class T>
struct Dft<T, 8> : TwiddledDft<T, 2, 4> {};
template <class T>
struct Dft<T, 9> : TwiddledDft<T, 3, 3> {};
template <class T>
struct Dft<T, 10> : CoprimeDft<T, 2, 5> {};
template <class T>
struct Dft<T, 11> : OddDft<T, 11> {};
template <class T>
struct Dft<T, 12> : CoprimeDft<T, 4, 3> {};
template <class T>
struct Dft<T, 13> : OddDft<T, 13> {};
template <class T>
struct Dft<T, 15> : CoprimeDft<T, 3, 5> {};
template <class T>
struct Dft<T, 16> : TwiddledDft<T, 4, 4> {};

}  // namespace MONDEQ_ISA
}  // namespace mondeq

#endif  // MONDEQ_DEVICE_CPU_KERNELS_DFT_H_
