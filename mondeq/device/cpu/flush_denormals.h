// Denormal numbers, those too small for a full mantissa, cost a processor a hundred cycles each
// and make a solve some ten times as slow, while they carry nothing: they lie 1e-38 (float32) or
// 1e-308 (float64) below one. What the CPU device computes takes them for zero.
#ifndef MONDEQ_DEVICE_CPU_FLUSH_DENORMALS_H_
#define MONDEQ_DEVICE_CPU_FLUSH_DENORMALS_H_

#include <cstdint>

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace mondeq {

// While it lives the calling thread reads denormal operands as zero and writes zero for denormal
// results. It leaves the thread as it was: whoever calls mondeq keeps the arithmetic that they had.
// Processors other than x86-64 and AArch64 go on as ever.
class FlushDenormals {
 public:
  FlushDenormals() : before_(Get()) {
    if ((before_ & kFlush) != kFlush) Set(before_ | kFlush);
  }
  ~FlushDenormals() {
    // What else the register holds, as the flags of exceptions, may have changed meanwhile.
    if ((before_ & kFlush) != kFlush) Set((Get() & ~kFlush) | (before_ & kFlush));
  }
  FlushDenormals(const FlushDenormals&) = delete;
  FlushDenormals& operator=(const FlushDenormals&) = delete;

 private:
#if defined(__x86_64__)
  using Register = std::uint32_t;
  static constexpr Register kFlush = 0x8040;  // FTZ and DAZ
  static Register Get() { return _mm_getcsr(); }
  static void Set(Register value) { _mm_setcsr(value); }
#elif defined(__aarch64__)
  using Register = std::uint64_t;
  static constexpr Register kFlush = Register{1} << 24;  // FZ
  static Register Get() {
    Register value;
    asm volatile("mrs %0, fpcr" : "=r"(value));
    return value;
  }
  static void Set(Register value) { asm volatile("msr fpcr, %0" : : "r"(value)); }
#else
  using Register = std::uint32_t;
  static constexpr Register kFlush = 0;
  static Register Get() { return 0; }
  static void Set(Register) {}
#endif

  Register before_;
};

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_CPU_FLUSH_DENORMALS_H_
