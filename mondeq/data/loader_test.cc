#include "mondeq/data/loader.h"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/core/config_source.h"
#include "mondeq/core/random.h"
#include "mondeq/core/registry.h"
#include "mondeq/data/pixel_map_testing.h"

namespace mondeq {
namespace {

using ::testing::ElementsAre;

// Makes samples whose labels count up, so they name the sample; pixels are any function of place
// and sample.
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

// The order is the same on every machine, so that runs can be compared.
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

// A pixel tells its place in the image, and the sample, modulo 256.
class AugmentedLoaderTest : public ::testing::Test {
 protected:
  const Features features_{6, 5, 3};
  const std::shared_ptr<const Samples> samples_ = MakeSamples(features_, 70);
  const Normalization raw_ = {{0, 0, 0}, {1 / 255.f, 1 / 255.f, 1 / 255.f}};

  Loader MakeLoader(Index batch_size, std::uint64_t seed, bool shuffle) {
    AugmentationExamples config;
    ConfigSource source;
    EXPECT_TRUE(ParseConfig("example { [mondeq.pad_crop] {} } "
                            "example { [mondeq.horizontal_flip] {} } "
                            "example { [mondeq.pad_crop] { padding: 1 } }",
                            "test", {}, &config, &source)
                    .ok());
    return Loader(samples_, raw_, batch_size, seed, shuffle,
                  *MakeAugmentations(config.example(), source, features_));
  }

