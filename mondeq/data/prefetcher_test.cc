#include "mondeq/data/prefetcher.h"

#include <chrono>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "mondeq/core/config_source.h"
#include "mondeq/data/samples_testing.h"

namespace mondeq {
namespace {

Loader MakeLoader(Index count, Index batch_size, std::uint64_t seed,
                  const Features& features = {9, 7, 3}) {
  AugmentationExamples config;
  ConfigSource source;
  EXPECT_TRUE(ParseConfig("example { [mondeq.pad_crop] { padding: 2 } } "
                          "example { [mondeq.horizontal_flip] {} }",
                          "test", {}, &config, &source)
                  .ok());
  const std::vector<float> mean(static_cast<std::size_t>(features.channels), 0.4f);
  return Loader(RandomSamples(features, count, seed), {mean, mean}, batch_size, seed, true,
                *MakeAugmentations(config.example(), source, features));
}

template <class T>
void ExpectSame(Prefetcher& prefetcher, const Loader& loader, Index index) {
  const Index count = loader.count(index), dim = loader.samples().features.dim();
  std::vector<T> x(static_cast<std::size_t>(dim * count));
  std::vector<std::int32_t> labels(static_cast<std::size_t>(count));
  loader.Fill(index, x.data(), labels.data());
  const Prefetcher::Batch batch = prefetcher.Get(loader, index);
  ASSERT_EQ(batch.x.shape(), Shape({dim, count}));
  ASSERT_EQ(batch.labels.shape(), Shape({count}));
  // This gives the thread time to write where it should not.
  if (index % 4 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  const T* const found = batch.x.data<T>();
  EXPECT_EQ(std::vector<T>(found, found + dim * count), x) << index;
  const std::int32_t* const found_labels = batch.labels.data<std::int32_t>();
  EXPECT_EQ(std::vector<std::int32_t>(found_labels, found_labels + count), labels);
}

template <class T>
class PrefetcherTest : public ::testing::Test {};
using Types = ::testing::Types<float, double>;
TYPED_TEST_SUITE(PrefetcherTest, Types, );

TYPED_TEST(PrefetcherTest, EpochsAreTheLoaders) {
  for (const Index batch_size : {1, 16, 50, 64}) {
    Loader loader = MakeLoader(50, batch_size, 1);
    Prefetcher prefetcher(DTypeOf<TypeParam>());
    for (int epoch = 0; epoch < 3; ++epoch) {
      loader.StartEpoch(epoch);
      for (Index i = 0; i < loader.batches(); ++i) {
        ExpectSame<TypeParam>(prefetcher, loader, i);
      }
    }
  }
}

// What is prepared must never be taken for something else.
TYPED_TEST(PrefetcherTest, AnyOrderEpochAndLoader) {
  std::vector<Loader> loaders = {MakeLoader(50, 8, 1), MakeLoader(50, 8, 2), MakeLoader(90, 32, 3),
                                 MakeLoader(20, 8, 4, {5, 5, 1})};
  Prefetcher prefetcher(DTypeOf<TypeParam>());
  Random random(5);
  Index index = 0;
  std::size_t which = 0;
  for (int i = 0; i < 300; ++i) {
    const std::uint64_t event = random.Below(8);
    if (event == 0) which = random.Below(loaders.size());
    if (event == 1) loaders[which].StartEpoch(static_cast<int>(random.Below(3)));
    if (event == 2) index = static_cast<Index>(random.Below(20));
    index %= loaders[which].batches();
    ExpectSame<TypeParam>(prefetcher, loaders[which], index);
    ++index;
  }
}

TYPED_TEST(PrefetcherTest, TheLoaderMayGo) {
  Prefetcher prefetcher(DTypeOf<TypeParam>());
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const auto loader = std::make_unique<Loader>(MakeLoader(40, 20, seed));
    prefetcher.Get(*loader, 0);
  }
}

TYPED_TEST(PrefetcherTest, EndsAtAnyTime) {
  const Loader loader = MakeLoader(200, 100, 1);
  { const Prefetcher unused(DTypeOf<TypeParam>()); }
  for (int i = 0; i < 50; ++i) {
    Prefetcher prefetcher(DTypeOf<TypeParam>());
    prefetcher.Get(loader, 0);
  }
}

}  // namespace
}  // namespace mondeq
