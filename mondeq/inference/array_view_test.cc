#include "mondeq/inference/array_view.h"

#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

#include "gmock/gmock.h"

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
