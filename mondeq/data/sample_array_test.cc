#include "mondeq/data/sample_array.h"

#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mondeq {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

google::protobuf::RepeatedField<std::int64_t> Shape(const std::vector<std::int64_t>& extents) {
  return {extents.begin(), extents.end()};
}
google::protobuf::RepeatedField<double> Numbers(const std::vector<double>& numbers) {
  return {numbers.begin(), numbers.end()};
}

Samples Empty(const Features& features, int classes = 3) {
  Samples samples;
  samples.features = features;
  samples.classes = classes;
  return samples;
}

template <class T>
HostArray CountUp(std::vector<Index> shape) {
  HostArray array{ElementTypeOf<T>(), shape, ""};
  std::vector<T> values;
  for (Index i = 0; i < array.size(); ++i) values.push_back(static_cast<T>(i % 251));
  return HostArray::From<T>(std::move(shape), values);
}

void ExpectRefused(const absl::Status& status, const std::string& what) {
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  EXPECT_THAT(std::string(status.message()),
              AllOf(StartsWith("f: "), HasSubstr(what), Not(HasSubstr("\n"))));
}

TEST(SampleArrayTest, ShapesAreFeatures) {
  EXPECT_EQ(*FeaturesOf(Shape({7})), Features::Flat(7));
  EXPECT_EQ(*FeaturesOf(Shape({5, 4})), (Features{5, 4, 1}));
  EXPECT_EQ(*FeaturesOf(Shape({3, 5, 4})), (Features{5, 4, 3}));
  for (const auto& shape : std::vector<std::vector<std::int64_t>>{
           {}, {0}, {-1, -2}, {1, 2, 3, 4}, {1 << 20, 1 << 20}, {std::int64_t{1} << 62, 4}}) {
    const absl::Status status = FeaturesOf(Shape(shape)).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()),
                StartsWith("shape: expected that of one sample, [d], [H, W] or [C, H, W]"));
  }
}

TEST(SampleArrayTest, NormalizationIsForAllChannelsOrEach) {
  const Features features{2, 2, 3};
  EXPECT_THAT(NormalizationOf(Numbers({}), Numbers({}), features)->mean, ElementsAre(0, 0, 0));
  EXPECT_THAT(NormalizationOf(Numbers({}), Numbers({}), features)->stddev, ElementsAre(1, 1, 1));
  EXPECT_THAT(NormalizationOf(Numbers({2}), Numbers({}), features)->mean, ElementsAre(2, 2, 2));
  EXPECT_THAT(NormalizationOf(Numbers({}), Numbers({1, 2, 3}), features)->stddev,
              ElementsAre(1, 2, 3));
  const absl::Status status = NormalizationOf(Numbers({1, 2}), Numbers({}), features).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "mean: expected 1 number or 3, one for each channel, found 2");
}

// [N, C, H, W] and [N, d] alike become [N, H, W, C], in every type.
template <class T>
class SampleArrayTypeTest : public ::testing::Test {};
using Types = ::testing::Types<float, double, std::uint8_t>;
TYPED_TEST_SUITE(SampleArrayTypeTest, Types, );

TYPED_TEST(SampleArrayTypeTest, ChannelsBecomeInnermost) {
  const Features features{4, 5, 3};
  for (const std::vector<Index>& shape : {std::vector<Index>{2, 3, 4, 5}, {2, 60}}) {
    Samples samples = Empty(features);
    ASSERT_TRUE(SetSamples(CountUp<TypeParam>(shape), "f", &samples).ok());
    EXPECT_EQ(samples.are_pixels(), sizeof(TypeParam) == 1);
    EXPECT_EQ(samples.pixels.size() + samples.values.size(), 120u);
    std::size_t at = 0;
    for (Index n = 0; n < 2; ++n) {
      for (Index p = 0; p < 20; ++p) {
        for (Index c = 0; c < 3; ++c, ++at) {
          const auto found =
              samples.are_pixels() ? static_cast<float>(samples.pixels[at]) : samples.values[at];
          ASSERT_EQ(found, static_cast<float>(n * 60 + c * 20 + p));
        }
      }
    }
  }
}

