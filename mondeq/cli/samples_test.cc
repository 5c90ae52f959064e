#include "mondeq/cli/samples.h"

#include <numeric>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace mondeq {
namespace {

// 2 samples, 3 channels, 4 rows, 5 columns; every value is its place.
HostArray Counting(std::vector<Index> shape) {
  std::vector<double> values(2 * 3 * 4 * 5);
  std::iota(values.begin(), values.end(), 0);
  return HostArray::From<double>(std::move(shape), values);
}

constexpr Features kImage{4, 5, 3};

TEST(SamplesTest, StateIsRowColumnChannelSample) {
  const HostArray state = ToState(Counting({2, 3, 4, 5}), kImage);
  EXPECT_EQ(state.shape, (std::vector<Index>{60, 2}));
  const auto values = state.As<double>();
  for (int n = 0; n < 2; ++n) {
    for (int c = 0; c < 3; ++c) {
      for (int y = 0; y < 4; ++y) {
        for (int x = 0; x < 5; ++x) {
          const int inside = ((y * 5 + x) * 3 + c) * 2 + n, outside = ((n * 3 + c) * 4 + y) * 5 + x;
          EXPECT_EQ(values[inside], outside);
        }
      }
    }
  }
}

TEST(SamplesTest, ComesBackUnchanged) {
  const HostArray image = Counting({2, 3, 4, 5}), flat = Counting({2, 60});
  const HostArray back = FromState(ToState(image, kImage), kImage, /*flat=*/false);
  EXPECT_EQ(back.shape, image.shape);
  EXPECT_EQ(back.bytes, image.bytes);
  const HostArray flat_back = FromState(ToState(flat, kImage), kImage, /*flat=*/true);
  EXPECT_EQ(flat_back.shape, flat.shape);
  EXPECT_EQ(flat_back.bytes, flat.bytes);
}

TEST(SamplesTest, KnowsWhatFits) {
  const SampleArray image{Counting({2, 3, 4, 5})}, flat{Counting({2, 60})};
  EXPECT_TRUE(image.Fits(kImage));
  EXPECT_TRUE(flat.Fits(kImage));
  EXPECT_TRUE(flat.Fits(Features::Flat(60)));
  EXPECT_FALSE(flat.Fits(Features::Flat(61)));
  EXPECT_FALSE(image.Fits(Features::Flat(60)));
  EXPECT_FALSE(image.Fits({5, 4, 3}));
}

TEST(SamplesTest, Slices) {
  const SampleArray slice = SampleArray{Counting({2, 3, 4, 5})}.Slice(1, 2);
  EXPECT_EQ(slice.count(), 1);
  EXPECT_EQ(slice.array.shape, (std::vector<Index>{1, 3, 4, 5}));
  EXPECT_EQ(slice.array.As<double>()[0], 60);
  EXPECT_EQ(slice.array.As<double>().size(), 60u);
}

}  // namespace
}  // namespace mondeq
