// predict and solve on trained weights.
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/cli/command_line_testing.h"
#include "mondeq/core/random.h"
#include "mondeq/core/safetensors.h"
#include "mondeq/data/idx_testing.h"
#include "mondeq/data/image_testing.h"
#include "mondeq/data/npy_testing.h"

namespace mondeq {
namespace {

using ::testing::Each;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::Le;

constexpr Index kSamples = 3, kInputs = 144, kUnits = 20, kClasses = 10;

class SolveTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    run_ = NewDirectory("solve_trained") + "/run";
    const std::string config = Write(run_ + ".textproto", TinyExperiment());
    const Outcome outcome = Mondeq({"train", "--config=" + config, "--out=" + run_, "--epochs=1"});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
  }

  void SetUp() override {
    directory_ = NewDirectory(::testing::UnitTest::GetInstance()->current_test_info()->name());
    Random random(5);
    for (Index i = 0; i < kSamples * kInputs; ++i) x_.push_back(random.Normal());
  }

  std::string Path(const std::string& name) const { return directory_ + "/" + name; }
  static std::string Weights() { return run_ + "/weights.safetensors"; }

  Outcome OnTrained(const std::string& verb, std::vector<std::string> more) const {
    more.insert(more.begin(),
                {verb, "--config=" + run_ + "/experiment.textproto", "--weights=" + Weights()});
    return Mondeq(more);
  }

  std::string WriteX(std::vector<Index> shape, bool labels) const {
    Safetensors file;
    file.arrays["x"] = HostArray::From<double>(std::move(shape), x_);
    const std::vector<std::int64_t> classes = {7, 0, 9};
    if (labels) file.arrays["labels"] = HostArray::From<std::int64_t>({kSamples}, classes);
    return Write(Path("x.safetensors"), SerializeSafetensors(file));
  }

  // Solves for x_ and reads the result.
  Safetensors Solve(const std::vector<Index>& shape, bool labels,
                    std::vector<std::string> more = {"--dtype=float64", "--tol=1e-13"}) const {
    more.insert(more.begin(),
                {"--input=" + WriteX(shape, labels), "--output=" + Path("y.safetensors")});
    const Outcome outcome = OnTrained("solve", more);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(outcome.err, "");
    const absl::StatusOr<Safetensors> file = ReadSafetensors(Path("y.safetensors"));
    EXPECT_TRUE(file.ok()) << file.status();
    return *file;
  }

  static std::string run_;
  std::string directory_;
  std::vector<double> x_;
};

std::string SolveTest::run_;

std::vector<std::string> Names(const Safetensors& file) {
  std::vector<std::string> names;
  for (const auto& entry : file.arrays) names.push_back(entry.first + " " + ToString(entry.second));
  return names;
}

TEST_F(SolveTest, WithoutLabels) {
  const Safetensors y = Solve({kSamples, kInputs}, /*labels=*/false);
  EXPECT_THAT(Names(y),
              ::testing::ElementsAre("error_bound F64[3]", "iterations I64[2]",
                                     "iterations.forward I64[3]", "logits F64[3, 10]",
                                     "residual F64[3]", "status.forward I64[3]", "z.0 F64[3, 20]"));
  EXPECT_THAT(y.arrays.at("residual").ToDoubles(), Each(Le(1e-12)));
  EXPECT_THAT(y.arrays.at("error_bound").ToDoubles(), Each(Le(1e-11)));
  EXPECT_GT(y.arrays.at("iterations").As<std::int64_t>()[0], 1);
  EXPECT_EQ(y.arrays.at("iterations").As<std::int64_t>()[1], 0);
}

