#include "mondeq/data/hold_back.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "gtest/gtest.h"
#include "mondeq/data/samples_testing.h"

namespace mondeq {
namespace {

const Features kFeatures{2, 3, 1};

// The samples of random bytes or values, whose first element is their place.
Samples Numbered(Index count, bool pixels) {
  Samples samples =
      pixels ? *RandomSamples(kFeatures, count, 5) : *RandomValues(kFeatures, count, 5);
  for (Index i = 0; i < count; ++i) {
    const auto at = static_cast<std::size_t>(i * kFeatures.dim());
    if (pixels) {
      samples.pixels[at] = static_cast<std::uint8_t>(i);
    } else {
      samples.values[at] = static_cast<float>(i);
    }
  }
  samples.class_names = {"zero"};
  samples.source = "somewhere";
  return samples;
}

std::vector<int> Places(const Samples& samples) {
  std::vector<int> places;
  for (Index i = 0; i < samples.count(); ++i) {
    const auto at = static_cast<std::size_t>(i * kFeatures.dim());
    places.push_back(samples.are_pixels() ? samples.pixels[at]
                                          : static_cast<int>(samples.values[at]));
  }
  return places;
}

std::map<int, int> Classes(const Samples& samples) {
  std::map<int, int> classes;
  for (const std::int32_t label : samples.labels) ++classes[label];
  return classes;
}

// Every sample is in one of the two parts, whole and in the order that it had.
void ExpectParts(const Samples& all, const Samples& rest, const Samples& held) {
  std::vector<int> both = Places(rest), taken = Places(held);
  EXPECT_TRUE(std::is_sorted(both.begin(), both.end()));
  EXPECT_TRUE(std::is_sorted(taken.begin(), taken.end()));
  both.insert(both.end(), taken.begin(), taken.end());
  std::sort(both.begin(), both.end());
  EXPECT_EQ(both, Places(all));
  const auto dim = static_cast<std::size_t>(kFeatures.dim());
  for (const Samples* part : {&rest, &held}) {
    EXPECT_EQ(part->features, all.features);
    EXPECT_EQ(part->classes, all.classes);
    EXPECT_EQ(part->class_names, all.class_names);
    EXPECT_EQ(part->source, all.source);
    const std::vector<int> places = Places(*part);
    for (std::size_t i = 0; i < places.size(); ++i) {
      const auto from = static_cast<std::size_t>(places[i]);
      EXPECT_EQ(part->labels[i], all.labels[from]);
      for (std::size_t d = 0; d < dim; ++d) {
        if (all.are_pixels()) {
          EXPECT_EQ(part->pixels[i * dim + d], all.pixels[from * dim + d]);
        } else {
          EXPECT_EQ(part->values[i * dim + d], all.values[from * dim + d]);
        }
      }
    }
  }
}

TEST(HoldBackTest, TakesItsShareOfEveryClass) {
  for (const bool pixels : {true, false}) {
    for (const double fraction : {0.0, 0.003, 0.1, 0.25, 0.5, 0.9, 0.999}) {
      const Samples all = Numbered(250, pixels);
      Samples rest = all;
      const Samples held = HoldBack(fraction, 7, &rest);
      EXPECT_EQ(held.count(), std::floor(fraction * 250 + 0.5));
      ExpectParts(all, rest, held);
      std::map<int, int> taken = Classes(held);
      for (const auto& [label, count] : Classes(all)) {
        EXPECT_LT(std::abs(taken[label] - fraction * count), 1) << fraction;
      }
    }
  }
}

// Over many seeds every sample is held back as often as any other of its class.
TEST(HoldBackTest, TheSeedChooses) {
  const Samples all = Numbered(100, true);
  const auto chosen = [&](std::uint64_t seed) {
    Samples rest = all;
    return Places(HoldBack(0.2, seed, &rest));
  };
  EXPECT_EQ(chosen(1), chosen(1));
  EXPECT_NE(chosen(1), chosen(2));
  constexpr int kSeeds = 1000;
  std::vector<int> times(100);
  for (int seed = 0; seed < kSeeds; ++seed) {
    for (const int place : chosen(static_cast<std::uint64_t>(seed))) {
      ++times[static_cast<std::size_t>(place)];
    }
  }
  Samples rest = all;
  std::map<int, int> held = Classes(HoldBack(0.2, 1, &rest)), whole = Classes(all);
  for (std::size_t i = 0; i < times.size(); ++i) {
    const std::int32_t label = all.labels[i];
    const double share = static_cast<double>(held[label]) / whole[label];
    // Six standard deviations of the binomial distribution.
    EXPECT_NEAR(times[i], share * kSeeds, 6 * std::sqrt(share * (1 - share) * kSeeds));
  }
}

TEST(HoldBackTest, NoneOfNone) {
  Samples none;
  none.features = kFeatures;
  EXPECT_EQ(HoldBack(0.5, 1, &none).count(), 0);
  Samples one = Numbered(1, true);
  EXPECT_EQ(HoldBack(0.4, 1, &one).count(), 0);
  EXPECT_EQ(one.count(), 1);
  EXPECT_EQ(HoldBack(0.6, 1, &one).count(), 1);
  EXPECT_EQ(one.count(), 0);
}

}  // namespace
}  // namespace mondeq
