#include "mondeq/report/classification.h"

#include <cmath>
#include <cstddef>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/core/random.h"

namespace mondeq {
namespace {

using ::testing::ElementsAre;
using ::testing::Optional;
using ::testing::Pair;

// Sums of fewer than 1000 doubles of at most 1 go wrong by less, relative to what they are of.
constexpr double kRounding = 1e-12;

std::vector<double> RandomLogits(Index classes, Random* random) {
  std::vector<double> logits(static_cast<std::size_t>(classes));
  for (double& logit : logits) logit = 3 * random->Normal();
  return logits;
}

TEST(Classify, IsSoftmaxAndItsLogarithm) {
  Random random(1);
  for (int trial = 0; trial < 200; ++trial) {
    const auto classes = static_cast<Index>(1 + random.Below(12));
    const std::vector<double> logits = RandomLogits(classes, &random);
    const auto label = static_cast<Index>(random.Below(static_cast<std::uint64_t>(classes)));
    const ClassifiedSample sample = Classify(logits, label);
    EXPECT_EQ(sample.label, label);
    double sum = 0;
    for (const double logit : logits) sum += std::exp(logit);
    for (std::size_t c = 0; c < logits.size(); ++c) {
      EXPECT_NEAR(sample.probabilities[c], std::exp(logits[c]) / sum, kRounding);
      EXPECT_LE(logits[c], logits[static_cast<std::size_t>(sample.predicted)]);
    }
    EXPECT_EQ(sample.confidence, sample.probabilities[static_cast<std::size_t>(sample.predicted)]);
    const double loss = std::log(sum) - logits[static_cast<std::size_t>(label)];
    EXPECT_NEAR(sample.loss, loss, kRounding * (1 + loss));
  }
}

TEST(Classify, IsStable) {
  EXPECT_EQ(Classify({1, 2, 2}, 0).predicted, 1) << "the first of equals";
  EXPECT_EQ(Classify({5000, -5000}, 1).loss, 10000);
  const ClassifiedSample certain = Classify({0, 700}, 1);
  EXPECT_EQ(certain.confidence, 1);
  EXPECT_EQ(certain.loss, std::exp(-700.0));
}

// The test whose inversion it is, at many shares.
TEST(WilsonInterval, HasTheSharesThatATestDoesNotReject) {
  for (const Index count : {1, 2, 7, 100, 10000}) {
    for (const Index hits : {Index{0}, Index{1}, count / 3, count - 1, count}) {
      const auto n = static_cast<double>(count);
      const double seen = static_cast<double>(hits) / n;
      const Interval interval = WilsonInterval(hits, count);
      EXPECT_LE(0, interval.low);
      EXPECT_LE(interval.low, seen);
      EXPECT_GE(interval.high, seen);
      EXPECT_LE(interval.high, 1);
      for (int i = 1; i < 1000; ++i) {
        const double p = i / 1000.0;
        const double distance = std::abs(seen - p) - 1.959963984540054 * std::sqrt(p * (1 - p) / n);
        // Whether ends that nearly meet p are within is up to rounding.
        if (std::abs(distance) < kRounding) continue;
        EXPECT_EQ(interval.low <= p && p <= interval.high, distance < 0)
            << hits << " of " << count << ", " << p;
      }
    }
  }
}

// Examples of R. G. Newcombe, Statistics in Medicine 17, 1998, table I, method 3.
TEST(WilsonInterval, IsTheLiteratures) {
  struct {
    Index hits, count;
    double low, high;
  } const kExamples[] = {
      {81, 263, .2553, .3662}, {15, 148, .0624, .1605}, {0, 20, 0, .1611}, {1, 29, .0061, .1718}};
  for (const auto& example : kExamples) {
    const Interval interval = WilsonInterval(example.hits, example.count);
    EXPECT_NEAR(interval.low, example.low, 5e-5);
    EXPECT_NEAR(interval.high, example.high, 5e-5);
  }
}

ClassifiedSample Sample(Index label, Index predicted, double confidence) {
  ClassifiedSample sample;
  sample.label = label;
  sample.predicted = predicted;
  sample.confidence = confidence;
  return sample;
}

// Every definition, spelled out over all samples.
TEST(Classification, IsWhatItsDefinitionsSay) {
  Random random(2);
  for (int trial = 0; trial < 50; ++trial) {
    const auto classes = static_cast<Index>(1 + random.Below(8));
    std::vector<ClassifiedSample> samples(1 + random.Below(300));
    Classification seen(classes);
    for (ClassifiedSample& sample : samples) {
      const auto label = static_cast<Index>(random.Below(static_cast<std::uint64_t>(classes)));
      seen.Add(sample = Classify(RandomLogits(classes, &random), label));
    }
    const auto count = [&](auto condition) {
      Index number = 0;
      for (const ClassifiedSample& sample : samples) number += condition(sample) ? 1 : 0;
      return number;
    };
    EXPECT_EQ(seen.samples(), static_cast<Index>(samples.size()));
    EXPECT_EQ(seen.right(), count([](const auto& s) { return s.label == s.predicted; }));
    Index pairs = 0;
    for (Index c = 0; c < classes; ++c) {
      const ClassMetrics& metrics = seen.of_class(c);
      EXPECT_EQ(metrics.support, count([&](const auto& s) { return s.label == c; }));
      EXPECT_EQ(metrics.predicted, count([&](const auto& s) { return s.predicted == c; }));
      for (Index d = 0; d < classes; ++d) {
        const Index both = count([&](const auto& s) { return s.label == c && s.predicted == d; });
        if (c == d) {
          EXPECT_EQ(metrics.right, both);
        }
        if (both == 0) continue;
        ++pairs;
        EXPECT_EQ(seen.confusion().at({c, d}), both);
      }
      if (metrics.right == 0) continue;
      EXPECT_NEAR(*metrics.f1(), 2 / (1 / *metrics.precision() + 1 / *metrics.recall()), kRounding);
    }
    EXPECT_EQ(static_cast<Index>(seen.confusion().size()), pairs);

    double error = 0;
    for (int bin = 0; bin < 15; ++bin) {
      double inside = 0, right = 0, confidence = 0;
      for (const ClassifiedSample& sample : samples) {
        if (sample.confidence <= bin / 15.0 || sample.confidence > (bin + 1) / 15.0) continue;
        ++inside;
        right += sample.label == sample.predicted ? 1 : 0;
        confidence += sample.confidence;
      }
      EXPECT_EQ(static_cast<double>(seen.bins()[static_cast<std::size_t>(bin)].count), inside);
      if (inside == 0) continue;
      error += inside / static_cast<double>(samples.size()) *
               std::abs(right / inside - confidence / inside);
    }
    EXPECT_NEAR(seen.calibration_error(), error, kRounding);
  }
}

TEST(Classification, ByHand) {
  Classification seen(4);
  seen.Add(Sample(0, 0, 1));     // the last bin
  seen.Add(Sample(0, 0, 0.95));  // the same
  seen.Add(Sample(0, 1, 0.2));   // the upper end of the third
  seen.Add(Sample(2, 1, 0.17));  // the third
  EXPECT_THAT(seen.confusion(),
              ElementsAre(Pair(Pair(0, 0), 2), Pair(Pair(0, 1), 1), Pair(Pair(2, 1), 1)));
  EXPECT_EQ(seen.right(), 2);
  EXPECT_THAT(seen.of_class(0).precision(), Optional(1.0));
  EXPECT_THAT(seen.of_class(0).recall(), Optional(2.0 / 3));
  EXPECT_THAT(seen.of_class(0).f1(), Optional(0.8));
  EXPECT_THAT(seen.of_class(1).precision(), Optional(0.0));
  EXPECT_FALSE(seen.of_class(1).recall().has_value());
  EXPECT_THAT(seen.of_class(1).f1(), Optional(0.0));
  EXPECT_FALSE(seen.of_class(2).precision().has_value());
  EXPECT_THAT(seen.of_class(2).recall(), Optional(0.0));
  EXPECT_FALSE(seen.of_class(3).f1().has_value());
  EXPECT_EQ(seen.bins()[14].count, 2);
  EXPECT_EQ(seen.bins()[2].count, 2);
  EXPECT_NEAR(seen.calibration_error(), (0.05 + 0.37) / 4, kRounding);
}

}  // namespace
}  // namespace mondeq