TEST_F(SolveTest, WithLabels) {
  const Safetensors y = Solve({kSamples, kInputs}, /*labels=*/true);
  EXPECT_THAT(
      Names(y),
      ::testing::ElementsAre(
          "error_bound F64[3]", "grad.injection.bias F64[20]", "grad.injection.weight F64[20, 144]",
          "grad.operator.A F64[20, 20]", "grad.operator.B F64[20, 20]", "grad.readout.bias F64[10]",
          "grad.readout.weight F64[10, 20]", "grad.x F64[3, 144]", "iterations I64[2]",
          "iterations.backward I64[3]", "iterations.forward I64[3]", "logits F64[3, 10]",
          "loss F64[1]", "residual F64[3]", "status.backward I64[3]", "status.forward I64[3]",
          "z.0 F64[3, 20]"));
  EXPECT_GT(y.arrays.at("iterations").As<std::int64_t>()[1], 1);
  for (const char* direction : {"forward", "backward"}) {
    EXPECT_THAT(y.arrays.at(absl::StrCat("iterations.", direction)).ToDoubles(), Each(Ge(2)));
    EXPECT_THAT(y.arrays.at(absl::StrCat("status.", direction)).ToDoubles(), Each(0));
  }
}

// From where another solve has ended there is little left to do.
TEST_F(SolveTest, BeginsWhereItIsTold) {
  const Safetensors y = Solve({kSamples, kInputs}, /*labels=*/true);
  const std::string start = Write(Path("start.safetensors"), SerializeSafetensors(y));
  const Safetensors again = Solve({kSamples, kInputs}, /*labels=*/true,
                                  {"--dtype=float64", "--tol=1e-9", "--start=" + start});
  EXPECT_LE(again.arrays.at("iterations").As<std::int64_t>()[0], 2);
  EXPECT_GT(again.arrays.at("iterations").As<std::int64_t>()[1], 2);
  const std::vector<double> z = y.arrays.at("z.0").ToDoubles(),
                            z_again = again.arrays.at("z.0").ToDoubles();
  for (std::size_t i = 0; i < z.size(); ++i) EXPECT_NEAR(z_again[i], z[i], 1e-8);
}

TEST_F(SolveTest, RefusesAStartOfOtherSamples) {
  const std::string input = WriteX({kSamples, kInputs}, false);
  Safetensors start;
  const auto solve = [&] {
    return OnTrained("solve", {"--input=" + input, "--output=" + Path("y"),
                               "--start=" + Write(Path("start"), SerializeSafetensors(start))});
  };
  const auto refuses = [&](const std::string& found) {
    const Outcome outcome = solve();
    EXPECT_EQ(outcome.code, 3) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr("start: z.0: expected"));
    EXPECT_THAT(outcome.err, HasSubstr(found));
  };
  start.arrays["x"] = HostArray::From<float>({1}, {0});
  refuses("of shape [3, 20], the equilibria of the samples as solve writes them, found");
  start.arrays["z.0"] = HostArray::From<float>({2, 20}, std::vector<float>(40));
  refuses("found F32[2, 20]");
  std::vector<float> z(60);
  z[7] = NAN;
  start.arrays["z.0"] = HostArray::From<float>({3, 20}, z);
  refuses("found nan");
  const Outcome overwriting = OnTrained(
      "solve", {"--input=" + input, "--output=" + Path("start"), "--start=" + Path("start")});
  EXPECT_EQ(overwriting.code, 2) << overwriting.err;
}

