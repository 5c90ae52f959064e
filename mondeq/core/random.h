// A small, portable random stream: the same numbers on every machine and standard library.
#ifndef MONDEQ_CORE_RANDOM_H_
#define MONDEQ_CORE_RANDOM_H_

#include <cmath>
#include <cstdint>

namespace mondeq {

// SplitMix64 (Steele, Lea, Flood 2014). Independent streams come from different (seed, stream)
// pairs, so a run can be resumed at any epoch without a saved generator.
class Random {
 public:
  explicit Random(std::uint64_t seed, std::uint64_t stream = 0)
      : state_(Mix(seed ^ Mix(stream + 0x9E3779B97F4A7C15u))) {}

  std::uint64_t Next() {
    state_ += 0x9E3779B97F4A7C15u;
    return Mix(state_);
  }

  // Uniform in [0, 1), with 53 random bits.
  double Uniform() { return static_cast<double>(Next() >> 11) * 0x1.0p-53; }
  double Uniform(double low, double high) { return low + (high - low) * Uniform(); }

  // Uniform in 0 .. n - 1, n > 0. The bias, below n / 2^64, is of no consequence here.
  std::uint64_t Below(std::uint64_t n) {
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint64_t>((static_cast<Wide>(Next()) * n) >> 64);
  }

  // Standard normal, by the method of Box and Muller, of whose pair of values one is used.
  double Normal() {
    const double radius = std::sqrt(-2.0 * std::log(1.0 - Uniform()));
    return radius * std::cos(6.283185307179586 * Uniform());
  }

 private:
  static std::uint64_t Mix(std::uint64_t x) {
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
  }

  std::uint64_t state_;
};

}  // namespace mondeq

#endif  // MONDEQ_CORE_RANDOM_H_
