#include "mondeq/model/model.h"

#include "gmock/gmock.h"
#include "mondeq/model/small_model_testing.h"
#include "mondeq/testing/test_device.h"

namespace mondeq {
namespace {

TEST(ModelTest, GradientsAccumulate) {
  SmallModelOptions options;
  options.dtype = DType::kFloat64;
  SmallModel small(options);
  Model& model = *small.model;
  const Tensor dlogits = small.device->Allocate(DType::kFloat64, model.Forward(small.x).shape());
  small.device->Fill(1, dlogits);
  model.Backward(small.x, dlogits, nullptr);
  const std::vector<double> once = ToDoubles(*small.device, model.parameters().gradients());
  EXPECT_NE(once, std::vector<double>(once.size()));
  model.Backward(small.x, dlogits, nullptr);
  const std::vector<double> twice = ToDoubles(*small.device, model.parameters().gradients());
  for (std::size_t i = 0; i < once.size(); ++i) EXPECT_NEAR(twice[i], 2 * once[i], 1e-12);
}

// The status of making the small model with these changes.
absl::Status Make(const std::vector<std::string>& overrides) {
  SmallModelOptions options;
  options.overrides = overrides;
  return MakeSmallModel(options, MakeTestDevice().get()).status();
}

// What a user gets wrong in a model, and what the message says.
TEST(ModelTest, RefusesShapesThatDoNotFit) {
  const auto refuse = [](const std::string& assignment) {
    const absl::Status status = Make({assignment});
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    return std::string(status.message());
  };
  EXPECT_THAT(refuse("equilibrium.injection[0].affine.units=5"),
              ::testing::AllOf(::testing::HasSubstr("equilibrium.injection"),
                               ::testing::HasSubstr("12"), ::testing::HasSubstr("5")));
  EXPECT_THAT(refuse("readout[0].affine.units=4"),
              ::testing::AllOf(::testing::HasSubstr("readout"), ::testing::HasSubstr("3"),
                               ::testing::HasSubstr("4")));
}

TEST(ModelTest, RefusesASearchForAlphaWithNothingToTry) {
  for (const char* method : {"peaceman_rachford", "douglas_rachford", "forward_backward"}) {
    const std::string alpha = absl::StrCat("equilibrium.splitting.", method, ".alpha");
    const absl::Status status = Make({alpha + ".tune={ maximum: 0.1 minimum: 0.5 }"});
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()),
                ::testing::AllOf(::testing::HasSubstr("--set equilibrium.splitting."),
                                 ::testing::HasSubstr(method), ::testing::HasSubstr("alpha"),
                                 ::testing::HasSubstr("found maximum 0.1 and minimum 0.5")));
    // A search may have a single alpha to try.
    EXPECT_TRUE(Make({alpha + ".tune={ maximum: 0.5 minimum: 0.5 }"}).ok());
    // This maximum is below the default minimum.
    EXPECT_FALSE(Make({alpha + ".tune={ maximum: 1e-5 }"}).ok());
  }
}

// Runs of earlier versions have this field in their experiment.textproto.
TEST(ModelTest, AFieldThatIsNoMoreIsPassedOver) {
  ModelConfig config;
  ConfigSource source;
  const absl::Status status =
      ParseConfig("classes: 3 deterministic: true", "test", {}, &config, &source);
  EXPECT_THAT(std::string(status.message()), ::testing::Not(::testing::HasSubstr("deterministic")));
  EXPECT_EQ(config.classes(), 3);
}

}  // namespace
}  // namespace mondeq