// z = relu((1-m) z - A'A z + B z - B' z + U x + b), logits = R z + c, recomputed here.
TEST_F(SolveTest, ResultIsTheEquilibriumOfTheWeights) {
  const Safetensors y = Solve({kSamples, kInputs}, /*labels=*/false);
  const absl::StatusOr<Safetensors> weights = ReadSafetensors(Weights());
  ASSERT_TRUE(weights.ok());
  const auto w = [&](const char* name) { return weights->arrays.at(name).ToDoubles(); };
  const std::vector<double> a = w("operator.A"), b = w("operator.B"), u = w("injection.weight"),
                            bias = w("injection.bias"), r = w("readout.weight"),
                            c = w("readout.bias");
  const std::vector<double> z = y.arrays.at("z.0").ToDoubles();
  const std::vector<double> logits = y.arrays.at("logits").ToDoubles();
  for (Index s = 0; s < kSamples; ++s) {
    const double* zs = &z[s * kUnits];
    std::vector<double> az(kUnits);
    for (Index i = 0; i < kUnits * kUnits; ++i) az[i / kUnits] += a[i] * zs[i % kUnits];
    for (Index i = 0; i < kUnits; ++i) {
      double v = bias[i];
      for (Index j = 0; j < kUnits; ++j) {
        v += (b[i * kUnits + j] - b[j * kUnits + i]) * zs[j] - a[j * kUnits + i] * az[j];
      }
      for (Index j = 0; j < kInputs; ++j) v += u[i * kInputs + j] * x_[s * kInputs + j];
      EXPECT_NEAR(zs[i], std::max(v, 0.0), 1e-10);
    }
    for (Index k = 0; k < kClasses; ++k) {
      double v = c[k];
      for (Index j = 0; j < kUnits; ++j) v += r[k * kUnits + j] * zs[j];
      EXPECT_NEAR(logits[s * kClasses + k], v, 1e-12);
    }
  }
}

TEST_F(SolveTest, GradientOfTheInputIsThatOfTheLoss) {
  const std::vector<double> gradient =
      Solve({kSamples, kInputs}, true).arrays.at("grad.x").ToDoubles();
  const auto loss = [&] {
    return Solve({kSamples, kInputs}, true).arrays.at("loss").ToDoubles()[0];
  };
  constexpr double kStep = 1e-5;
  for (const std::size_t i : {std::size_t{3}, std::size_t{200}, std::size_t{400}}) {
    const double x = x_[i];
    x_[i] = x + kStep;
    const double above = loss();
    x_[i] = x - kStep;
    const double below = loss();
    x_[i] = x;
    EXPECT_NEAR(gradient[i], (above - below) / (2 * kStep), 1e-8);
  }
}

TEST_F(SolveTest, ImagesAndVectorsAreTheSame) {
  const Safetensors flat = Solve({kSamples, kInputs}, true);
  Safetensors image = Solve({kSamples, 1, 12, 12}, true);
  EXPECT_EQ(image.arrays.at("grad.x").shape, (std::vector<Index>{kSamples, 1, 12, 12}));
  for (const auto& [name, array] : flat.arrays) {
    EXPECT_EQ(array.bytes, image.arrays.at(name).bytes) << name;
  }
}

TEST_F(SolveTest, Float32IsNearFloat64) {
  const Safetensors fine = Solve({kSamples, kInputs}, true);
  const Safetensors coarse = Solve({kSamples, kInputs}, true, {"--tol=5e-5"});
  ASSERT_EQ(fine.arrays.size(), coarse.arrays.size());
  for (const auto& [name, array] : fine.arrays) {
    if (array.type == ElementType::kInt64 || name == "residual" || name == "error_bound") continue;
    EXPECT_EQ(coarse.arrays.at(name).type, ElementType::kFloat32) << name;
    const std::vector<double> expected = array.ToDoubles();
    const std::vector<double> found = coarse.arrays.at(name).ToDoubles();
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected[i], 1e-4) << name;
  }
}

TEST_F(SolveTest, AlphaChangesTheWayNotTheResult) {
  const Safetensors one = Solve({kSamples, kInputs}, false);
  const Safetensors other =
      Solve({kSamples, kInputs}, false, {"--dtype=float64", "--tol=1e-13", "--alpha=0.1"});
  EXPECT_NE(one.arrays.at("iterations").bytes, other.arrays.at("iterations").bytes);
  const std::vector<double> a = one.arrays.at("z.0").ToDoubles();
  const std::vector<double> b = other.arrays.at("z.0").ToDoubles();
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-10);
}