TYPED_TEST(SampleArrayTypeTest, OneChannelNeedsNoDimension) {
  for (const std::vector<Index>& shape : {std::vector<Index>{2, 1, 4, 5}, {2, 4, 5}, {2, 20}}) {
    Samples samples = Empty({4, 5, 1});
    ASSERT_TRUE(SetSamples(CountUp<TypeParam>(shape), "f", &samples).ok());
    EXPECT_EQ(samples.pixels.size() + samples.values.size(), 40u);
  }
}

// The loader has a table for every channel, and a long vector has as many channels.
TEST(SampleArrayTest, BytesOfLongVectorsAreValues) {
  Samples small = Empty(Features::Flat(256)), large = Empty(Features::Flat(257));
  ASSERT_TRUE(SetSamples(CountUp<std::uint8_t>({1, 256}), "f", &small).ok());
  ASSERT_TRUE(SetSamples(CountUp<std::uint8_t>({1, 257}), "f", &large).ok());
  EXPECT_EQ(small.pixels.size(), 256u);
  ASSERT_EQ(large.values.size(), 257u);
  EXPECT_EQ(large.values[250], static_cast<float>(250 / 255.0));
}

TEST(SampleArrayTest, RefusesOtherShapesAndTypes) {
  for (const std::vector<Index>& shape :
       {std::vector<Index>{}, {60}, {0, 60}, {2, 61}, {3, 4, 5}, {2, 4, 5, 3}, {1, 2, 3, 4, 5}}) {
    Samples samples = Empty({4, 5, 3});
    ExpectRefused(SetSamples(CountUp<float>(shape), "f", &samples),
                  "expected samples, F32, F64 or U8 of shape [N, 3, 4, 5] or [N, 60], found F32[");
  }
  Samples samples = Empty({4, 5, 1}), flat = Empty(Features::Flat(2));
  ExpectRefused(SetSamples(CountUp<std::int64_t>({2, 20}), "f", &samples),
                "[N, 1, 4, 5], [N, 4, 5] or [N, 20], found I64[2, 20]");
  ExpectRefused(SetSamples(CountUp<float>({3, 3}), "f", &flat), "of shape [N, 2], found F32[3, 3]");
}

TEST(SampleArrayTest, RefusesWhatIsNotFinite) {
  for (const double bad : {std::nan(""), HUGE_VAL, -HUGE_VAL, 1e39}) {
    std::vector<double> values(12, 1);
    values[7] = bad;
    Samples samples = Empty(Features::Flat(4));
    ExpectRefused(SetSamples(HostArray::From<double>({3, 4}, values), "f", &samples),
                  "sample 1, value 3: expected a number that is finite in float32, found ");
  }
}

TEST(SampleArrayTest, LabelsCountFromTheFirst) {
  for (const HostArray& array :
       {HostArray::From<std::uint8_t>({3}, std::vector<std::uint8_t>{7, 9, 8}),
        HostArray::From<std::int32_t>({3, 1}, std::vector<std::int32_t>{7, 9, 8}),
        HostArray::From<std::int64_t>({3}, std::vector<std::int64_t>{7, 9, 8})}) {
    const auto labels = LabelsIn(array, "f");
    ASSERT_TRUE(labels.ok()) << labels.status();
    Samples samples = Empty(Features::Flat(1));
    ASSERT_TRUE(SetLabels(*labels, "f", 7, 3, "x", &samples).ok());
    EXPECT_THAT(samples.labels, ElementsAre(0, 2, 1));
    Samples other = Empty(Features::Flat(1));
    ExpectRefused(SetLabels(*labels, "f", 8, 3, "x", &other),
                  "label of sample 0: expected 8 .. 10, found 7");
    ExpectRefused(SetLabels(*labels, "f", 6, 3, "x", &other),
                  "label of sample 1: expected 6 .. 8, found 9");
    ExpectRefused(SetLabels(*labels, "f", 7, 4, "x", &other),
                  "expected 4 labels, one for every sample of x, found 3");
  }
  ExpectRefused(LabelsIn(CountUp<float>({3}), "f").status(),
                "expected labels, I32, I64 or U8 of shape [N] or [N, 1], found F32[3]");
  ExpectRefused(LabelsIn(CountUp<std::int32_t>({3, 2}), "f").status(), "found I32[3, 2]");
  Samples samples = Empty(Features::Flat(1));
  ExpectRefused(SetLabels({std::numeric_limits<Index>::min()}, "f", 0, 1, "x", &samples),
                "found -9223372036854775808");
}

}  // namespace
}  // namespace mondeq
