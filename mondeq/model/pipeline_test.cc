// Tests of pipelines of linear maps.
#include "mondeq/model/pipeline.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/testing/tensors.h"
#include "mondeq/testing/test_device.h"

namespace mondeq {
namespace {

using Eigen::MatrixXd;

class PipelineTest : public testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<Pipeline>> Create(const std::string& text, Features input,
                                                   Features output, DType dtype = DType::kFloat64) {
    EXPECT_TRUE(ParseConfig(text, "test", {}, &maps_, &source_).ok());
    return Pipeline::Create(maps_.example(), source_,
                            {Tier::Of(input), output, 0, &store_, "readout", device_.get(), dtype});
  }

  std::unique_ptr<Device> device_ = MakeTestDevice();
  ParameterStore store_;
  LinearMapExamples maps_;
  ConfigSource source_;
};

// Else a single pixel of the image would enter the state.
TEST_F(PipelineTest, RefusesAnImageWhereAVectorIsNeeded) {
  for (const char* const text :
       {"example { [mondeq.padded_conv] {} }",
        "example { [mondeq.padded_conv] { channels: 4 } } example { [mondeq.padded_conv] {} }"}) {
    const auto pipeline = Create(text, {28, 28, 1}, Features::Flat(87));
    EXPECT_EQ(pipeline.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(pipeline.status().message()),
                testing::AllOf(testing::HasSubstr("test:1:"), testing::HasSubstr("28x28 pixels"),
                               testing::HasSubstr("87 features")));
  }
  EXPECT_TRUE(Create("example { [mondeq.padded_conv] {} }", {28, 28, 1}, {28, 30, 5}).ok());
  EXPECT_FALSE(Create("example { [mondeq.padded_conv] {} }", {28, 28, 1}, {28, 27, 5}).ok());
}

// Else all that enters would lie in a corner of the operator's image.
TEST_F(PipelineTest, RefusesAnotherImageThanTheOperatorsIsMadeFor) {
  for (const char* const first : {"flatten", "average_pool"}) {
    const auto pipeline = Create(
        absl::StrCat("example { [mondeq.", first, "] {} } example { [mondeq.padded_conv] {} }"),
        {28, 28, 1}, {30, 30, 5});
    EXPECT_THAT(std::string(pipeline.status().message()), testing::HasSubstr("expected 28x28"));
  }
  EXPECT_TRUE(Create("example { [mondeq.padded_conv] {} } example { [mondeq.padded_conv] {} }",
                     {28, 28, 1}, {30, 30, 5})
                  .ok());
}

TEST_F(PipelineTest, ComposesMapsTheirAdjointsAndGradients) {
  auto pipeline = Create(
      "example { [mondeq.flatten] {} } example { [mondeq.affine] { units: 4 } }"
      "example { [mondeq.affine] {} }",
      {2, 3, 2}, Features::Flat(3));
  ASSERT_TRUE(pipeline.ok()) << pipeline.status();
  store_.Allocate(*device_, DType::kFloat64, 1);
  Random random(1);
  const MatrixXd x = RandomMatrix(12, 5, &random), dy = RandomMatrix(3, 5, &random);
  const Tensor tx = FromMatrix(*device_, DType::kFloat64, x),
               ty = device_->Allocate(DType::kFloat64, {3, 5});
  const Tensor tdy = FromMatrix(*device_, DType::kFloat64, dy),
               tdx = device_->Allocate(DType::kFloat64, {12, 5});
  const auto value = [&](const char* name) { return ToMatrix(*device_, store_.Find(name)->value); };
  const auto gradient = [&](const char* name) {
    return ToMatrix(*device_, store_.Find(name)->gradient);
  };

  // Flatten: [row][column][channel] to [channel][row][column].
  MatrixXd flat(12, 5);
  for (Index pixel = 0; pixel < 6; ++pixel) {
    for (Index channel = 0; channel < 2; ++channel)
      flat.row(channel * 6 + pixel) = x.row(pixel * 2 + channel);
  }
  const MatrixXd weight1 = value("readout.1.weight"), weight2 = value("readout.2.weight");
  const MatrixXd hidden = (weight1 * flat).colwise() + value("readout.1.bias").col(0);
  (*pipeline)->Apply(tx, ty);
  EXPECT_LE(RelativeError(ToMatrix(*device_, ty),
                          (weight2 * hidden).colwise() + value("readout.2.bias").col(0)),
            1e-14);
  (*pipeline)->AccumulateGradient(tx, tdy);
  EXPECT_LE(RelativeError(gradient("readout.2.weight"), dy * hidden.transpose()), 1e-14);
  EXPECT_LE(
      RelativeError(gradient("readout.1.weight"), weight2.transpose() * dy * flat.transpose()),
      1e-14);
  (*pipeline)->ApplyAdjoint(tdy, tdx);
  EXPECT_NEAR(ToMatrix(*device_, tdx).cwiseProduct(x).sum(),
              (weight2 * weight1 * flat).cwiseProduct(dy).sum(), 1e-12);
}

// What the first map has rounded the second makes larger.
TEST_F(PipelineTest, RoundingErrorsAreMultiplied) {
  Random random(2);
  const MatrixXd x = MatrixXd::Constant(30, 4, static_cast<double>(0.1f));
  MatrixXd parameters, result[2];
  LinearMap::Rounding rounding;
  for (const DType dtype : {DType::kFloat32, DType::kFloat64}) {
    const bool single = dtype == DType::kFloat32;
    store_ = ParameterStore();
    maps_.Clear();
    auto pipeline =
        Create("example { [mondeq.affine] { units: 40 } } example { [mondeq.affine] {} }",
               Features::Flat(30), Features::Flat(3), dtype);
    ASSERT_TRUE(pipeline.ok()) << pipeline.status();
    store_.Allocate(*device_, dtype, 1);
    if (single)
      parameters = (1e4 * RandomMatrix(store_.count(), 1, &random)).cast<float>().cast<double>();
    Assign(*device_, parameters, store_.values());
    if (single) rounding = (*pipeline)->rounding();
    const Tensor y = device_->Allocate(dtype, {3, 4});
    (*pipeline)->Apply(FromMatrix(*device_, dtype, x), y);
    result[single ? 0 : 1] = ToMatrix(*device_, y);
  }
  const double error = (result[0] - result[1]).col(0).norm();
  EXPECT_GT(error, 0);
  EXPECT_LE(error, 0x1p-24 * (rounding.constant * x.col(0).norm() + rounding.offset));
  // The two maps have norms of about 1e4 sqrt(30 40) and 1e4 sqrt(40 3).
  EXPECT_NEAR(rounding.norm, 1e8 * std::sqrt(1200 * 120), 0.2e8 * std::sqrt(1200 * 120));
}

TEST_F(PipelineTest, OneMapWithParametersNeedsNoNumber) {
  ASSERT_TRUE(Create("example { [mondeq.flatten] {} } example { [mondeq.affine] {} }", {2, 2, 2},
                     Features::Flat(3))
                  .ok());
  ASSERT_NE(store_.Find("readout.weight"), nullptr);
  EXPECT_EQ(store_.Find("readout.weight")->shape, Shape({3, 8}));
}

// Two convolutions onto a larger output: only the last one moves the image away from the origin.
TEST_F(PipelineTest, OnlyTheLastMapPlacesTheImage) {
  ASSERT_TRUE(ParseConfig("example { [mondeq.padded_conv] { channels: 1 kernel_size: 1 } } example "
                          "{ [mondeq.padded_conv] "
                          "{ kernel_size: 1 } }",
                          "test", {}, &maps_, &source_)
                  .ok());
  auto pipeline = Pipeline::Create(
      maps_.example(), source_,
      {Tier::Of({2, 3, 1}), {5, 5, 1}, 1, &store_, "injection", device_.get(), DType::kFloat64});
  ASSERT_TRUE(pipeline.ok()) << pipeline.status();
  store_.Allocate(*device_, DType::kFloat64, 1);
  device_->Fill(1, store_.values());
  for (const char* bias : {"injection.0.bias", "injection.1.bias"})
    device_->Fill(0, store_.Find(bias)->value);
  MatrixXd x(6, 1), expected = MatrixXd::Zero(25, 1);
  x << 1, 2, 3, 4, 5, 6;
  for (Index y = 0; y < 2; ++y) expected.middleRows((y + 1) * 5 + 1, 3) = x.middleRows(y * 3, 3);
  const Tensor out = device_->Allocate(DType::kFloat64, {25, 1});
  (*pipeline)->Apply(FromMatrix(*device_, DType::kFloat64, x), out);
  EXPECT_EQ(ToMatrix(*device_, out), expected);
}

TEST_F(PipelineTest, RefusesShapesThatDoNotMeet) {
  const auto wrong =
      Create("\n  example { [mondeq.affine] { units: 4 } }", Features::Flat(2), Features::Flat(3));
  EXPECT_EQ(wrong.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(wrong.status().message()),
              testing::AllOf(testing::StartsWith("test:2:3: example[0]"),
                             testing::HasSubstr("must give 3 features, found 4")));
  const auto image = Create("example { [mondeq.affine] {} }", {4, 4, 2}, Features::Flat(3));
  EXPECT_THAT(std::string(image.status().message()), testing::HasSubstr("found an image 4x4x2"));
}

}  // namespace
}  // namespace mondeq
