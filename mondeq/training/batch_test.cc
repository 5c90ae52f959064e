#include "mondeq/training/batch.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "mondeq/core/config_source.h"
#include "mondeq/core/random.h"
#include "mondeq/data/samples_testing.h"
#include "mondeq/device/counting/counting_device.h"
#include "mondeq/testing/test_device.h"

namespace mondeq {
namespace {

constexpr char kAugmentation[] =
    "example { [mondeq.pad_crop] { padding: 2 } } example { [mondeq.horizontal_flip] {} } "
    "example { [mondeq.pad_crop] { padding: 1 } }";

struct LoaderOptions {
  Index batch_size = 16;
  std::uint64_t seed = 1;
  bool shuffle = true;
  bool augment = true;
  float scale = 0.3f;
};

Loader MakeLoader(std::shared_ptr<const Samples> samples, const LoaderOptions& options) {
  AugmentationExamples config;
  ConfigSource source;
  EXPECT_TRUE(ParseConfig(options.augment ? kAugmentation : "", "test", {}, &config, &source).ok());
  const Features features = samples->features;
  Normalization normalization;
  for (Index c = 0; c < features.channels; ++c) {
    normalization.mean.push_back(0.1f * static_cast<float>(c + 1));
    normalization.stddev.push_back(options.scale / static_cast<float>(c + 1));
  }
  return Loader(std::move(samples), normalization, options.batch_size, options.seed,
                options.shuffle, *MakeAugmentations(config.example(), source, features));
}

template <class T>
std::vector<T> ToHost(Device& device, const Tensor& tensor) {
  std::vector<T> values(static_cast<std::size_t>(tensor.size()));
  device.CopyToHost(tensor, values.data());
  return values;
}

template <class T>
void ExpectFilled(Device& device, const Loader& loader, Index index, const Tensor& x,
                  const Tensor& labels) {
  const Index count = loader.count(index), dim = loader.samples().features.dim();
  ASSERT_EQ(x.shape(), (Shape{dim, count}));
  std::vector<T> expected(static_cast<std::size_t>(dim * count));
  std::vector<std::int32_t> expected_labels(static_cast<std::size_t>(count));
  loader.Fill(index, expected.data(), expected_labels.data());
  EXPECT_EQ(ToHost<T>(device, x), expected);
  EXPECT_EQ(ToHost<std::int32_t>(device, labels), expected_labels);
}

// Whether less than the values of that batch came from the host, so that the device made them.
bool WasMadeThere(const Work& work, const Loader& loader, Index index, std::size_t size) {
  const Index values = loader.count(index) * loader.samples().features.dim();
  return work.bytes < static_cast<double>(values) * static_cast<double>(size);
}

template <class T>
class BatchTest : public ::testing::Test {
 protected:
  void ExpectLoads(Batch& batch, const Loader& loader, Index index) {
    batch.Load(loader, index);
    EXPECT_EQ(batch.count(), loader.count(index));
    ExpectFilled<T>(device_, loader, index, batch.x(), batch.labels());
  }
  void ExpectEpoch(Batch& batch, const Loader& loader) {
    for (Index i = 0; i < loader.batches(); ++i) ExpectLoads(batch, loader, i);
  }

