// A replica of a caller's own model, as the command line has it.
#include "mondeq/inference/replica.h"

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "mondeq/core/config_source.h"
#include "mondeq/inference/models_testing.h"
#include "mondeq/testing/test_device.h"
#include "mondeq/training/experiment.pb.h"

namespace mondeq {
namespace {

using testing::HasSubstr;

constexpr Index kCount = 5, kClasses = 3;

std::string Message(const absl::Status& status) { return std::string(status.message()); }

// The model of an experiment, and a replica of it.
struct Made {
  explicit Made(const TestedModel& tested) : device(MakeTestDevice()) {
    MONDEQ_CHECK(ParseConfig(tested.text, "model", {}, &experiment, &source).ok());
    const FeaturesConfig& in = experiment.model().input();
    input = {in.rows(), in.columns(), in.channels()};
    model = Model::Create(experiment.model(), source, {input, kClasses}, device.get(),
                          DType::kFloat32, /*seed=*/3)
                .value();
    replica = std::make_unique<Replica>(model.get(), /*normalization=*/nullptr);
    const std::vector<double> wide = RandomValues(kCount * input.dim(), 1);
    x.assign(wide.begin(), wide.end());
  }
  ConstArray samples() const { return {x.data(), {kCount, input.dim()}}; }

  Experiment experiment;
  ConfigSource source;
  std::unique_ptr<Device> device;
  Features input;
  std::unique_ptr<Model> model;
  std::unique_ptr<Replica> replica;
  std::vector<float> x;
};

class ReplicaTest : public testing::TestWithParam<TestedModel> {};

// The two halves of a gradient, between which the caller may make the cotangents, are the whole.
TEST_P(ReplicaTest, BackwardIsTheSecondHalfOfGradient) {
  Made made(GetParam());
  const std::vector<double> by_logits = RandomValues(kCount * kClasses, 2);
  const Cotangents cotangents{{by_logits.data(), {kCount, kClasses}}};
  std::vector<float> whole(made.x.size()), halves(made.x.size(), -1);
  const auto into = [&](std::vector<float>* dx) {
    return Gradients{{dx->data(), {kCount, made.input.dim()}}};
  };
  SolveReport expected, found;
  ASSERT_EQ(Message(made.replica->Gradient(made.samples(), {}, cotangents, {}, into(&whole),
                                           nullptr, &expected)),
            "");
  ASSERT_EQ(Message(made.replica->Solve(made.samples(), {}, {}, nullptr)), "");
  ASSERT_EQ(Message(made.replica->Backward(cotangents, into(&halves), &found)), "");
  EXPECT_EQ(halves, whole);
  EXPECT_EQ(found.iterations, expected.iterations);
  const std::vector<double> fewer(kClasses);
  EXPECT_THAT(Message(made.replica->Backward({{fewer.data(), {1, kClasses}}}, {}, nullptr)),
              HasSubstr("the cotangent of the logits: expected [5, 3]"));
}

// A state is samples too.
TEST_P(ReplicaTest, TakesSamplesAsStatesHoldThem) {
  Made made(GetParam());
  std::vector<float> state(made.x.size()), expected(kCount * kClasses), found(expected.size());
  CopyToState(made.samples(), made.input, nullptr, state.data());
  const ConstArray view(state.data(), ArrayLayout::OfState(DType::kFloat32, made.input, kCount));
  const Shape logits{kCount, kClasses};
  ASSERT_EQ(Message(made.replica->Solve(made.samples(), {}, {{expected.data(), logits}}, nullptr)),
            "");
  ASSERT_EQ(Message(made.replica->Solve(view, {}, {{found.data(), logits}}, nullptr)), "");
  EXPECT_EQ(found, expected);
}

TEST_P(ReplicaTest, ErrorsNameTheSamples) {
  Made made(GetParam());
  SolveSettings settings;
  settings.name = "photos.npy";
  settings.first_sample = 40;
  // Twice its norm, which a step computes with, is beyond float32.
  for (Index i = 0; i < made.input.dim(); ++i) {
    made.x[static_cast<std::size_t>(2 * made.input.dim() + i)] = 3e38f;
  }
  const absl::Status beyond = made.replica->Solve(made.samples(), settings, {}, nullptr);
  EXPECT_EQ(beyond.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(Message(beyond), HasSubstr("photos.npy: U x + b of sample 42 is "));
  EXPECT_THAT(Message(made.replica->Solve({made.x.data(), {kCount, 1}}, settings, {}, nullptr)),
              HasSubstr("photos.npy: expected samples"));
}

TEST_P(ReplicaTest, NormalisesNumbersOfFiles) {
  Made made(GetParam());
  const auto channels = static_cast<std::size_t>(made.input.channels);
  const Normalization normalization{std::vector<float>(channels, 0.5f),
                                    std::vector<float>(channels, 4)};
  Replica replica(made.model.get(), &normalization);
  const Shape shape{kCount, kClasses};
  std::vector<float> expected(kCount * kClasses), found(expected.size());
  SolveSettings settings;
  settings.normalize = true;
  ASSERT_EQ(Message(replica.Solve(made.samples(), settings, {{found.data(), shape}}, nullptr)), "");
  for (float& v : made.x) v = (v - 0.5f) / 4;
  ASSERT_EQ(Message(replica.Solve(made.samples(), {}, {{expected.data(), shape}}, nullptr)), "");
  EXPECT_EQ(found, expected);

  EXPECT_THAT(Message(made.replica->Solve(made.samples(), settings, {}, nullptr)),
              HasSubstr("the model does not say how values are normalised"));
  const Normalization other{std::vector<float>(channels + 1, 0),
                            std::vector<float>(channels + 1, 1)};
  EXPECT_THAT(
      Message(Replica(made.model.get(), &other).Solve(made.samples(), settings, {}, nullptr)),
      HasSubstr("x: expected a normalisation of "));
}

// They are good numbers, only not for this model.
TEST_P(ReplicaTest, NumbersBeyondTheTypeAreNoMistake) {
  Made made(GetParam());
  const Shape shape{kCount, made.input.dim()};
  std::vector<double> x(made.x.begin(), made.x.end());
  const auto solve = [&](double value) {
    x[3] = value;
    return made.replica->Solve({x.data(), shape}, {}, {}, nullptr).code();
  };
  EXPECT_EQ(solve(1e39), absl::StatusCode::kDataLoss);
  EXPECT_EQ(solve(std::nan("")), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(solve(1), absl::StatusCode::kOk);
}

INSTANTIATE_TEST_SUITE_P(Models, ReplicaTest, testing::ValuesIn(TestedModels()),
                         [](const auto& model) { return std::string(model.param.name); });

}  // namespace
}  // namespace mondeq
