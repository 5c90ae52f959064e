// The transform of a line: transforms of n1 points, twiddles, transforms of n2 points.
#ifndef MONDEQ_DEVICE_CPU_KERNELS_FFT_H_
#define MONDEQ_DEVICE_CPU_KERNELS_FFT_H_

#include "mondeq/device/cpu/kernels/dft.h"

namespace mondeq {
namespace MONDEQ_ISA {

// Gives a pass its points, of one vector of lanes.
template <class T>
struct PassArguments {
  const FftPlan<T>& plan;
  const FftLine<T>& line;
  int first_lane;
  Complex<T>* scratch;

  // The inverse transform is the forward one with real and imaginary parts exchanged on both sides.
  int re() const { return line.inverse ? static_cast<int>(kGroup) : 0; }
  int im() const { return line.inverse ? 0 : static_cast<int>(kGroup); }

  MONDEQ_INLINE Complex<T> In(std::int32_t point) const {
    const T* p = line.in + point * line.in_stride + first_lane;
    return {Load<T>(p + re()), Load<T>(p + im())};
  }
  MONDEQ_INLINE void Prefetch(const T* soon, std::int32_t point) const {
    const T* p = soon + point * line.prefetch_stride + first_lane;
    PrefetchLine(p);
    PrefetchLine(p + kGroup);
  }
  MONDEQ_INLINE void Out(const Complex<T>& x, std::int32_t point) const {
    T* p = line.out + point * line.out_stride + first_lane;
    Store<T>(x.re * line.scale, p + re());
    Store<T>(x.im * line.scale, p + im());
  }
};

template <class T, int N>
void FirstPass(const PassArguments<T>& pass) {
  const std::int64_t n2 = pass.plan.n2;
  const std::int32_t* in = pass.plan.in;
  const T* twiddle = pass.plan.twiddles;
  const T* soon = pass.line.prefetch[0];
  for (std::int64_t j = 0; j < n2; ++j, in += N) {
    Complex<T> x[N];
    MONDEQ_UNROLL
    for (int i = 0; i < N; ++i) {
      if (soon != nullptr) pass.Prefetch(soon, in[i]);
      x[i] = pass.In(in[i]);
    }
    Dft<T, N>::Run(x);
    pass.scratch[j] = x[0];
    if (twiddle == nullptr) {
      MONDEQ_UNROLL
      for (int i = 1; i < N; ++i) pass.scratch[i * n2 + j] = x[i];
    } else {
      MONDEQ_UNROLL
      for (int i = 1; i < N; ++i)
        pass.scratch[i * n2 + j] = Times<T>(x[i], twiddle[2 * i], twiddle[2 * i + 1]);
      twiddle += 2 * N;
    }
  }
}

template <class T, int N>
void SecondPass(const PassArguments<T>& pass) {
  const std::int32_t* out = pass.plan.out;
  const Complex<T>* scratch = pass.scratch;
  const T* soon = pass.line.prefetch[1];
  for (std::int64_t i = 0; i < pass.plan.n1; ++i, scratch += N, out += N) {
    Complex<T> x[N];
    MONDEQ_UNROLL
    for (int j = 0; j < N; ++j) {
      if (soon != nullptr) pass.Prefetch(soon, out[j]);
      x[j] = scratch[j];
    }
    Dft<T, N>::Run(x);
    MONDEQ_UNROLL
    for (int j = 0; j < N; ++j) pass.Out(x[j], out[j]);
  }
}

// Transforms a factor n > 2 without a codelet by the definition, inputs j and n - j together, and
// outputs likewise. x is overwritten; f(X[k], k) takes the results.
template <class T, class F>
MONDEQ_INLINE void TransformByDefinition(Complex<T>* x, std::int64_t n, const T* roots, F&& f) {
  const std::int64_t pairs = (n - 1) / 2, middle = n % 2 == 0 ? n / 2 : 0;
  // Sums in place of the inputs j, differences in place of n - j.
  Complex<T> all = x[0];
  for (std::int64_t j = 1; j <= pairs; ++j) {
    const Complex<T> a = x[j], b = x[n - j];
    x[j] = {a.re + b.re, a.im + b.im};
    x[n - j] = {a.re - b.re, a.im - b.im};
    all = {all.re + x[j].re, all.im + x[j].im};
  }
  // For an even n there is an input without a partner, and an output.
  const T has_middle = middle == 0 ? T{0} : T{1};
  const Complex<T> single{x[middle].re * has_middle, x[middle].im * has_middle};
  f(Complex<T>{all.re + single.re, all.im + single.im}, std::int64_t{0});
  // Two outputs at a time, so that an input is loaded once for both.
  constexpr int kOutputs = 2;
  for (std::int64_t k = 1; 2 * k <= n; k += kOutputs) {
    Complex<T> even[kOutputs], odd[kOutputs];
    std::int64_t power[kOutputs];
    for (int i = 0; i < kOutputs; ++i) {
      const T sign = (k + i) % 2 == 0 ? T{1} : T{-1};
      even[i] = {x[0].re + sign * single.re, x[0].im + sign * single.im};
      odd[i] = Complex<T>{};
      power[i] = 0;
    }
    for (std::int64_t j = 1; j <= pairs; ++j) {
      for (int i = 0; i < kOutputs; ++i) {
        power[i] += k + i;
        power[i] -= power[i] >= n ? n : 0;
        const T cosine = roots[2 * power[i]], sine = -roots[2 * power[i] + 1];
        even[i] = {even[i].re + cosine * x[j].re, even[i].im + cosine * x[j].im};
        odd[i] = {odd[i].re + sine * x[n - j].re, odd[i].im + sine * x[n - j].im};
      }
    }
    for (int i = 0; i < kOutputs && 2 * (k + i) <= n; ++i) {
      f(Complex<T>{even[i].re + odd[i].im, even[i].im - odd[i].re}, k + i);
      if (2 * (k + i) < n) f(Complex<T>{even[i].re - odd[i].im, even[i].im + odd[i].re}, n - k - i);
    }
  }
}

template <class T>
void GeneralFirstPass(const PassArguments<T>& pass) {
  const std::int64_t n1 = pass.plan.n1, n2 = pass.plan.n2;
  Complex<T>* x = pass.scratch + pass.plan.n;
  for (std::int64_t j = 0; j < n2; ++j) {
    for (std::int64_t i = 0; i < n1; ++i) x[i] = pass.In(pass.plan.in[j * n1 + i]);
    TransformByDefinition<T>(x, n1, pass.plan.roots1, [&](const Complex<T>& sum, std::int64_t i) {
      if (pass.plan.twiddles == nullptr) {
        pass.scratch[i * n2 + j] = sum;
      } else {
        const T* twiddle = pass.plan.twiddles + 2 * (j * n1 + i);
        pass.scratch[i * n2 + j] = Times<T>(sum, twiddle[0], twiddle[1]);
      }
    });
  }
}

template <class T>
void GeneralSecondPass(const PassArguments<T>& pass) {
  const std::int64_t n1 = pass.plan.n1, n2 = pass.plan.n2;
  for (std::int64_t i = 0; i < n1; ++i) {
    TransformByDefinition<T>(
        pass.scratch + i * n2, n2, pass.plan.roots2,
        [&](const Complex<T>& sum, std::int64_t j) { pass.Out(sum, pass.plan.out[i * n2 + j]); });
  }
}

template <class T>
void RunFirstPass(const PassArguments<T>& arguments) {
  switch (arguments.plan.n1) {
#define MONDEQ_PASS(size) \
  case size:              \
    return FirstPass<T, size>(arguments);
    MONDEQ_FFT_CODELETS(MONDEQ_PASS)
#undef MONDEQ_PASS
    default:
      GeneralFirstPass(arguments);
  }
}

template <class T>
void RunSecondPass(const PassArguments<T>& arguments) {
  switch (arguments.plan.n2) {
#define MONDEQ_PASS(size) \
  case size:              \
    return SecondPass<T, size>(arguments);
    MONDEQ_FFT_CODELETS(MONDEQ_PASS)
#undef MONDEQ_PASS
    default:
      GeneralSecondPass(arguments);
  }
}

template <class T>
void TransformLine(const FftPlan<T>& plan, const FftLine<T>& line) {
  for (int lane = 0; lane < kGroup; lane += kWidth<T>) {
    const PassArguments<T> arguments{plan, line, lane, reinterpret_cast<Complex<T>*>(line.scratch)};
    RunFirstPass(arguments);
    RunSecondPass(arguments);
  }
}

}  // namespace MONDEQ_ISA
}  // namespace mondeq

#endif  // MONDEQ_DEVICE_CPU_KERNELS_FFT_H_