  // Returns the images by label, which is the sample's place in the data set.
  std::map<std::int32_t, std::vector<float>> Images(const Loader& loader) {
    std::map<std::int32_t, std::vector<float>> images;
    const Index dim = features_.dim();
    for (Index batch = 0; batch < loader.batches(); ++batch) {
      const Index n = loader.count(batch);
      std::vector<float> x(static_cast<std::size_t>(dim * n));
      std::vector<std::int32_t> labels(static_cast<std::size_t>(n));
      loader.Fill(batch, x.data(), labels.data());
      for (Index s = 0; s < n; ++s) {
        for (Index d = 0; d < dim; ++d) images[labels[s]].push_back(x[d * n + s]);
      }
    }
    return images;
  }
};

TEST_F(AugmentedLoaderTest, ImagesDoNotDependOnOrderBatchOrThread) {
  Loader one = MakeLoader(70, 5, false), two = MakeLoader(32, 5, true),
         three = MakeLoader(1, 5, true);
  for (int epoch = 0; epoch < 3; ++epoch) {
    for (Loader* loader : {&one, &two, &three}) loader->StartEpoch(epoch);
    const auto images = Images(one);
    EXPECT_EQ(images.size(), 70u);
    EXPECT_EQ(images, Images(two));
    std::map<std::int32_t, std::vector<float>> elsewhere;
    std::thread([&] { elsewhere = Images(three); }).join();
    EXPECT_EQ(images, elsewhere);
  }
}

TEST_F(AugmentedLoaderTest, ImagesDependOnSeedAndEpoch) {
  Loader one = MakeLoader(32, 5, true), two = MakeLoader(32, 6, true);
  const auto images = Images(one);
  one.StartEpoch(1);
  const auto later = Images(one), other = Images(two);
  int same_later = 0, same_other = 0;
  for (const auto& [label, image] : images) {
    same_later += image == later.at(label);
    same_other += image == other.at(label);
  }
  EXPECT_LT(same_later, 10);
  EXPECT_LT(same_other, 10);
}

// The images are the same on every machine, so that runs can be compared.
TEST_F(AugmentedLoaderTest, ImagesArePinned) {
  Loader loader = MakeLoader(32, 5, true);
  loader.StartEpoch(2);
  std::uint64_t hash = 0;
  for (const auto& [label, image] : Images(loader)) {
    for (const float value : image) hash = Random(hash, static_cast<std::uint64_t>(value)).Next();
  }
  EXPECT_EQ(hash, 10760847842277356636u);
}

// Augmentations are applied one after the other, whatever their number.
TEST_F(AugmentedLoaderTest, AppliesAllInOrder) {
  struct Fixed : Augmentation {
    explicit Fixed(PixelMap m) : map(m) {}
    PixelMap Draw(Random*) const override { return map; }
    const PixelMap map;
  };
  const PixelMap shift{AxisMap::Shift(features_.rows, 1), AxisMap::Shift(features_.columns, -2)};
  const PixelMap mirror{AxisMap::Keep(features_.rows), AxisMap::Mirror(features_.columns)};
  for (int count = 0; count <= 4; ++count) {
    Augmentations augmentations;
    for (int i = 0; i < count; ++i) {
      augmentations.push_back(std::make_unique<Fixed>(i % 2 == 0 ? shift : mirror));
    }
    const Loader loader(samples_, raw_, 70, 1, false, std::move(augmentations));
    for (const auto& [label, image] : Images(loader)) {
      const auto begin = samples_->pixels.begin() + label * features_.dim();
      Image expected(begin, begin + features_.dim());
      for (int i = 0; i < count; ++i) {
        expected = Change(i % 2 == 0 ? shift : mirror, expected, features_);
      }
      for (std::size_t d = 0; d < expected.size(); ++d) ASSERT_FLOAT_EQ(image[d], expected[d]);
    }
  }
}

// What Draw tells of a batch is what Fill makes of it.
TEST_F(AugmentedLoaderTest, DrawsWhatItFills) {
  for (const Index batch_size : {1, 16, 32, 70}) {
    Loader loader = MakeLoader(batch_size, 5, true);
    loader.StartEpoch(1);
    const auto images = Images(loader);
    std::size_t samples = 0;
    for (Index batch = 0; batch < loader.batches(); ++batch) {
      std::vector<DrawnSample> drawn(static_cast<std::size_t>(loader.count(batch)));
      loader.Draw(batch, drawn.data());
      for (const DrawnSample& one : drawn) {
        const auto begin = samples_->pixels.begin() + one.sample * features_.dim();
        const Image image = Change(one.map, {begin, begin + features_.dim()}, features_);
        for (std::size_t d = 0; d < image.size(); ++d) {
          ASSERT_FLOAT_EQ(images.at(one.sample)[d], image[d]);
        }
      }
      samples += drawn.size();
    }
    EXPECT_EQ(samples, images.size());
  }
}

TEST_F(AugmentedLoaderTest, CopiesStayInTheirEpoch) {
  Loader loader = MakeLoader(32, 5, true);
  const Loader copy = loader;
  EXPECT_TRUE(copy.SharesEpoch(loader));
  const auto before = Images(loader);
  loader.StartEpoch(1);
  EXPECT_FALSE(copy.SharesEpoch(loader));
  EXPECT_EQ(Images(copy), before);
}

TEST(LoadSplitTest, OnlyTrainingIsShuffledAndAugmented) {
  DatasetConfig config;
  ConfigSource source;
  const std::string text =
      "[mondeq.digits] { train_count: 50 test_count: 40 } batch_size: 20 test_batch_size: 30 ";
  ASSERT_TRUE(
      ParseConfig(text + "augmentation { [mondeq.pad_crop] {} }", "test", {}, &config, &source)
          .ok());
  const auto dataset = *Registry<Dataset>::Create(config, source, {});
  for (const Split split : {Split::kTrain, Split::kTest}) {
    const bool train = split == Split::kTrain;
    const auto loader = LoadSplit(config, source, *dataset, split, 3);
    ASSERT_TRUE(loader.ok());
    EXPECT_EQ(loader->samples().count(), train ? 50 : 40);
    EXPECT_EQ(loader->batch_size(), train ? 20 : 30);
    EXPECT_EQ(EpochOrder(*loader) != loader->samples().labels, train);

    DatasetConfig plain = config;
    plain.clear_augmentation();
    const auto other = LoadSplit(plain, ConfigSource(), *dataset, split, 3);
    std::vector<float> one(256 * 30), two(256 * 30);
    std::vector<std::int32_t> labels(30);
    loader->Fill(0, one.data(), labels.data());
    other->Fill(0, two.data(), labels.data());
    EXPECT_EQ(one != two, train);
  }
  ASSERT_TRUE(ParseConfig(text + "augmentation { [mondeq.pad_crop] { padding: 16 } }", "test", {},
                          &config, &source)
                  .ok());
  EXPECT_EQ(LoadSplit(config, source, *dataset, Split::kTrain, 3).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(LoadSplit(config, source, *dataset, Split::kTest, 3).ok());
}

}  // namespace
}  // namespace mondeq
