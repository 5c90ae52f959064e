#include "mondeq/data/loader.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <tuple>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mondeq {
namespace {

using ::testing::ElementsAre;

// Labels count up, so they name the sample; pixels are any function of place and sample.
std::shared_ptr<const Samples> MakeSamples(Features features, Index count) {
  auto samples = std::make_shared<Samples>();
  samples->features = features;
  samples->classes = static_cast<int>(count);
  samples->labels.resize(static_cast<std::size_t>(count));
  std::iota(samples->labels.begin(), samples->labels.end(), 0);
  for (Index i = 0; i < count * features.dim(); ++i) {
    samples->pixels.push_back(static_cast<std::uint8_t>(i * 97 + i / 256));
  }
  return samples;
}

Normalization MakeNormalization(Index channels) {
  Normalization normalization;
  for (Index c = 0; c < channels; ++c) {
    normalization.mean.push_back(0.1f * static_cast<float>(c + 1));
    normalization.stddev.push_back(0.3f / static_cast<float>(c + 1));
  }
  return normalization;
}

std::vector<std::int32_t> EpochOrder(const Loader& loader) {
  std::vector<std::int32_t> order;
  std::vector<float> x(
      static_cast<std::size_t>(loader.samples().features.dim() * loader.batch_size()));
  std::vector<std::int32_t> labels(static_cast<std::size_t>(loader.batch_size()));
  for (Index batch = 0; batch < loader.batches(); ++batch) {
    const Index count = loader.Fill(batch, x.data(), labels.data());
    EXPECT_EQ(count, loader.count(batch));
    order.insert(order.end(), labels.begin(), labels.begin() + count);
  }
  return order;
}

template <class T>
void ExpectExactValues(Features features, Index count, Index batch_size) {
  const auto samples = MakeSamples(features, count);
  const Normalization normalization = MakeNormalization(features.channels);
  const Loader loader(samples, normalization, batch_size, 3, true);
  const Index dim = features.dim();
  for (Index batch = 0; batch < loader.batches(); ++batch) {
    const Index n = loader.count(batch);
    // One value more on either side must stay as it is.
    const T guard = std::numeric_limits<T>::max();
    std::vector<T> x(static_cast<std::size_t>(dim * n) + 2, guard);
    std::vector<std::int32_t> labels(static_cast<std::size_t>(n) + 1, -1);
    ASSERT_EQ(loader.Fill(batch, x.data() + 1, labels.data()), n);
    EXPECT_EQ(x.front(), guard);
    EXPECT_EQ(x.back(), guard);
    EXPECT_EQ(labels.back(), -1);
    for (Index s = 0; s < n; ++s) {
      for (Index d = 0; d < dim; ++d) {
        const Index c = d % features.channels;
        const double v = samples->pixels[labels[s] * dim + d];
        const double mean = normalization.mean[c], stddev = normalization.stddev[c];
        ASSERT_EQ(x[1 + d * n + s], static_cast<T>((v / 255.0 - mean) / stddev))
            << features.ToString() << " sample " << s << " dim " << d;
      }
    }
  }
}

TEST(LoaderTest, ValuesAreExact) {
  for (const auto& [features, count, batch] :
       std::vector<std::tuple<Features, Index, Index>>{{Features{28, 28, 1}, 70, 32},
                                                       {Features{3, 5, 3}, 33, 16},
                                                       {Features::Flat(7), 5, 5},
                                                       {Features::Flat(1), 1, 8},
                                                       {Features{2, 1, 2}, 17, 1}}) {
    ExpectExactValues<float>(features, count, batch);
    ExpectExactValues<double>(features, count, batch);
  }
}

TEST(LoaderTest, BatchesCoverTheSamples) {
  for (const auto& [count, batch, batches, last] :
       std::vector<std::tuple<Index, Index, Index, Index>>{
           {100, 10, 10, 10}, {101, 10, 11, 1}, {9, 10, 1, 9}, {1, 1, 1, 1}}) {
    const Loader loader(MakeSamples(Features::Flat(2), count), MakeNormalization(2), batch, 1,
                        true);
    EXPECT_EQ(loader.batches(), batches);
    EXPECT_EQ(loader.count(batches - 1), last);
  }
}

TEST(LoaderTest, EveryEpochIsAPermutationOfItsOwn) {
  const auto samples = MakeSamples(Features::Flat(1), 1000);
  Loader loader(samples, MakeNormalization(1), 64, 7, true);
  std::vector<std::vector<std::int32_t>> orders = {samples->labels};
  for (int epoch = 0; epoch < 5; ++epoch) {
    loader.StartEpoch(epoch);
    const std::vector<std::int32_t> order = EpochOrder(loader);
    for (const auto& other : orders) EXPECT_NE(order, other);
    orders.push_back(order);
    std::vector<std::int32_t> sorted = order;
    std::sort(sorted.begin(), sorted.end());
    EXPECT_EQ(sorted, samples->labels);
  }
}

TEST(LoaderTest, OrderDependsOnSeedAndEpochAlone) {
  const auto samples = MakeSamples(Features::Flat(1), 300);
  Loader run(samples, MakeNormalization(1), 64, 7, true);
  for (int epoch = 0; epoch < 4; ++epoch) run.StartEpoch(epoch);
  Loader resumed(samples, MakeNormalization(1), 10, 7, true);
  resumed.StartEpoch(3);
  EXPECT_EQ(EpochOrder(run), EpochOrder(resumed));
  Loader other(samples, MakeNormalization(1), 64, 8, true);
  other.StartEpoch(3);
  EXPECT_NE(EpochOrder(run), EpochOrder(other));
}

// The same on every machine: runs can be compared.
TEST(LoaderTest, OrderIsPinned) {
  const Loader loader(MakeSamples(Features::Flat(1), 8), MakeNormalization(1), 8, 1, true);
  EXPECT_THAT(EpochOrder(loader), ElementsAre(6, 7, 3, 2, 5, 0, 4, 1));
}

TEST(LoaderTest, WithoutShufflingTheOrderIsTheFiles) {
  const auto samples = MakeSamples(Features::Flat(1), 50);
  Loader loader(samples, MakeNormalization(1), 16, 7, false);
  loader.StartEpoch(2);
  EXPECT_EQ(EpochOrder(loader), samples->labels);
}

}  // namespace
}  // namespace mondeq
