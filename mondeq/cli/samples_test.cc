#include "mondeq/cli/samples.h"

#include <numeric>
#include <string>
#include <vector>

#include "absl/types/optional.h"
#include "gmock/gmock.h"
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

TEST(SamplesTest, KnowsWhatFits) {
  const SampleArray image{Counting({2, 3, 4, 5})}, flat{Counting({2, 60})};
  EXPECT_TRUE(image.Fits(kImage));
  EXPECT_TRUE(flat.Fits(kImage));
  EXPECT_TRUE(flat.Fits(Features::Flat(60)));
  EXPECT_FALSE(flat.Fits(Features::Flat(61)));
  EXPECT_FALSE(image.Fits(Features::Flat(60)));
  EXPECT_FALSE(image.Fits({5, 4, 3}));
}

TEST(SamplesTest, ViewsSomeOfThem) {
  const SampleArray samples{Counting({2, 3, 4, 5})};
  const ConstArray view = samples.View(1, 2);
  EXPECT_EQ(view.layout.shape, (Shape{1, 3, 4, 5}));
  EXPECT_EQ(static_cast<const double*>(view.data)[0], 60);
}

// The shape that would fit is the network's, where that is known.
TEST(SamplesTest, TellsTheShapeThatFits) {
  const auto error = [](const std::vector<Index>& shape, const absl::optional<Features>& expected) {
    Safetensors file;
    Index size = 1;
    for (const Index extent : shape) size *= extent;
    file.arrays["x"] =
        HostArray::From<float>(shape, std::vector<float>(static_cast<std::size_t>(size)));
    return std::string(FindSamples(file, "f", expected).status().message());
  };
  using ::testing::EndsWith;
  const Features gray{16, 16, 1}, color{16, 16, 2};
  EXPECT_THAT(error({2, 16, 16}, absl::nullopt),
              EndsWith("; images of one channel are [2, 1, 16, 16], one image is [1, 2, 16, 16]"));
  EXPECT_THAT(error({2, 16, 16}, gray), EndsWith("]; images of one channel are [2, 1, 16, 16]"));
  EXPECT_THAT(error({2, 16, 16}, color), EndsWith("]; one image is [1, 2, 16, 16]"));
  EXPECT_THAT(error({16, 16, 2}, color),
              EndsWith("], which is [H, W, C]; one image is [1, 2, 16, 16]"));
  EXPECT_THAT(error({512}, color), EndsWith("]; one sample is [1, 512]"));
  EXPECT_THAT(error({511}, color), EndsWith("; this network takes [N, 2, 16, 16] or [N, 512]"));
  EXPECT_THAT(error({3, 4, 5}, Features::Flat(60)), EndsWith("; this network takes [N, 60]"));
}

}  // namespace
}  // namespace mondeq