// How a gradient is found is not the function that weights are of.
TEST_F(SolveTest, AGradientMayBeApproximate) {
  const std::string gradient = "--set=model.equilibrium.gradient.";
  const Safetensors exact = Solve({kSamples, kInputs}, true);
  const Safetensors series = Solve({kSamples, kInputs}, true,
                                   {"--dtype=float64", "--tol=1e-13", gradient + "truncated={}"});
  EXPECT_EQ(series.arrays.at("z.0").bytes, exact.arrays.at("z.0").bytes);
  EXPECT_NE(series.arrays.at("grad.x").bytes, exact.arrays.at("grad.x").bytes);
  EXPECT_EQ(series.arrays.at("iterations").As<std::int64_t>()[1], 0);
}

TEST_F(SolveTest, CertifiedErrorsMayBeTheCriterion) {
  const std::string certified = "--set=model.equilibrium.splitting.criterion=CERTIFIED_ERROR";
  const Safetensors y =
      Solve({kSamples, kInputs}, /*labels=*/true, {"--dtype=float64", "--tol=1e-6", certified});
  const std::vector<double> bounds = y.arrays.at("error_bound").ToDoubles(),
                            z = y.arrays.at("z.0").ToDoubles();
  for (std::size_t l = 0; l < kSamples; ++l) {
    EXPECT_EQ(y.arrays.at("status.forward").As<std::int64_t>()[l], 0);
    EXPECT_EQ(y.arrays.at("status.backward").As<std::int64_t>()[l], 0);
    double squares = 0;
    for (std::size_t i = 0; i < kUnits; ++i) squares += z[l * kUnits + i] * z[l * kUnits + i];
    EXPECT_LE(bounds[l], 1e-6 * std::sqrt(squares));
  }
  // What rounding does not allow is not called so.
  const std::string input = WriteX({kSamples, kInputs}, /*labels=*/false);
  const Outcome below = OnTrained(
      "solve", {"--input=" + input, "--output=" + Path("y.safetensors"), "--tol=1e-9", certified});
  EXPECT_EQ(below.code, 0);
  EXPECT_THAT(below.err, HasSubstr("certified relative error"));
  const Safetensors there = *ReadSafetensors(Path("y.safetensors"));
  EXPECT_THAT(there.arrays.at("status.forward").As<std::int64_t>(), Each(1));
}

TEST_F(SolveTest, NotConvergedIsWrittenAndSaid) {
  const Outcome outcome =
      OnTrained("solve", {"--input=" + WriteX({kSamples, kInputs}, true),
                          "--output=" + Path("y.safetensors"), "--max_iterations=2"});
  ExpectError(outcome, 0, {"forward", "backward", "max_iterations", "2 iterations"});
  const absl::StatusOr<Safetensors> y = ReadSafetensors(Path("y.safetensors"));
  ASSERT_TRUE(y.ok());
  EXPECT_THAT(y->arrays.at("iterations.forward").ToDoubles(), Each(2));
  EXPECT_THAT(y->arrays.at("status.backward").ToDoubles(), Each(2));
}

// Without a data set everything follows from x and the weights, also where these have no config.
TEST_F(SolveTest, NeedsNoDataSet) {
  const std::string all = TinyExperiment();
  const std::size_t model = all.find("model {"), training = all.find("training {");
  const std::string config =
      Write(Path("bare.textproto"), "name: \"bare\"\n" + all.substr(model, training - model));
  const Safetensors expected = Solve({kSamples, kInputs}, true);
  Safetensors older = *ReadSafetensors(Weights());
  older.metadata.clear();
  const std::string older_weights = Write(Path("older.safetensors"), SerializeSafetensors(older));
  for (const std::string& weights : {Weights(), older_weights}) {
    const Outcome outcome = Mondeq(
        {"solve", "--config=" + config, "--weights=" + weights, "--input=" + Path("x.safetensors"),
         "--output=" + Path("bare.safetensors"), "--dtype=float64", "--tol=1e-13"});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    const absl::StatusOr<Safetensors> found = ReadSafetensors(Path("bare.safetensors"));
    ASSERT_TRUE(found.ok());
    EXPECT_EQ(found->arrays.at("z.0").bytes, expected.arrays.at("z.0").bytes);
  }
}

