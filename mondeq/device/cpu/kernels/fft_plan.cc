#include "mondeq/device/cpu/kernels/fft_plan.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace mondeq {
namespace {

#define MONDEQ_LENGTH(n) n,
constexpr std::int64_t kCodelets[] = {MONDEQ_FFT_CODELETS(MONDEQ_LENGTH)};
#undef MONDEQ_LENGTH
// Beyond this many points a codelet's intermediate values leave the registers.
constexpr std::int64_t kInRegisters = 10;

// Roughly how many operations a transform of n points takes.
double Cost(std::int64_t n) {
  const auto size = static_cast<double>(n);
  if (std::find(std::begin(kCodelets), std::end(kCodelets), n) == std::end(kCodelets))
    return 2 * size * size;
  return (n > kInRegisters ? 6 : 4) * size * std::log2(size);
}

double Cost(std::int64_t n1, std::int64_t n2) {
  const auto count = static_cast<double>(n1 * n2);
  const double twiddles = std::gcd(n1, n2) == 1 ? 0 : 6 * count;
  return Cost(n1) * static_cast<double>(n2) + Cost(n2) * static_cast<double>(n1) + twiddles;
}

std::int64_t FirstFactor(std::int64_t n) {
  std::int64_t best = 1;
  for (std::int64_t n1 = 2; n1 <= n; ++n1) {
    if (n % n1 == 0 && Cost(n1, n / n1) < Cost(best, n / best)) best = n1;
  }
  return best;
}

// exp(-2 pi i k / n)
template <class T>
void PushRoot(std::int64_t k, std::int64_t n, std::vector<T>* roots) {
  const double angle =
      -2 * 3.14159265358979323846 * static_cast<double>(k % n) / static_cast<double>(n);
  roots->push_back(static_cast<T>(std::cos(angle)));
  roots->push_back(static_cast<T>(std::sin(angle)));
}

// The multiple of a that is 1 modulo b, for coprime a and b.
std::int64_t MultipleThatIsOne(std::int64_t a, std::int64_t b) {
  std::int64_t multiple = a;
  while (b > 1 && multiple % b != 1) multiple += a;
  return multiple;
}

}  // namespace

template <class T>
FftTables<T>::FftTables(std::int64_t n) {
  const std::int64_t n1 = FirstFactor(n), n2 = n / n1;
  const bool coprime = std::gcd(n1, n2) == 1;
  for (std::int64_t j2 = 0; j2 < n2; ++j2) {
    for (std::int64_t j1 = 0; j1 < n1; ++j1) {
      in_.push_back(static_cast<std::int32_t>(coprime ? (j1 * n2 + j2 * n1) % n : j1 * n2 + j2));
      if (!coprime) PushRoot(j2 * j1, n, &twiddles_);
    }
  }
  const std::int64_t one1 = coprime ? MultipleThatIsOne(n2, n1) : 0,
                     one2 = coprime ? MultipleThatIsOne(n1, n2) : 0;
  for (std::int64_t k1 = 0; k1 < n1; ++k1) {
    for (std::int64_t k2 = 0; k2 < n2; ++k2) {
      out_.push_back(
          static_cast<std::int32_t>(coprime ? (k1 * one1 + k2 * one2) % n : k1 + n1 * k2));
    }
  }
  for (std::int64_t k = 0; k < n1; ++k) PushRoot(k, n1, &roots1_);
  for (std::int64_t k = 0; k < n2; ++k) PushRoot(k, n2, &roots2_);
  plan_ = {n,
           n1,
           n2,
           in_.data(),
           out_.data(),
           coprime ? nullptr : twiddles_.data(),
           roots1_.data(),
           roots2_.data()};
}

template class FftTables<float>;
template class FftTables<double>;

}  // namespace mondeq
