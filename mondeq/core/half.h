// Floating-point numbers of 16 bits, widened; every one of them is a float.
#ifndef MONDEQ_CORE_HALF_H_
#define MONDEQ_CORE_HALF_H_

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

namespace mondeq {

// IEEE 754 binary16: sign, 5 bits of exponent, 10 of fraction.
inline float FloatFromHalf(std::uint16_t bits) {
  const int exponent = bits >> 10 & 31, fraction = bits & 1023;
  float size = 0;
  if (exponent == 31) {
    size = fraction == 0 ? std::numeric_limits<float>::infinity()
                         : std::numeric_limits<float>::quiet_NaN();
  } else if (exponent == 0) {
    size = std::ldexp(static_cast<float>(fraction), -24);
  } else {
    size = std::ldexp(static_cast<float>(1024 + fraction), exponent - 25);
  }
  return (bits & 0x8000) != 0 ? -size : size;
}

// bfloat16: the upper half of a float.
inline float FloatFromBfloat(std::uint16_t bits) {
  const std::uint32_t wide = static_cast<std::uint32_t>(bits) << 16;
  float value;
  std::memcpy(&value, &wide, sizeof(value));
  return value;
}

}  // namespace mondeq

#endif  // MONDEQ_CORE_HALF_H_
