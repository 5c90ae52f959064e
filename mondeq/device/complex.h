// Complex numbers for functors: std::complex is for the host only. Both lie in memory as a pair.
#ifndef MONDEQ_DEVICE_COMPLEX_H_
#define MONDEQ_DEVICE_COMPLEX_H_

#include <complex>

#include "mondeq/device/launch.h"

namespace mondeq {

template <class T>
struct alignas(2 * sizeof(T)) Complex {
  T re, im;
};

template <class T>
MONDEQ_HOST_DEVICE Complex<T> operator*(Complex<T> a, Complex<T> b) {
  return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}
template <class T>
MONDEQ_HOST_DEVICE Complex<T> operator+(Complex<T> a, Complex<T> b) {
  return {a.re + b.re, a.im + b.im};
}
template <class T>
MONDEQ_HOST_DEVICE Complex<T> operator-(Complex<T> a, Complex<T> b) {
  return {a.re - b.re, a.im - b.im};
}

template <class T>
MONDEQ_HOST_DEVICE T Reciprocal(T x) {
  return T{1} / x;
}
template <class T>
MONDEQ_HOST_DEVICE Complex<T> Reciprocal(Complex<T> x) {
  const T scale = T{1} / (x.re * x.re + x.im * x.im);
  return {x.re * scale, -x.im * scale};
}

// Numbers of the host as the numbers that stand for them in a functor.
template <class T>
T* ForFunctor(T* p) {
  return p;
}
template <class T>
Complex<T>* ForFunctor(std::complex<T>* p) {
  return reinterpret_cast<Complex<T>*>(p);
}

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_COMPLEX_H_
