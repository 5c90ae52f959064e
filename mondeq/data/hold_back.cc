#include "mondeq/data/hold_back.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <utility>
#include <vector>

#include "mondeq/core/random.h"

namespace mondeq {
namespace {

// Keeps the choice independent of what else is drawn from a run's seed.
constexpr std::uint64_t kHoldBackSalt = 0x486F6C644261636Bu;

// Marks the samples that are held back: in a random order of each class, one class after the other,
// as many up to every place as the fraction says.
std::vector<bool> Choose(double fraction, std::uint64_t seed, const Samples& samples) {
  std::vector<std::size_t> order(samples.labels.size());
  std::iota(order.begin(), order.end(), 0);
  Random random(seed ^ kHoldBackSalt);
  for (std::size_t n = order.size(); n > 1; --n) std::swap(order[n - 1], order[random.Below(n)]);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t one, std::size_t other) {
    return samples.labels[one] < samples.labels[other];
  });
  const auto up_to = [&](std::size_t place) {
    return std::floor(fraction * static_cast<double>(place) + 0.5);
  };
  std::vector<bool> held(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) held[order[i]] = up_to(i + 1) > up_to(i);
  return held;
}

// Moves the elements of the samples that are held back, `dim` each, from *all to *taken.
template <class T>
void Take(const std::vector<bool>& held, std::size_t dim, std::vector<T>* all,
          std::vector<T>* taken) {
  if (all->empty()) return;
  auto left = all->begin();
  for (std::size_t i = 0; i < held.size(); ++i) {
    const auto from = all->begin() + static_cast<std::ptrdiff_t>(i * dim),
               end = from + static_cast<std::ptrdiff_t>(dim);
    if (held[i]) {
      taken->insert(taken->end(), from, end);
    } else {
      left = std::copy(from, end, left);
    }
  }
  all->erase(left, all->end());
}

}  // namespace

Samples HoldBack(double fraction, std::uint64_t seed, Samples* samples) {
  const std::vector<bool> held = Choose(fraction, seed, *samples);
  const auto dim = static_cast<std::size_t>(samples->features.dim());
  Samples taken;
  taken.features = samples->features;
  taken.classes = samples->classes;
  taken.class_names = samples->class_names;
  taken.source = samples->source;
  Take(held, dim, &samples->pixels, &taken.pixels);
  Take(held, dim, &samples->values, &taken.values);
  Take(held, 1, &samples->labels, &taken.labels);
  return taken;
}

}  // namespace mondeq
