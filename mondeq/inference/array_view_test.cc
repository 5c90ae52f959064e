#include "mondeq/inference/array_view.h"

#include <cstdint>
#include <limits>
#include <memory>
#include <numeric>
#include <vector>

#include "gmock/gmock.h"
#include "mondeq/core/random.h"
#include "mondeq/data/loader.h"
#include "mondeq/data/sample_array.h"

namespace mondeq {
namespace {

using testing::ElementsAreArray;
using testing::HasSubstr;

constexpr Index kCount = 3;
const Features kImage{2, 4, 3};

std::vector<float> Numbers(Index count) {
  std::vector<float> numbers(static_cast<std::size_t>(count));
  std::iota(numbers.begin(), numbers.end(), 1.f);
  return numbers;
}

// What a state holds at a place, from the definition.
float Expected(Index n, Index row, Index column, Index channel) {
  return static_cast<float>(
      1 + ((n * kImage.channels + channel) * kImage.rows + row) * kImage.columns + column);
}

void ExpectState(const std::vector<float>& state) {
  Index place = 0;
  for (Index row = 0; row < kImage.rows; ++row) {
    for (Index column = 0; column < kImage.columns; ++column) {
      for (Index channel = 0; channel < kImage.channels; ++channel) {
        for (Index n = 0; n < kCount; ++n, ++place) {
          EXPECT_EQ(state[static_cast<std::size_t>(place)], Expected(n, row, column, channel));
        }
      }
    }
  }
}

TEST(ArrayView, ImagesBecomeStates) {
  const std::vector<float> values = Numbers(kCount * kImage.dim());
  for (const Shape& shape : {Shape{kCount, 3, 2, 4}, Shape{kCount, kImage.dim()}}) {
    std::vector<float> state(values.size());
    EXPECT_TRUE(CopyToState<float>({values.data(), shape}, kImage, nullptr, state.data()));
    ExpectState(state);
    std::vector<double> back(values.size());
    CopyFromState<float>(state.data(), kImage, {back.data(), shape});
    EXPECT_THAT(back, ElementsAreArray(values));
  }
}

// [N, H, W, C] in memory, every second sample, seen as [N, C, H, W].
TEST(ArrayView, StridesSayWhereElementsAre) {
  std::vector<double> memory(static_cast<std::size_t>(2 * kCount * kImage.dim()), -1);
  ArrayLayout layout{DType::kFloat64, {kCount, 3, 2, 4}};
  layout.strides = {2 * kImage.dim(), 1, 12, 3};
  for (Index n = 0; n < kCount; ++n) {
    for (Index c = 0; c < 3; ++c) {
      for (Index row = 0; row < 2; ++row) {
        for (Index column = 0; column < 4; ++column) {
          memory[static_cast<std::size_t>(n * 2 * kImage.dim() + row * 12 + column * 3 + c)] =
              static_cast<double>(Expected(n, row, column, c));
        }
      }
    }
  }
  std::vector<float> state(static_cast<std::size_t>(kCount * kImage.dim()));
  EXPECT_TRUE(CopyToState<float>({memory.data(), layout}, kImage, nullptr, state.data()));
  ExpectState(state);
  const std::vector<double> before = memory;
  CopyFromState<float>(state.data(), kImage, {memory.data(), layout});
  EXPECT_EQ(memory, before);
}

TEST(ArrayView, BytesAreNormalised) {
  const Normalization normalization{{0.5f, 0.25f}, {0.5f, 2}};
  const std::vector<std::uint8_t> bytes = {0, 255, 51, 102};
  std::vector<double> state(4);
  EXPECT_TRUE(
      CopyToState<double>({bytes.data(), {2, 2, 1, 1}}, {1, 1, 2}, &normalization, state.data()));
  EXPECT_THAT(state, testing::ElementsAre(-1, (0.2 - 0.5) / 0.5, (1 - 0.25) / 2, (0.4 - 0.25) / 2));
}

// What a model is given for numbers of files is what the loader gives for these samples: for
// pixels, and for values in float32.
template <class T, class Number>
void ExpectAsLoaded(const ConstArray& array, const std::vector<Number>& numbers,
                    const Features& features) {
  Normalization normalization;
  for (Index c = 0; c < features.channels; ++c) {
    normalization.mean.push_back(0.3f * static_cast<float>(c + 1));
    normalization.stddev.push_back(1.7f / static_cast<float>(c + 1));
  }
  const Index count = array.layout.shape[0];
  auto samples = std::make_shared<Samples>();
  samples->features = features;
  samples->classes = 1;
  const HostArray file = HostArray::From<Number>({count, features.dim()}, numbers);
  ASSERT_TRUE(SetSamples(file, "f", samples.get()).ok());
  samples->labels.resize(static_cast<std::size_t>(count));
  std::vector<T> expected(numbers.size()), found(numbers.size());
  std::vector<std::int32_t> labels(samples->labels.size());
  Loader(samples, normalization, count, 1, /*shuffle=*/false)
      .Fill(0, expected.data(), labels.data());
  EXPECT_TRUE(CopyToState(array, features, &normalization, found.data()));
  EXPECT_EQ(found, expected);
}

TEST(ArrayView, SamplesAreNormalisedAsALoaderDoes) {
  constexpr Features kPhoto{4, 2, 3};
  Random random(1);
  std::vector<std::uint8_t> bytes;
  std::vector<float> floats;
  for (Index i = 0; i < 5 * kPhoto.dim(); ++i) {
    bytes.push_back(static_cast<std::uint8_t>(random.Below(256)));
    floats.push_back(static_cast<float>(random.Normal()));
  }
  for (const Shape& shape : {Shape{5, 3, 4, 2}, Shape{5, 24}}) {
    ExpectAsLoaded<float>({bytes.data(), shape}, bytes, kPhoto);
    ExpectAsLoaded<double>({bytes.data(), shape}, bytes, kPhoto);
    ExpectAsLoaded<float>({floats.data(), shape}, floats, kPhoto);
    ExpectAsLoaded<double>({floats.data(), shape}, floats, kPhoto);
  }
  ExpectAsLoaded<double>({bytes.data(), {5, 24}}, bytes, Features::Flat(24));
  ExpectAsLoaded<double>({floats.data(), {5, 24}}, floats, Features::Flat(24));
}

TEST(ArrayView, TellsWhatIsNotFinite) {
  for (const double bad :
       {std::numeric_limits<double>::quiet_NaN(), -std::numeric_limits<double>::infinity(), 1e39}) {
    const std::vector<double> values = {1, bad};
    std::vector<float> narrow(2);
    std::vector<double> wide(2);
    const ConstArray array(values.data(), {1, 2});
    EXPECT_FALSE(CopyToState<float>(array, Features::Flat(2), nullptr, narrow.data()));
    EXPECT_FALSE(CopyToValues<float>(array, narrow.data()));
    EXPECT_EQ(CopyToValues<double>(array, wide.data()), bad == 1e39);
  }
}

TEST(ArrayView, ValuesKeepTheirOrder) {
  const std::vector<float> values = Numbers(24);
  ArrayLayout transposed{DType::kFloat32, {4, 6}};
  transposed.strides = {1, 4};
  std::vector<double> read(24);
  EXPECT_TRUE(CopyToValues<double>({values.data(), transposed}, read.data()));
  EXPECT_EQ(read[1], 5);
  std::vector<float> back(24);
  CopyFromValues<double>(read.data(), {back.data(), transposed});
  EXPECT_EQ(back, values);
}

TEST(ArrayView, RefusesOtherShapes) {
  const auto error = [](const Shape& shape) {
    return std::string(
        CheckSamples(ArrayLayout::Dense(DType::kFloat32, shape), kImage, 2, "x").message());
  };
  EXPECT_EQ(error({2, 3, 2, 4}), "");
  EXPECT_EQ(error({2, 24}), "");
  EXPECT_EQ(error({2, 2, 4, 3}),
            "x: expected samples [2, 3, 2, 4] or [2, 24], found float32[2, 2, 4, 3]");
  EXPECT_THAT(error({3, 24}), HasSubstr("found float32[3, 24]"));
  EXPECT_THAT(error({24}), HasSubstr("found float32[24]"));
}

}  // namespace
}  // namespace mondeq
