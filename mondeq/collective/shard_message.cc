#include "mondeq/collective/shard_message.h"

#include <algorithm>
#include <cstring>

namespace mondeq {
namespace {

constexpr std::size_t kUnit = sizeof(double);

// to = combined(to, from) for `count` numbers that lie at these bytes.
template <class T, class F>
void CombineNumbers(std::size_t count, const char* from, char* to, F combined) {
  for (std::size_t i = 0; i < count; ++i) {
    T a, b;
    std::memcpy(&a, to + i * sizeof(T), sizeof(T));
    std::memcpy(&b, from + i * sizeof(T), sizeof(T));
    const T result = combined(a, b);
    std::memcpy(to + i * sizeof(T), &result, sizeof(T));
  }
}

}  // namespace

void ShardMessage::Reserve(const ShardNumbers& numbers, const Tensor& values) {
  dtype_ = values.dtype();
  sums_ = values.empty() ? 0 : (values.bytes() + kUnit - 1) / kUnit;
  maxima_ = sums_ + numbers.sums.size();
  end_ = maxima_ + numbers.maxima.size();
  bytes_.resize(end_ * kUnit);
}

void ShardMessage::Pack(const ShardNumbers& numbers, const Tensor& values) {
  Reserve(numbers, values);
  if (!values.empty()) device_.CopyToHost(values, bytes_.data());
  std::memcpy(bytes_.data() + sums_ * kUnit, numbers.sums.data(), (maxima_ - sums_) * kUnit);
  std::memcpy(bytes_.data() + maxima_ * kUnit, numbers.maxima.data(), (end_ - maxima_) * kUnit);
}

void ShardMessage::Unpack(ShardNumbers* numbers, const Tensor& values) const {
  if (!values.empty()) device_.CopyFromHost(bytes_.data(), values);
  std::memcpy(numbers->sums.data(), bytes_.data() + sums_ * kUnit, (maxima_ - sums_) * kUnit);
  std::memcpy(numbers->maxima.data(), bytes_.data() + maxima_ * kUnit, (end_ - maxima_) * kUnit);
}

void ShardMessage::Combine(std::size_t begin, std::size_t end, const char* other) {
  // f(count, from, to) for what of the units lies in [first, last).
  const auto in = [&](std::size_t first, std::size_t last, const auto& f) {
    first = std::clamp(first, begin, end);
    last = std::clamp(last, begin, end);
    if (first < last)
      f(last - first, other + (first - begin) * kUnit, bytes_.data() + first * kUnit);
  };
  const auto add = [](auto a, auto b) { return a + b; };
  in(0, sums_, [&](std::size_t count, const char* from, char* to) {
    DispatchFloat(dtype_, [&](auto zero) {
      using T = decltype(zero);
      CombineNumbers<T>(count * kUnit / sizeof(T), from, to, add);
    });
  });
  in(sums_, maxima_, [&](std::size_t count, const char* from, char* to) {
    CombineNumbers<double>(count, from, to, add);
  });
  in(maxima_, end_, [&](std::size_t count, const char* from, char* to) {
    CombineNumbers<double>(count, from, to, [](double a, double b) { return std::max(a, b); });
  });
}

}  // namespace mondeq
