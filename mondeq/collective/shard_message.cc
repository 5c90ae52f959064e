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

// The size is that of the shape: a tensor that found no memory has one too.
void ShardMessage::Reserve(const ShardNumbers& numbers, const Tensor& values) {
  dtype_ = values.dtype();
  sums_ = has_tensor_ ? (values.bytes() + kUnit - 1) / kUnit : 0;
  maxima_ = sums_ + numbers.sums.size();
  end_ = maxima_ + numbers.maxima.size() + 1;
  bytes_.resize(end_ * kUnit);
}

void ShardMessage::Pack(const ShardNumbers& numbers, const Tensor& values) {
  Reserve(numbers, values);
  if (has_tensor_) device_.CopyToHost(values, bytes_.data());
  char* to = bytes_.data() + sums_ * kUnit;
  const double failed = numbers.failed ? 1 : 0;
  for (const absl::Span<const double> list :
       {absl::MakeConstSpan(numbers.sums), absl::MakeConstSpan(numbers.maxima),
        absl::MakeConstSpan(&failed, 1)}) {
    if (!list.empty()) std::memcpy(to, list.data(), list.size() * kUnit);
    to += list.size() * kUnit;
  }
}

void ShardMessage::Unpack(ShardNumbers* numbers, const Tensor& values) const {
  if (has_tensor_) device_.CopyFromHost(bytes_.data(), values);
  const char* from = bytes_.data() + sums_ * kUnit;
  double failed = 0;
  for (const absl::Span<double> list :
       {absl::MakeSpan(numbers->sums), absl::MakeSpan(numbers->maxima),
        absl::MakeSpan(&failed, 1)}) {
    if (!list.empty()) std::memcpy(list.data(), from, list.size() * kUnit);
    from += list.size() * kUnit;
  }
  numbers->failed = failed > 0;
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
