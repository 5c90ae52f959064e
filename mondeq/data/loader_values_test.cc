// Samples that are numbers; what the loader does whatever samples are is in loader_test.cc.
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "mondeq/core/config_source.h"
#include "mondeq/data/loader.h"
#include "mondeq/data/samples_testing.h"

namespace mondeq {
namespace {

template <class T>
std::vector<T> FillAll(const Loader& loader) {
  std::vector<T> all;
  for (Index batch = 0; batch < loader.batches(); ++batch) {
    std::vector<T> x(
        static_cast<std::size_t>(loader.samples().features.dim() * loader.count(batch)));
    std::vector<std::int32_t> labels(static_cast<std::size_t>(loader.count(batch)));
    loader.Fill(batch, x.data(), labels.data());
    all.insert(all.end(), x.begin(), x.end());
  }
  return all;
}

Augmentations SomeAugmentations(const Features& features) {
  AugmentationExamples config;
  ConfigSource source;
  EXPECT_TRUE(ParseConfig("example { [mondeq.pad_crop] { padding: 2 } } "
                          "example { [mondeq.horizontal_flip] {} }",
                          "test", {}, &config, &source)
                  .ok());
  return *MakeAugmentations(config.example(), source, features);
}

template <class T>
void ExpectExact(const Features& features) {
  constexpr Index kCount = 37, kBatch = 20;
  const auto samples = RandomValues(features, kCount, 1);
  Normalization normalization;
  for (Index c = 0; c < features.channels; ++c) {
    normalization.mean.push_back(30.1f * static_cast<float>(c - 1));
    normalization.stddev.push_back(7.3f / static_cast<float>(c + 1));
  }
  const Loader loader(samples, normalization, kBatch, 1, /*shuffle=*/false);
  const std::vector<T> x = FillAll<T>(loader);
  for (Index n = 0; n < kCount; ++n) {
    const Index first = n / kBatch * kBatch, width = loader.count(n / kBatch);
    for (Index d = 0; d < features.dim(); ++d) {
      const auto c = static_cast<std::size_t>(d % features.channels);
      const double v = samples->values[static_cast<std::size_t>(n * features.dim() + d)];
      const double mean = normalization.mean[c], stddev = normalization.stddev[c];
      ASSERT_EQ(x[static_cast<std::size_t>(first * features.dim() + d * width + n - first)],
                static_cast<T>((v - mean) / stddev));
    }
  }
}

TEST(LoaderValuesTest, AreNormalisedExactly) {
  for (const Features& features : {Features{5, 4, 3}, Features{3, 3, 1}, Features::Flat(7)}) {
    ExpectExact<float>(features);
    ExpectExact<double>(features);
  }
}

// Values that are b / 255 are changed by augmentations as pixels b are, black included.
TEST(LoaderValuesTest, AreAugmentedAsPixelsAre) {
  for (const Features& features : {Features{6, 5, 3}, Features{6, 5, 2}}) {
    const auto pixels = RandomSamples(features, 40, 1);
    auto values = std::make_shared<Samples>(*pixels);
    values->pixels.clear();
    for (const std::uint8_t b : pixels->pixels) {
      values->values.push_back(static_cast<float>(b / 255.0));
    }
    const std::vector<float> halves(static_cast<std::size_t>(features.channels), 0.5f);
    const auto fill = [&](std::shared_ptr<const Samples> samples) {
      Loader loader(std::move(samples), {halves, halves}, 16, 3, true, SomeAugmentations(features));
      loader.StartEpoch(2);
      return FillAll<double>(loader);
    };
    const std::vector<double> expected = fill(pixels), found = fill(values);
    ASSERT_EQ(found.size(), expected.size());
    // b / 255 was rounded to float32 on the way, and 0.5 divides the error.
    for (std::size_t i = 0; i < found.size(); ++i) ASSERT_NEAR(found[i], expected[i], 2 * 6e-8);
  }
}

}  // namespace
}  // namespace mondeq
