#include "mondeq/nonlinearities/exponential.h"

#include <cmath>
#include <limits>
#include <string>

#include "gtest/gtest.h"

namespace mondeq {
namespace {

template <class T>
class ExponentialTest : public testing::Test {};
using Floats = testing::Types<float, double>;
struct FloatName {
  template <class T>
  static std::string GetName(int) {
    return sizeof(T) == sizeof(float) ? "float32" : "float64";
  }
};
TYPED_TEST_SUITE(ExponentialTest, Floats, FloatName);

// In units of rounding, against a type with more digits.
template <class T>
double RelativeError(T value, long double expected) {
  const long double unit = std::numeric_limits<T>::epsilon() / 2;
  return static_cast<double>(std::abs(value - expected) / (std::abs(expected) * unit));
}

// Magnitudes at which nothing underflows, from one that all but vanishes.
template <class T, class F>
void ForMagnitudes(long double largest, F&& f) {
  for (long double x = 1e-20L; x < largest; x *= 1.003L) f(static_cast<T>(x));
}

TYPED_TEST(ExponentialTest, IsRightInTheLastPlaces) {
  using T = TypeParam;
  ForMagnitudes<T>(sizeof(T) == sizeof(float) ? 87 : 708, [](T magnitude) {
    const long double x = -static_cast<long double>(magnitude);
    const Exponential<T> e = ExpOfNegative(-magnitude);
    ASSERT_LE(RelativeError(e.value, std::exp(x)), 3) << "exp of " << -magnitude;
    ASSERT_LE(RelativeError(e.minus_one, std::expm1(x)), 3) << "expm1 of " << -magnitude;
  });
}

TYPED_TEST(ExponentialTest, LogarithmIsRightInTheLastPlaces) {
  using T = TypeParam;
  ForMagnitudes<T>(1, [](T e) {
    ASSERT_LE(RelativeError(Log1pOfFraction(e), std::log1p(static_cast<long double>(e))), 4)
        << "log1p of " << e;
  });
}

TYPED_TEST(ExponentialTest, Ends) {
  using T = TypeParam;
  const T least = std::numeric_limits<T>::min();
  const T nan = std::numeric_limits<T>::quiet_NaN();
  EXPECT_EQ(ExpOfNegative(T{0}).value, 1);
  EXPECT_EQ(ExpOfNegative(T{0}).minus_one, 0);
  const T nothing = std::log(least) - 1;
  for (T x : {nothing, T{-800}, std::numeric_limits<T>::lowest()}) {
    EXPECT_EQ(ExpOfNegative(x).value, 0) << x;
    EXPECT_EQ(ExpOfNegative(x).minus_one, -1) << x;
  }
  EXPECT_TRUE(std::isnan(ExpOfNegative(nan).value));
  EXPECT_TRUE(std::isnan(ExpOfNegative(nan).minus_one));
  EXPECT_EQ(Log1pOfFraction(T{0}), 0);
}

}  // namespace
}  // namespace mondeq
