#include "mondeq/inference/predictor.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "mondeq/core/safetensors.h"
#include "mondeq/inference/models_testing.h"
#include "mondeq/testing/test_device.h"

namespace mondeq {
namespace {

using testing::Each;
using testing::ElementsAreArray;
using testing::Gt;
using testing::HasSubstr;
using testing::Le;
using testing::Pointwise;

constexpr Index kCount = 5, kClasses = 3;

Shape ShapeOf(const Features& features, Index count) {
  if (!features.is_image()) return {count, features.dim()};
  return {count, features.channels, features.rows, features.columns};
}

// Everything that a solve answers, in float64.
struct Answer {
  explicit Answer(const Predictor& predictor, Index count = kCount)
      : logits(static_cast<std::size_t>(count * kClasses)), probabilities(logits.size()) {
    for (const Features& tier : predictor.tiers()) {
      z.emplace_back(static_cast<std::size_t>(count * tier.dim()));
      z_arrays.emplace_back(z.back().data(), ShapeOf(tier, count));
      start.emplace_back(z.back().data(), ShapeOf(tier, count));
    }
    const Shape shape{count, kClasses};
    arrays = {{logits.data(), shape}, {probabilities.data(), shape}, z_arrays};
  }
  Answer(const Answer&) = delete;

  std::vector<double> logits, probabilities;
  std::vector<std::vector<double>> z;
  std::vector<MutableArray> z_arrays;
  std::vector<ConstArray> start;
  Answers arrays;
  SolveReport report;
};

ConstArray ToArray(const std::vector<double>& x, const Features& input) {
  return {x.data(), ShapeOf(input, static_cast<Index>(x.size()) / input.dim())};
}

std::string Message(const absl::Status& status) { return std::string(status.message()); }

std::vector<double> Parameter(const Predictor& predictor, std::size_t index) {
  const Shape& shape = predictor.parameters()[index].shape;
  std::vector<double> values(static_cast<std::size_t>(shape.size()));
  EXPECT_TRUE(predictor.GetParameter(index, {values.data(), shape}).ok());
  return values;
}

class PredictorTest : public testing::TestWithParam<TestedModel> {};

// The model's own Forward is the reference.
TEST_P(PredictorTest, AnswersAsTheModelDoes) {
  const auto predictor = MakePredictor(GetParam(), DType::kFloat64);
  const std::vector<double> x = RandomValues(kCount * predictor->input().dim(), 1);
  Answer answer(*predictor);
  SolveSettings settings;
  settings.certify = true;
  ASSERT_EQ(Message(predictor->Solve(ToArray(x, predictor->input()), settings, answer.arrays,
                                     &answer.report)),
            "");

  const auto device = MakeTestDevice();
  Experiment experiment;
  ConfigSource source;
  ASSERT_TRUE(ParseConfig(GetParam().text, "model", {}, &experiment, &source).ok());
  const auto model = Model::Create(experiment.model(), source, {predictor->input(), kClasses},
                                   device.get(), DType::kFloat64, 3);
  ASSERT_TRUE(model.ok());
  std::vector<double> state(x.size());
  CopyToState(ToArray(x, predictor->input()), predictor->input(), nullptr, state.data());
  const Tensor input = device->Allocate(DType::kFloat64, {predictor->input().dim(), kCount});
  device->CopyFromHost(state.data(), input);
  (*model)->set_alpha(predictor->alpha());
  const Tensor& logits = (*model)->Forward(input);
  std::vector<double> expected(answer.logits.size());
  device->CopyToHost(logits, expected.data());
  for (Index n = 0; n < kCount; ++n) {
    double sum = 0;
    for (Index c = 0; c < kClasses; ++c) {
      const auto place = static_cast<std::size_t>(n * kClasses + c);
      // Both have converged to 1e-12.
      EXPECT_NEAR(answer.logits[place], expected[static_cast<std::size_t>(c * kCount + n)], 1e-9);
      sum += std::exp(answer.logits[place]);
    }
    for (Index c = 0; c < kClasses; ++c) {
      const auto place = static_cast<std::size_t>(n * kClasses + c);
      EXPECT_NEAR(answer.probabilities[place], std::exp(answer.logits[place]) / sum, 1e-14);
    }
  }
  EXPECT_TRUE(answer.report.converged());
  EXPECT_THAT(answer.report.iterations, Each(Gt(1)));
  EXPECT_THAT(answer.report.error_bound, Each(Le(1e-9)));
  EXPECT_THAT(answer.report.residual, Each(Le(1e-10)));
  EXPECT_EQ(answer.report.error_bound.size(), static_cast<std::size_t>(kCount));
}

TEST_P(PredictorTest, ArraysMayBeOfAnyTypeAndOrder) {
  const auto predictor = MakePredictor(GetParam(), DType::kFloat32);
  const Features& input = predictor->input();
  const std::vector<double> wide = RandomValues(kCount * input.dim(), 1);
  const std::vector<float> narrow(wide.begin(), wide.end());
  std::vector<float> logits(kCount * kClasses);
  ASSERT_TRUE(predictor->Predict(ToArray(wide, input), {logits.data(), {kCount, kClasses}}).ok());

  std::vector<double> others(logits.size());
  ArrayLayout transposed{DType::kFloat64, {kCount, kClasses}};
  transposed.strides = {1, kCount};
  ASSERT_TRUE(
      predictor->Predict({narrow.data(), {kCount, input.dim()}}, {others.data(), transposed}).ok());
  for (std::size_t n = 0; n < kCount; ++n) {
    for (std::size_t c = 0; c < kClasses; ++c) {
      EXPECT_EQ(others[c * kCount + n], static_cast<double>(logits[n * kClasses + c]));
    }
  }
}

// The loss is a random linear form of logits and z*, and its gradient is checked along random
// directions.
TEST_P(PredictorTest, GradientsAreDerivatives) {
  const auto predictor = MakePredictor(GetParam(), DType::kFloat64);
  const Features& input = predictor->input();
  const std::vector<double> x = RandomValues(kCount * input.dim(), 1);
  Answer answer(*predictor), cotangent(*predictor);
  cotangent.logits = RandomValues(kCount * kClasses, 5);
  for (std::size_t i = 0; i < cotangent.z.size(); ++i) {
    const auto values = RandomValues(static_cast<Index>(cotangent.z[i].size()), 6 + i);
    std::copy(values.begin(), values.end(), cotangent.z[i].begin());
  }
  const auto loss = [&](const std::vector<double>& at) {
    EXPECT_EQ(Message(predictor->Solve(ToArray(at, input), {}, answer.arrays, nullptr)), "");
    double sum = 0;
    for (std::size_t i = 0; i < answer.logits.size(); ++i) {
      sum += answer.logits[i] * cotangent.logits[i];
    }
    for (std::size_t t = 0; t < answer.z.size(); ++t) {
      for (std::size_t i = 0; i < answer.z[t].size(); ++i) {
        sum += answer.z[t][i] * cotangent.z[t][i];
      }
    }
    return sum;
  };

  std::vector<double> dx(x.size());
  std::vector<std::vector<double>> gradients;
  std::vector<MutableArray> arrays;
  for (const auto& parameter : predictor->parameters()) {
    gradients.emplace_back(static_cast<std::size_t>(parameter.shape.size()));
    arrays.emplace_back(gradients.back().data(), parameter.shape);
  }
  SolveReport backward;
  ASSERT_EQ(
      Message(predictor->Gradient(
          ToArray(x, input), {}, {{cotangent.logits.data(), {kCount, kClasses}}, cotangent.start},
          {}, {{dx.data(), ShapeOf(input, kCount)}, arrays}, nullptr, &backward)),
      "");
  EXPECT_TRUE(backward.converged());

  // Central differences err by about step^2 and 1e-11 / step.
  constexpr double kStep = 1e-5, kTolerance = 1e-5;
  const auto check = [&](const std::vector<double>& gradient, std::uint64_t seed, const auto& at) {
    const std::vector<double> direction = RandomValues(static_cast<Index>(gradient.size()), seed);
    double expected = 0, norm = 0;
    for (std::size_t i = 0; i < gradient.size(); ++i) {
      expected += gradient[i] * direction[i];
      norm += gradient[i] * gradient[i];
    }
    const double found = (at(kStep, direction) - at(-kStep, direction)) / (2 * kStep);
    EXPECT_NEAR(found, expected, kTolerance * (std::abs(expected) + std::sqrt(norm) + 1));
  };
  const auto moved = [](std::vector<double> from, double step,
                        const std::vector<double>& direction) {
    for (std::size_t i = 0; i < from.size(); ++i) from[i] += step * direction[i];
    return from;
  };
  check(dx, 20, [&](double step, const std::vector<double>& direction) {
    return loss(moved(x, step, direction));
  });
  for (std::size_t p = 0; p < gradients.size(); ++p) {
    const std::vector<double> before = Parameter(*predictor, p);
    std::vector<ConstArray> values(gradients.size());
    const auto set = [&](const std::vector<double>& to) {
      values[p] = {to.data(), predictor->parameters()[p].shape};
      EXPECT_EQ(Message(predictor->SetParameters(values)), "");
    };
    SCOPED_TRACE(predictor->parameters()[p].name);
    check(gradients[p], 30 + p, [&](double step, const std::vector<double>& direction) {
      set(moved(before, step, direction));
      return loss(x);
    });
    set(before);
  }
}

TEST_P(PredictorTest, AStartSavesIterations) {
  const auto predictor =
      MakePredictor(GetParam(), DType::kFloat64, {"model.equilibrium.splitting.check_every=1"});
  const std::vector<double> x = RandomValues(kCount * predictor->input().dim(), 1);
  const ConstArray array = ToArray(x, predictor->input());
  Answer first(*predictor), second(*predictor);
  ASSERT_TRUE(predictor->Solve(array, {}, first.arrays, &first.report).ok());
  SolveSettings settings;
  settings.start = first.start;
  settings.tolerance = 1e-9;
  ASSERT_TRUE(predictor->Solve(array, settings, second.arrays, &second.report).ok());
  EXPECT_THAT(second.report.iterations, Each(Le(2)));
  EXPECT_THAT(second.logits, Pointwise(testing::DoubleNear(1e-9), first.logits));
}

TEST_P(PredictorTest, SettingsHoldForOneCall) {
  const auto predictor = MakePredictor(GetParam(), DType::kFloat64);
  const std::vector<double> x = RandomValues(kCount * predictor->input().dim(), 1);
  const ConstArray array = ToArray(x, predictor->input());
  Answer fine(*predictor), coarse(*predictor), again(*predictor);
  SolveSettings settings;
  settings.tolerance = 0.1;
  settings.max_iterations = 4;
  ASSERT_TRUE(predictor->Solve(array, {}, fine.arrays, &fine.report).ok());
  ASSERT_TRUE(predictor->Solve(array, settings, coarse.arrays, &coarse.report).ok());
  ASSERT_TRUE(predictor->Solve(array, {}, again.arrays, &again.report).ok());
  EXPECT_THAT(coarse.report.iterations, Each(Le(4)));
  EXPECT_EQ(fine.report.iterations, again.report.iterations);
  EXPECT_EQ(fine.logits, again.logits);

  settings = {};
  settings.criterion = Criterion::kCertifiedError;
  settings.tolerance = 1e-6;
  ASSERT_TRUE(predictor->Solve(array, settings, coarse.arrays, &coarse.report).ok());
  for (std::size_t n = 0; n < kCount; ++n) {
    double squares = 0;
    for (std::size_t t = 0; t < coarse.z.size(); ++t) {
      const std::size_t size = coarse.z[t].size() / kCount;
      for (std::size_t i = n * size; i < (n + 1) * size; ++i) {
        squares += coarse.z[t][i] * coarse.z[t][i];
      }
    }
    EXPECT_LE(coarse.report.error_bound[n], 1.000001e-6 * std::sqrt(squares));
  }
}

TEST_P(PredictorTest, ManyThreadsGetTheSameBits) {
  const auto predictor = MakePredictor(GetParam(), DType::kFloat32);
  const Features& input = predictor->input();
  const int threads = Trials(4, 2), calls = Trials(8, 2);
  std::vector<std::vector<double>> expected;
  for (int i = 0; i < threads; ++i) {
    Answer answer(*predictor);
    const auto x = RandomValues(kCount * input.dim(), static_cast<std::uint64_t>(i));
    ASSERT_TRUE(predictor->Solve(ToArray(x, input), {}, answer.arrays, nullptr).ok());
    expected.push_back(answer.logits);
  }
  std::vector<int> wrong(static_cast<std::size_t>(threads));
  std::vector<std::thread> running;
  for (int i = 0; i < threads; ++i) {
    running.emplace_back([&, i] {
      const auto place = static_cast<std::size_t>(i);
      const auto x = RandomValues(kCount * input.dim(), static_cast<std::uint64_t>(i));
      for (int call = 0; call < calls; ++call) {
        Answer answer(*predictor);
        const bool ok = predictor->Solve(ToArray(x, input), {}, answer.arrays, nullptr).ok();
        if (!ok || answer.logits != expected[place]) ++wrong[place];
      }
    });
  }
  for (std::thread& thread : running) thread.join();
  EXPECT_THAT(wrong, Each(0));
}

TEST_P(PredictorTest, WhatIsSavedIsTheSame) {
  const auto predictor = MakePredictor(GetParam(), DType::kFloat32);
  const std::string path = absl::StrCat(testing::TempDir(), "/", GetParam().name, ".safetensors");
  ASSERT_EQ(Message(predictor->Save(path)), "");
  const auto loaded = Predictor::Load(path, {TestDeviceName(), 1});
  ASSERT_EQ(Message(loaded.status()), "");
  const std::vector<double> x = RandomValues(kCount * predictor->input().dim(), 1);
  Answer before(*predictor), after(**loaded);
  const ConstArray array = ToArray(x, predictor->input());
  ASSERT_TRUE(predictor->Solve(array, {}, before.arrays, nullptr).ok());
  ASSERT_TRUE((*loaded)->Solve(array, {}, after.arrays, nullptr).ok());
  EXPECT_EQ(before.logits, after.logits);
}

TEST_P(PredictorTest, ParametersAreReplacedAllOrNone) {
  const auto predictor = MakePredictor(GetParam(), DType::kFloat32);
  const auto other = MakePredictor(GetParam(), DType::kFloat32, {}, /*seed=*/4);
  const std::vector<double> x = RandomValues(kCount * predictor->input().dim(), 1);
  const ConstArray array = ToArray(x, predictor->input());
  Answer before(*predictor), after(*predictor), expected(*other);
  ASSERT_TRUE(predictor->Solve(array, {}, before.arrays, nullptr).ok());
  ASSERT_TRUE(other->Solve(array, {}, expected.arrays, nullptr).ok());

  std::vector<std::vector<double>> values;
  std::vector<ConstArray> arrays;
  for (std::size_t i = 0; i < other->parameters().size(); ++i) {
    values.push_back(Parameter(*other, i));
    arrays.emplace_back(values.back().data(), other->parameters()[i].shape);
  }
  const double last = values.back().back();
  values.back().back() = std::numeric_limits<double>::infinity();
  EXPECT_EQ(Message(predictor->SetParameters(arrays)),
            absl::StrCat(other->parameters().back().name,
                         ": expected finite numbers in float32, found others"));
  ASSERT_TRUE(predictor->Solve(array, {}, after.arrays, nullptr).ok());
  EXPECT_EQ(after.logits, before.logits);

  values.back().back() = last;
  EXPECT_EQ(Message(predictor->SetParameters(arrays)), "");
  ASSERT_TRUE(predictor->Solve(array, {}, after.arrays, nullptr).ok());
  EXPECT_EQ(after.logits, expected.logits);
}

// Weights far from those that alpha was chosen for get one of their own.
TEST_P(PredictorTest, AlphaFollowsParameters) {
  const auto predictor = MakePredictor(GetParam(), DType::kFloat32);
  std::vector<std::vector<double>> values;
  std::vector<ConstArray> arrays(predictor->parameters().size());
  const auto scale = [&](double factor) {
    for (std::size_t i = 0; i < arrays.size(); ++i) {
      if (predictor->parameters()[i].name.rfind("operator.", 0) != 0) continue;
      values.push_back(Parameter(*predictor, i));
      for (double& value : values.back()) value *= factor;
      arrays[i] = {values.back().data(), predictor->parameters()[i].shape};
    }
  };
  scale(1);
  ASSERT_TRUE(predictor->SetParameters(arrays).ok());
  scale(8);
  ASSERT_TRUE(predictor->SetParameters(arrays).ok());
  const std::string path = absl::StrCat(testing::TempDir(), "/", GetParam().name, "8.safetensors");
  ASSERT_TRUE(predictor->Save(path).ok());
  const auto loaded = Predictor::Load(path, {TestDeviceName(), 1});
  ASSERT_TRUE(loaded.ok());
  EXPECT_EQ(predictor->alpha(), (*loaded)->alpha());

  scale(1e30);
  EXPECT_THAT(Message(predictor->SetParameters(arrays)),
              HasSubstr("these weights are too large for float32"));
  EXPECT_EQ(predictor->alpha(), (*loaded)->alpha());
  const std::vector<double> x = RandomValues(kCount * predictor->input().dim(), 1);
  Answer answer(*predictor), expected(**loaded);
  const ConstArray array = ToArray(x, predictor->input());
  ASSERT_TRUE(predictor->Solve(array, {}, answer.arrays, nullptr).ok());
  ASSERT_TRUE((*loaded)->Solve(array, {}, expected.arrays, nullptr).ok());
  EXPECT_EQ(answer.logits, expected.logits);
}

TEST_P(PredictorTest, GradientsBeyondTheTypeAreRefused) {
  const auto predictor = MakePredictor(GetParam(), DType::kFloat32);
  const Features& input = predictor->input();
  const std::vector<double> x = RandomValues(kCount * input.dim(), 1);
  const std::vector<double> by_logits(kCount * kClasses, 3e38);
  std::vector<double> dx(x.size());
  const absl::Status status =
      predictor->Gradient(ToArray(x, input), {}, {{by_logits.data(), {kCount, kClasses}}}, {},
                          {{dx.data(), ShapeOf(input, kCount)}}, nullptr, nullptr);
  EXPECT_EQ(status.code(), absl::StatusCode::kOutOfRange) << status;
}

TEST_P(PredictorTest, SaysWhatIsWrong) {
  const auto predictor = MakePredictor(GetParam(), DType::kFloat32);
  const Features& input = predictor->input();
  const Index d = input.dim();
  std::vector<double> x = RandomValues(kCount * d, 1);
  const std::vector<std::uint8_t> bytes(x.size());
  std::vector<float> logits(kCount * kClasses);
  const MutableArray good(logits.data(), {kCount, kClasses});
  const auto error = [&](const ConstArray& array, const MutableArray& out) {
    const absl::Status status = predictor->Predict(array, out);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    return Message(status);
  };
  EXPECT_THAT(error({}, good), HasSubstr("x: expected an array, found none"));
  EXPECT_THAT(error({x.data(), {kCount, d + 1}}, good), HasSubstr("x: expected samples"));
  EXPECT_THAT(error({x.data(), {0, d}}, good), HasSubstr("x: expected one sample or more"));
  EXPECT_THAT(error({bytes.data(), {kCount, d}}, good), HasSubstr("how pixels are normalised"));
  EXPECT_THAT(error({x.data(), {kCount, d}}, {logits.data(), {kClasses, kCount}}),
              HasSubstr("logits: expected [5, 3], found float32[3, 5]"));
  SolveSettings settings;
  settings.tolerance = 0;
  EXPECT_THAT(Message(predictor->Solve({x.data(), {kCount, d}}, settings, {}, nullptr)),
              HasSubstr("tolerance: expected a number between 0 and 1, found 0"));
  settings = {};
  settings.max_iterations = 0;
  EXPECT_THAT(Message(predictor->Solve({x.data(), {kCount, d}}, settings, {}, nullptr)),
              HasSubstr("max_iterations: expected 1 or more, found 0"));
  const std::vector<MutableArray> two(predictor->tiers().size() + 1);
  EXPECT_THAT(Message(predictor->Solve({x.data(), {kCount, d}}, {}, {{}, {}, two}, nullptr)),
              HasSubstr("z: expected"));
  x[3] = std::nan("");
  EXPECT_THAT(error({x.data(), {kCount, d}}, good),
              HasSubstr("x: expected finite numbers in float32, found others"));
  // What went wrong before does not matter.
  x[3] = 0;
  EXPECT_TRUE(predictor->Predict({x.data(), {kCount, d}}, good).ok());
}

INSTANTIATE_TEST_SUITE_P(Models, PredictorTest, testing::ValuesIn(TestedModels()),
                         [](const auto& model) { return std::string(model.param.name); });

TEST(Predictor, SaysWhatIsWrongWithFiles) {
  const std::string path = testing::TempDir() + "/file.safetensors";
  const PredictorOptions options{TestDeviceName(), 1};
  EXPECT_EQ(Predictor::Load(path + "x", options).status().code(), absl::StatusCode::kNotFound);
  Safetensors file;
  file.arrays["a"] = HostArray::From<float>({1}, std::vector<float>{1});
  ASSERT_TRUE(WriteSafetensors(path, file).ok());
  EXPECT_THAT(Message(Predictor::Load(path, options).status()), HasSubstr("without a config"));
  EXPECT_THAT(Message(Predictor::FromConfig("model {", 0, options).status()),
              HasSubstr("config:1:"));
}

TEST(Predictor, OverridesOfTheConfigAreTaken) {
  const TestedModel model = TestedModels().front();
  const auto predictor =
      MakePredictor(model, DType::kFloat64, {"model.equilibrium.splitting.douglas_rachford={}"});
  EXPECT_THAT(predictor->config(), HasSubstr("[mondeq.douglas_rachford]"));
  const auto refused = Predictor::FromConfig(
      model.text, 0, {TestDeviceName(), 1, DType::kFloat32, {"model.classes=0"}});
  EXPECT_THAT(Message(refused.status()), HasSubstr("model.classes"));
}

}  // namespace
}  // namespace mondeq