  const std::unique_ptr<Device> real_ = MakeTestDevice(2);
  CountingDevice device_{real_.get()};
};
using Types = ::testing::Types<float, double>;
TYPED_TEST_SUITE(BatchTest, Types, );

TYPED_TEST(BatchTest, EpochsAreTheLoaders) {
  for (const auto& samples : {RandomSamples({9, 7, 3}, 50, 1), RandomSamples({5, 6, 1}, 50, 1),
                              RandomValues({9, 7, 3}, 50, 1)}) {
    for (const Index batch_size : {1, 16, 50, 64}) {
      for (const bool augment : {false, true}) {
        LoaderOptions options;
        options.batch_size = batch_size;
        options.augment = options.shuffle = augment;
        Loader loader = MakeLoader(samples, options);
        for (const double share : {Batch::kMemoryShare, 0.0}) {
          Batch batch(&this->device_, DTypeOf<TypeParam>(), share);
          for (int epoch = 0; epoch < 3; ++epoch) {
            loader.StartEpoch(epoch);
            this->ExpectEpoch(batch, loader);
          }
        }
      }
    }
  }
}

TYPED_TEST(BatchTest, VectorsAreLoaded) {
  LoaderOptions options;
  options.augment = false;
  Batch batch(&this->device_, DTypeOf<TypeParam>());
  for (const auto& make : {RandomSamples, RandomValues}) {
    this->ExpectEpoch(batch, MakeLoader(make(Features::Flat(13), 40, 1), options));
  }
}

// One Batch serves training and test split, other seeds and other normalisations of the same
// samples, in any order.
TYPED_TEST(BatchTest, AnyOrderEpochAndLoader) {
  const Features features{9, 7, 3};
  const auto train = RandomSamples(features, 50, 1), test = RandomSamples(features, 30, 2);
  std::vector<Loader> loaders = {MakeLoader(train, {8, 1}),
                                 MakeLoader(train, {16, 2}),
                                 MakeLoader(test, {32, 1, false, false}),
                                 MakeLoader(test, {32, 1, false, false, 0.7f}),
                                 MakeLoader(RandomValues(features, 30, 4), {8, 1}),
                                 MakeLoader(RandomSamples({5, 5, 1}, 20, 3), {8, 4})};
  for (const double share : {Batch::kMemoryShare, 0.0}) {
    Batch batch(&this->device_, DTypeOf<TypeParam>(), share);
    Random random(5);
    for (int i = 0; i < 200; ++i) {
      Loader& loader = loaders[random.Below(loaders.size())];
      if (random.Below(8) == 0) loader.StartEpoch(static_cast<int>(random.Below(3)));
      this->ExpectLoads(
          batch, loader,
          static_cast<Index>(random.Below(static_cast<std::uint64_t>(loader.batches()))));
    }
  }
}

// New samples may lie at the address of samples that are gone; they must not be taken for these.
TYPED_TEST(BatchTest, SamplesMayGo) {
  Batch batch(&this->device_, DTypeOf<TypeParam>());
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    this->ExpectEpoch(batch, MakeLoader(RandomSamples({9, 7, 3}, 20, seed), {8, seed}));
  }
}

TYPED_TEST(BatchTest, BatchesAreMadeWhereTheSamplesAre) {
  const bool own_memory = !this->device_.shares_host_memory();
  Loader loader = MakeLoader(RandomSamples({16, 16, 3}, 50, 1), {});
  for (const double share : {Batch::kMemoryShare, 0.0}) {
    Batch batch(&this->device_, DTypeOf<TypeParam>(), share);
    batch.Load(loader, 0);
    for (int epoch = 0; epoch < 2; ++epoch) {
      loader.StartEpoch(epoch);
      for (Index i = 0; i < loader.batches(); ++i) {
        this->device_.Take();
        batch.Load(loader, i);
        // Nothing is copied where the memory is the host's.
        EXPECT_EQ(WasMadeThere(this->device_.Take(), loader, i, sizeof(TypeParam)),
                  !own_memory || share > 0);
      }
    }
  }
}

// One split may fit where both do not, and stays; the share is of what is free at the first batch.
TYPED_TEST(BatchTest, WhatDoesNotFitComesFromTheHost) {
  if (this->device_.shares_host_memory()) GTEST_SKIP() << "the device has no memory of its own";
  const Loader small = MakeLoader(RandomSamples({16, 16, 3}, 20, 1), {});
  const Loader large = MakeLoader(RandomSamples({16, 16, 3}, 60, 2), {});
  const auto free = static_cast<double>(this->device_.memory().free);
  Batch batch(&this->device_, DTypeOf<TypeParam>(), 40 * 16 * 16 * 3 / free);
  for (int round = 0; round < 3; ++round) {
    for (const Loader* loader : {&small, &large}) {
      this->device_.Take();
      this->ExpectLoads(batch, *loader, 1);
      if (round == 0) continue;
      EXPECT_EQ(WasMadeThere(this->device_.Take(), *loader, 1, sizeof(TypeParam)),
                loader == &small);
    }
  }
}

// Resident samples work on the CPU too, where Batch leaves making batches to the host.
TYPED_TEST(BatchTest, ResidentSamplesServeEveryDevice) {
  ResidentSamples resident(&this->device_, 1);
  for (const auto& [augment, make] :
       {std::make_pair(false, RandomSamples), std::make_pair(true, RandomSamples),
        std::make_pair(false, RandomValues), std::make_pair(true, RandomValues)}) {
    Loader loader = MakeLoader(make({9, 7, 3}, 50, 1), {16, 1, augment, augment});
    for (int epoch = 0; epoch < 2; ++epoch) {
      loader.StartEpoch(epoch);
      for (Index i = 0; i < loader.batches(); ++i) {
        ASSERT_TRUE(resident.Hold(loader));
        const Index dim = loader.samples().features.dim(), count = loader.count(i);
        const Tensor x = this->device_.Allocate(DTypeOf<TypeParam>(), {dim, count});
        const Tensor labels = this->device_.Allocate(DType::kInt32, {count});
        resident.Load(loader, i, x, labels);
        ExpectFilled<TypeParam>(this->device_, loader, i, x, labels);
      }
    }
  }
}

}  // namespace
}  // namespace mondeq