TEST_F(SolveTest, WeightsTellTheNormalizationOfTheDataSet) {
  const auto weights = ReadSafetensors(Weights());
  ASSERT_TRUE(weights.ok());
  EXPECT_EQ(weights->metadata.at("mean"), "0.128");
  EXPECT_EQ(weights->metadata.at("stddev"), "0.226");
}

TEST_F(SolveTest, NeedsNoConfig) {
  Solve({kSamples, kInputs}, /*labels=*/true, {"--alpha=0.25"});
  const std::string expected = Read(Path("y.safetensors"));
  const Outcome outcome =
      Mondeq({"solve", "--weights=" + Weights(), "--input=" + Path("x.safetensors"),
              "--output=" + Path("y.safetensors"), "--alpha=0.25"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(Read(Path("y.safetensors")), expected);
}

// How equilibria are found does not change what the network is.
TEST_F(SolveTest, WeightsMayBeSolvedInAnotherWay) {
  const Safetensors expected = Solve({kSamples, kInputs}, false);
  const Outcome outcome = Mondeq(
      {"solve", "--weights=" + Weights(), "--input=" + Path("x.safetensors"),
       "--output=" + Path("y.safetensors"), "--dtype=float64", "--set=model.precision=TF32",
       "--set=model.equilibrium.splitting={ [mondeq.douglas_rachford] {} max_iterations: 5000 }",
       "--tol=1e-13"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const std::vector<double> z =
      ReadSafetensors(Path("y.safetensors"))->arrays.at("z.0").ToDoubles();
  const std::vector<double> same = expected.arrays.at("z.0").ToDoubles();
  for (std::size_t i = 0; i < z.size(); ++i) EXPECT_NEAR(z[i], same[i], 1e-10);
}

// tanh bounds the forward iteration however long its step is, and nothing bounds the backward one.
TEST_F(SolveTest, WhatTheForwardSolveFoundIsWrittenWhereTheBackwardOneDiverges) {
  const std::string config = Write(
      Path("tanh.textproto"), Replace(TinyExperiment(), "[mondeq.relu] {}", "[mondeq.tanh] {}"));
  const std::string run = Path("tanh");
  ASSERT_EQ(Mondeq({"train", "--config=" + config, "--out=" + run, "--epochs=1"}).code, 0);
  const Outcome outcome =
      Mondeq({"solve", "--weights=" + run + "/weights.safetensors",
              "--input=" + WriteX({kSamples, kInputs}, true), "--output=" + Path("y.safetensors"),
              "--set=model.equilibrium.splitting={ [mondeq.forward_backward] { alpha { value: 20 } "
              "} }"});
  ExpectError(outcome, 5, {"backward solve diverged", "gradients are not in", "y.safetensors"});
  EXPECT_THAT(outcome.err, HasSubstr("alpha 20 is not below"));
  const auto file = ReadSafetensors(Path("y.safetensors"));
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(file->arrays.count("z.0"), 1u);
  EXPECT_EQ(file->arrays.count("error_bound"), 1u);
  EXPECT_EQ(file->arrays.count("loss") + file->arrays.count("grad.x"), 0u);
}

TEST_F(SolveTest, PredictNeedsNoConfig) {
  const std::string idx =
      Write(Path("idx"), IdxBytes(0x803, {2, 12, 12}, std::string(2 * kInputs, 'a')));
  for (const std::string& input : {WriteX({kSamples, kInputs}, false), idx}) {
    const Outcome expected = OnTrained("predict", {"--input=" + input});
    const Outcome outcome = Mondeq({"predict", "--weights=" + Weights(), "--input=" + input});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(outcome.out, expected.out);
  }
}

using Table = std::vector<std::vector<double>>;

// The rows of a CSV, after its header.
Table Rows(const std::string& csv) {
  Table table;
  const std::vector<std::string> lines = absl::StrSplit(csv, '\n', absl::SkipEmpty());
  for (std::size_t i = 1; i < lines.size(); ++i) {
    table.emplace_back();
    for (const absl::string_view value : absl::StrSplit(lines[i], ',')) {
      EXPECT_TRUE(absl::SimpleAtod(value, &table.back().emplace_back())) << lines[i];
    }
  }
  return table;
}

TEST_F(SolveTest, PredictGivesProbabilities) {
  const std::string input = WriteX({kSamples, kInputs}, false);
  const Outcome outcome = OnTrained("predict", {"--input=" + input});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, ::testing::StartsWith("index,class,probability_0,probability_1,"));
  const Table rows = Rows(outcome.out);
  ASSERT_EQ(rows.size(), static_cast<std::size_t>(kSamples));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    ASSERT_EQ(rows[i].size(), 12u);
    EXPECT_EQ(rows[i][0], static_cast<double>(i));
    double sum = 0;
    for (std::size_t k = 2; k < 12; ++k) sum += rows[i][k];
    EXPECT_NEAR(sum, 1, 1e-7);
    EXPECT_EQ(*std::max_element(rows[i].begin() + 2, rows[i].end()),
              rows[i][2 + static_cast<std::size_t>(rows[i][1])]);
  }
  const Outcome to_file =
      OnTrained("predict", {"--input=" + input, "--output=" + Path("classes.csv")});
  EXPECT_EQ(to_file.code, 0) << to_file.err;
  EXPECT_EQ(to_file.out, "");
  EXPECT_EQ(Read(Path("classes.csv")), outcome.out);
}

// The same images in every format.
TEST_F(SolveTest, PredictReadsEveryFormat) {
  constexpr Index kImages = 2;
  std::vector<std::uint8_t> pixels;
  std::vector<double> numbers, normalized;
  std::string csv;
  for (int i = 0; i < kImages * kInputs; ++i) {
    pixels.push_back(static_cast<std::uint8_t>(i * 7));
    numbers.push_back(pixels.back() / 255.0);
    normalized.push_back((numbers.back() - static_cast<double>(0.128f)) /
                         static_cast<double>(0.226f));
    absl::StrAppend(&csv, numbers.back(), (i + 1) % kInputs == 0 ? "\n" : ",");
  }
  const auto predict = [&](const std::string& bytes, const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = {"--input=" + Write(Path("samples"), bytes)};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Outcome outcome = OnTrained("predict", arguments);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return Rows(outcome.out);
  };
  const auto expect_near = [](const Table& a, const Table& b) {
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
      for (std::size_t k = 0; k < a[i].size(); ++k) EXPECT_NEAR(a[i][k], b[i][k], 1e-4);
    }
  };
  const Table expected = predict(IdxBytes(0x803, {2, 12, 12}, {pixels.begin(), pixels.end()}));
  ASSERT_EQ(expected.size(), static_cast<std::size_t>(kImages));
  EXPECT_EQ(predict(NpyBytes<std::uint8_t>({kImages, 12, 12}, pixels)), expected);
  expect_near(predict(NpyBytes<double>({kImages, 1, 12, 12}, numbers)), expected);
  expect_near(predict(NpyBytes<double>({kImages, kInputs}, normalized), {"--normalized"}),
              expected);
  expect_near(predict(csv), expected);
  const Table png = predict(PngBytes({{12, 12, 1}, {pixels.begin(), pixels.begin() + kInputs}}));
  // Samples of a batch round each other.
  expect_near(png, {expected[0]});
}

// Where the data set's images are column by column, so are those of --input.
TEST_F(SolveTest, PredictReadsIdxByColumnsWhereTheDataSetIs) {
  std::string by_rows, by_columns(kInputs, '\0');
  for (int i = 0; i < kInputs; ++i) by_rows.push_back(static_cast<char>(i * 7));
  for (std::size_t i = 0; i < kInputs; ++i) by_columns[i % 12 * 12 + i / 12] = by_rows[i];
  const Outcome expected = OnTrained(
      "predict", {"--input=" + Write(Path("rows"), IdxBytes(0x803, {1, 12, 12}, by_rows))});
  const Outcome found = Mondeq(
      {"predict", "--weights=" + Weights(),
       "--input=" + Write(Path("columns"), IdxBytes(0x803, {1, 12, 12}, by_columns)),
       "--set=data.idx={ rows: 12 columns: 12 classes: 10 column_by_column: true mean: 0.128 "
       "stddev: 0.226 }"});
  EXPECT_EQ(found.code, 0) << found.err;
  EXPECT_EQ(found.out, expected.out);
}

// The test samples, as eval has them, with their labels.
TEST_F(SolveTest, PredictOnTheTestSplit) {
  const Outcome outcome = OnTrained("predict", {"--split=test"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, ::testing::StartsWith("index,class,label,probability_0,"));
  const Table rows = Rows(outcome.out);
  double right = 0;
  for (const std::vector<double>& row : rows) right += row[1] == row[2] ? 1 : 0;
  const Outcome eval = OnTrained("eval", {});
  EXPECT_THAT(eval.out, HasSubstr(absl::StrCat("samples: ", rows.size(), "\n")));
  EXPECT_THAT(eval.out, HasSubstr(absl::StrFormat("test_accuracy: %.9g\n",
                                                  right / static_cast<double>(rows.size()))));
}

// Batches are cut at 2 samples. The other samples of a batch do not matter.
TEST_F(SolveTest, PredictInBatches) {
  const std::string input = WriteX({kSamples, kInputs}, false);
  const Table whole = Rows(OnTrained("predict", {"--input=" + input}).out);
  const Table cut =
      Rows(OnTrained("predict", {"--input=" + input, "--set=data.test_batch_size=2"}).out);
  ASSERT_EQ(cut.size(), whole.size());
  for (std::size_t i = 0; i < cut.size(); ++i) {
    for (std::size_t k = 0; k < cut[i].size(); ++k) EXPECT_NEAR(cut[i][k], whole[i][k], 1e-6);
  }
}

TEST_F(SolveTest, PredictReadsIdxAsTheDataSetDoes) {
  std::string pixels;
  Safetensors file;
  std::vector<float> x;
  for (int i = 0; i < 2 * kInputs; ++i) {
    pixels.push_back(static_cast<char>(i));
    x.push_back((static_cast<float>(i % 256) / 255 - 0.128f) / 0.226f);
  }
  file.arrays["x"] = HostArray::From<float>({2, 1, 12, 12}, x);
  const std::string idx = IdxBytes(0x803, {2, 12, 12}, pixels);
  const Outcome plain = OnTrained("predict", {"--input=" + Write(Path("idx"), idx)});
  const Outcome packed = OnTrained("predict", {"--input=" + Write(Path("idx.gz"), Gzip(idx))});
  const Outcome arrays =
      OnTrained("predict", {"--input=" + Write(Path("x.safetensors"), SerializeSafetensors(file))});
  EXPECT_EQ(plain.code, 0) << plain.err;
  EXPECT_EQ(packed.out, plain.out);
  const Table a = Rows(plain.out), b = Rows(arrays.out);
  ASSERT_EQ(a.size(), 2u);
  ASSERT_EQ(b.size(), 2u);
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t k = 0; k < a[i].size(); ++k) EXPECT_NEAR(a[i][k], b[i][k], 1e-5);
  }
}

}  // namespace
}  // namespace mondeq
