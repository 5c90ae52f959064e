// Vectorized(f): f() compiled for the best instruction set that the processor has. The build's own
// may be the oldest of its kind; a loop that the compiler can vectorise is then several times
// slower than it need be.
//
// What f() calls is inlined into a copy of itself for each instruction set, so f should be a loop
// over plain numbers, and a lambda or functor.
#ifndef MONDEQ_DEVICE_VECTORIZE_H_
#define MONDEQ_DEVICE_VECTORIZE_H_

#include "mondeq/device/isa.h"
#include "mondeq/device/isa_features.h"

#if defined(__x86_64__) && !defined(__CUDACC__)
#define MONDEQ_VECTORIZE_X86 1
#endif

namespace mondeq {

#ifdef MONDEQ_VECTORIZE_X86

namespace vectorize_internal {

// Features rather than arch=x86-64-v4: they add to the build's own, and a function is inlined only
// where nothing that it was compiled with is missing.
#ifdef __clang__
#define MONDEQ_VECTORIZE_FOR(isa) MONDEQ_##isa##_TARGET
#else
#define MONDEQ_VECTORIZE_FOR(isa) MONDEQ_##isa##_TUNED_TARGET
#endif

template <class F>
__attribute__((target(MONDEQ_VECTORIZE_FOR(AVX512)), flatten, noinline)) void RunAvx512(
    const F& f) {
  f();
}

template <class F>
__attribute__((target(MONDEQ_VECTORIZE_FOR(AVX2)), flatten, noinline)) void RunAvx2(const F& f) {
  f();
}

#undef MONDEQ_VECTORIZE_FOR

}  // namespace vectorize_internal

template <class F>
void Vectorized(const F& f) {
  switch (BestIsa()) {
    case Isa::kAvx512:
      return vectorize_internal::RunAvx512(f);
    case Isa::kAvx2:
      return vectorize_internal::RunAvx2(f);
    case Isa::kGeneric:
      return f();
  }
}

#else

template <class F>
void Vectorized(const F& f) {
  f();
}

#endif  // MONDEQ_VECTORIZE_X86

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_VECTORIZE_H_
