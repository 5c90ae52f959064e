// Conformance of every registered nonlinearity, knowing only sigma = prox^1:
//   y = prox^alpha(p)  <=>  sigma(y + (p - y) / alpha) = y.
// A library: a test program links it with the plugins under test, here or in another workspace
// (mondeq_conformance_test in tools/mondeq.bzl).
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/core/registry.h"
#include "mondeq/nonlinearities/nonlinearity.h"
#include "mondeq/nonlinearities/step_map.h"
#include "mondeq/testing/examples.h"
#include "mondeq/testing/scoped_isa.h"
#include "mondeq/testing/tensors.h"
#include "mondeq/testing/test_device.h"

namespace mondeq {
namespace {

using Case = ExampleCase<NonlinearityConfig>;

const double kAlphas[] = {1e-3, 0.1, 0.5, 1, 3, 1e3};

std::vector<double> Arguments() {
  std::vector<double> p = {0};
  for (double magnitude : {1e-30, 1e-6, 0.01, 0.3, 0.9, 1.7, 4.0, 8.0, 30.0, 300.0, 1e4}) {
    p.push_back(magnitude);
    p.push_back(-magnitude);
  }
  return p;
}

class NonlinearityConformanceTest : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    auto sigma = Registry<Nonlinearity>::Create(GetParam().slot, ConfigSource(), {});
    ASSERT_TRUE(sigma.ok()) << sigma.status();
    sigma_ = *std::move(sigma);
  }

  std::vector<double> Prox(double alpha, const std::vector<double>& p, DType dtype) {
    const Tensor argument = Upload(p, dtype), z = device_->Allocate(dtype, argument.shape());
    ProxMap(sigma_.get()).Prox(*device_, alpha, argument, z);
    return Download(z);
  }
  std::vector<double> Sigma(const std::vector<double>& s) { return Prox(1, s, DType::kFloat64); }
  // The slopes j of sigma where its output is z: what the prox linearised there makes of 1 at alpha
  // = 1.
  std::vector<double> Slope(const std::vector<double>& z, DType dtype) {
    const Tensor z_star = Upload(z, dtype);
    const Tensor j = Upload(std::vector<double>(z.size(), 1.0), dtype);
    ProxMap(sigma_.get(), z_star).Prox(*device_, 1, j, j);
    return Download(j);
  }

  // With a scale or without.
  void CheckStep(const PointwiseStep& step, bool from_zero, const ProxMap& map,
                 const std::function<double(double, Index, Index)>& prox) {
    for (bool scaled : {false, true}) CheckStep(step, from_zero, scaled, map, prox);
  }
  void CheckStep(const PointwiseStep& step, bool from_zero, bool scaled, const ProxMap& map,
                 const std::function<double(double, Index, Index)>& prox);

  void CheckStepOnSlabs(const PointwiseStep& step, bool from_zero, Index rows, Index columns);

  Tensor Upload(const std::vector<double>& values, DType dtype) {
    return FromMatrix(
        *device_, dtype,
        Eigen::Map<const Eigen::VectorXd>(values.data(), static_cast<Index>(values.size())));
  }
  std::vector<double> Download(const Tensor& x) {
    const Eigen::MatrixXd matrix = ToMatrix(*device_, x);
    return {matrix.data(), matrix.data() + matrix.size()};
  }

  struct Interval {
    double low, high;
    double width() const { return high - low; }
  };
  // Where prox^alpha(p) may lie for a computed y that is right up to backward error: y is sigma of
  // something within rounding of s = y + (p - y) / alpha, and sigma is monotone.
  Interval Exact(double alpha, double p, double y) {
    const double epsilon = Tolerance(GetParam().dtype, 8);
    const double s = y + (p - y) / alpha;
    const double ds = epsilon * (std::abs(s) + std::abs(y) + (std::abs(p) + std::abs(y)) / alpha);
    const double dy = epsilon * std::abs(y) + 1e-37;
    const std::vector<double> bounds = Sigma({s - ds, s + ds});
    return {bounds[0] - dy, bounds[1] + dy};
  }

  // Rounds the arguments to the type under test, so that both sides see the same.
  std::vector<double> Rounded(std::vector<double> p) {
    return Download(Upload(p, GetParam().dtype));
  }

  std::unique_ptr<Device> device_ = MakeTestDevice();
  std::unique_ptr<Nonlinearity> sigma_;
};

TEST(NonlinearityRegistryTest, EveryPluginHasAnExample) {
  const auto names = Registry<Nonlinearity>::Names();
  EXPECT_FALSE(names.empty());
  EXPECT_THAT(ExampleNames<NonlinearityExamples>(), testing::IsSupersetOf(names));
}

TEST_P(NonlinearityConformanceTest, ProxSolvesItsDefinition) {
  const std::vector<double> p = Rounded(Arguments());
  for (double alpha : kAlphas) {
    const std::vector<double> y = Prox(alpha, p, GetParam().dtype);
    for (std::size_t i = 0; i < p.size(); ++i) {
      SCOPED_TRACE(testing::Message() << "alpha " << alpha << " p " << p[i]);
      ASSERT_TRUE(std::isfinite(y[i]));
      const Interval exact = Exact(alpha, p[i], y[i]);
      EXPECT_GE(y[i], exact.low);
      EXPECT_LE(y[i], exact.high);
    }
  }
}

TEST_P(NonlinearityConformanceTest, ProxIsFirmlyNonExpansive) {
  const std::vector<double> p = Rounded(Arguments());
  for (double alpha : kAlphas) {
    const std::vector<double> y = Prox(alpha, p, GetParam().dtype);
    for (std::size_t i = 0; i < p.size(); ++i) {
      for (std::size_t k = 0; k < i; ++k) {
        const double dy = y[i] - y[k], dp = p[i] - p[k];
        const double rounding = Exact(alpha, p[i], y[i]).width() + Exact(alpha, p[k], y[k]).width();
        EXPECT_LE(dy * dy, dy * dp + rounding * (2 * std::abs(dy) + std::abs(dp) + rounding))
            << "alpha " << alpha << " p " << p[i] << " and " << p[k];
      }
    }
  }
}

TEST_P(NonlinearityConformanceTest, SlopeIsTheDerivativeAwayFromKinks) {
  constexpr double kStep = 1e-5;
  int checked = 0;
  for (double s = -6.03; s < 6; s += 0.057) {
    const std::vector<double> z = Sigma({s - kStep, s, s + kStep});
    const double left = (z[1] - z[0]) / kStep, right = (z[2] - z[1]) / kStep;
    if (std::abs(left - right) > 1e-3) continue;
    ++checked;
    // Central differences err by O(step^2), and by the rounding of z / step.
    EXPECT_NEAR(Slope({z[1]}, GetParam().dtype)[0], (left + right) / 2,
                1e-9 + Tolerance(GetParam().dtype, 16) + 1e-15 / kStep * 16)
        << "s " << s;
  }
  EXPECT_GE(checked, 200);
}

TEST_P(NonlinearityConformanceTest, SlopeLiesBetweenZeroAndOne) {
  for (double j : Slope(Sigma(Arguments()), GetParam().dtype)) {
    EXPECT_GE(j, 0);
    EXPECT_LE(j, 1);
  }
}

TEST_P(NonlinearityConformanceTest, LinearizedProxIsTheDerivativeOfTheProx) {
  constexpr double kStep = 1e-5;
  for (double alpha : {0.1, 1.0, 3.0}) {
    int checked = 0;
    for (double s = -3.03; s < 3; s += 0.11) {
      // p is where prox^alpha(p) = sigma(s).
      const double z = Sigma({s})[0], p = z + alpha * (s - z);
      const std::vector<double> y = Prox(alpha, {p - kStep, p, p + kStep}, DType::kFloat64);
      const double left = (y[1] - y[0]) / kStep, right = (y[2] - y[1]) / kStep;
      if (std::abs(left - right) > 1e-3) continue;
      ++checked;
      const Tensor z_star = Upload({z}, GetParam().dtype);
      const Tensor derivative = Upload({1}, GetParam().dtype);
      ProxMap(sigma_.get(), z_star).Prox(*device_, alpha, derivative, derivative);
      EXPECT_NEAR(Download(derivative)[0], (left + right) / 2,
                  1e-8 + Tolerance(GetParam().dtype, 64))
          << "alpha " << alpha << " s " << s;
    }
    EXPECT_GE(checked, 40);
  }
}

TEST_P(NonlinearityConformanceTest, NotANumberStaysOne) {
  for (double alpha : {0.5, 1.0, 2.0}) {
    EXPECT_TRUE(std::isnan(Prox(alpha, {std::nan("")}, GetParam().dtype)[0])) << alpha;
  }
}

constexpr LinearForm v{1, 0, 0, 0, 0}, q{0, 1, 0, 0, 0}, z{0, 0, 1, 0, 0}, p{0, 0, 0, 1, 0},
    z_next{0, 0, 0, 0, 1};

// Steps without and with memory, as most methods have them, and watched by it, one with forms of
// everything, and one without a prox.
const PointwiseStep kSteps[] = {
    {0.6 * v, {}, 2 * z_next - p},
    {0.4 * q + 0.6 * v, p, 2 * z_next - p},
    {0.4 * q + 0.6 * v, p, 2 * z_next - p, 0.5 * v - 0.3 * q},
    {0.6 * v + -0.3 * q + 0.2 * z, 0.5 * v + 0.1 * q - z + 0.7 * p - 0.2 * z_next,
     -1.0 * v + 0.3 * q + 0.8 * z + 0.4 * p + 1.1 * z_next,
     0.7 * v + 0.2 * q + -0.6 * z + 0.3 * p - 0.9 * z_next},
    {v + q, {}, z_next, PointwiseStep::kChange, /*prox=*/false},
    {0.6 * v - q, p, z_next, z_next - z, /*prox=*/true, 0.5 * v + 0.2 * p - 0.3 * q},
};

constexpr double kAlpha = 0.7;

double Value(const LinearForm& form, double v_value, double q_value, double z_value,
             double p_value = 0, double z_next_value = 0) {
  return form.v * v_value + form.q * q_value + form.z * z_value + form.p * p_value +
         form.z_next * z_next_value;
}

// Compares a fused step with its formula, on a block inside a larger state, with enough lanes for
// whole vectors and some more. In a first step q and z count as zero. `prox` is what the step is to
// make of p at a row and a lane.
void NonlinearityConformanceTest::CheckStep(
    const PointwiseStep& step, bool from_zero, bool scaled, const ProxMap& map,
    const std::function<double(double, Index, Index)>& prox) {
  const DType dtype = GetParam().dtype;
  Random random(5);
  const Index dim = 9, batch = 42, slots = 2, rows = 2, lanes = 37, stride = 40;
  const auto random_state = [&] {
    return FromMatrix(*device_, dtype, RandomMatrix(dim, batch, &random));
  };
  const bool stores_p = scaled || KindOf(step) == StepKind::kGeneral;
  const bool stores_z = scaled || KindOf(step) != StepKind::kTracking;
  // After the first step some samples may be done.
  Eigen::MatrixXd frozen = Eigen::MatrixXd::Zero(1, batch), scale = Eigen::MatrixXd::Ones(1, batch);
  if (!from_zero) {
    for (Index lane : {0, 7, 8, 20, 36, 41}) frozen(0, lane) = 1;
  }
  if (scaled)
    scale = ToMatrix(*device_, FromMatrix(*device_, dtype, RandomMatrix(1, batch, &random)));
  StepArrays arrays;
  arrays.c = random_state();
  arrays.q = random_state();
  arrays.z = random_state();
  if (stores_p) arrays.p = random_state();
  if (step.remembers_argument() && step.prox) map.Prox(*device_, kAlpha, arrays.q, arrays.z);
  if (scaled) arrays.scale = FromMatrix(*device_, dtype, scale).View({batch});
  if (!from_zero) arrays.frozen = FromMatrix(*device_, dtype, frozen).View({batch});
  arrays.residual = FromMatrix(*device_, dtype, Eigen::MatrixXd::Zero(slots, batch));
  arrays.size = FromMatrix(*device_, dtype, Eigen::MatrixXd::Zero(slots, batch));
  arrays.from_zero = from_zero;
  const Tensor r = FromMatrix(*device_, dtype, RandomMatrix(rows, stride, &random));
  Block block{r.raw(), rows, lanes, stride, /*first_row=*/1, /*row_step=*/3};
  block.first_lane = 5;
  block.slot = 1;
  block.stream = device_->stream();

  const Eigen::MatrixXd c = ToMatrix(*device_, arrays.c), product = ToMatrix(*device_, r);
  Eigen::MatrixXd all_q = ToMatrix(*device_, arrays.q), all_z = ToMatrix(*device_, arrays.z),
                  all_p = stores_p ? ToMatrix(*device_, arrays.p) : all_z, all_r = product;
  Eigen::MatrixXd residual = Eigen::MatrixXd::Zero(slots, batch), size = residual;
  for (Index i = 0; i < rows; ++i) {
    for (Index l = 0; l < lanes; ++l) {
      const Index row = 1 + 3 * i, lane = 5 + l;
      if (frozen(0, lane) != 0) continue;
      const double v_value = product(i, l) + c(row, lane);
      const double q_value = from_zero ? 0 : all_q(row, lane);
      const double z_value = from_zero ? 0 : all_z(row, lane);
      const double p_value = Value(step.argument, v_value, q_value, z_value);
      const double next = step.prox ? prox(p_value, row, lane) : p_value;
      if (!(step.memory == LinearForm()))
        all_q(row, lane) = Value(step.memory, v_value, q_value, z_value, p_value, next);
      if (stores_z) all_z(row, lane) = next;
      all_p(row, lane) = p_value;
      all_r(i, l) = Value(step.next, v_value, q_value, z_value, p_value, next);
      const double d = Value(step.residual, v_value, q_value, z_value, p_value, next);
      const double second = Value(step.second_residual, v_value, q_value, z_value, p_value, next);
      residual(1, lane) += std::pow(scale(0, lane) * d, 2) + std::pow(scale(0, lane) * second, 2);
      size(1, lane) += std::pow(scale(0, lane) * next, 2);
    }
  }
  StepMap step_map(&map, kAlpha, arrays);
  step_map.set_step(step);
  step_map(block);
  // What those that are done leave in the block and in the sums means nothing.
  const Eigen::MatrixXd r_next = ToMatrix(*device_, r);
  Eigen::MatrixXd residuals = ToMatrix(*device_, arrays.residual),
                  sizes = ToMatrix(*device_, arrays.size);
  EXPECT_TRUE(r_next.allFinite());
  for (Index lane = 0; lane < batch; ++lane) {
    if (frozen(0, lane) == 0) continue;
    residuals.col(lane).setZero();
    sizes.col(lane).setZero();
    if (lane >= 5 && lane < 5 + lanes) all_r.col(lane - 5) = r_next.col(lane - 5);
  }
  const double tolerance = Tolerance(dtype, 64);
  if (!(step.memory == LinearForm())) {
    EXPECT_LE(RelativeError(ToMatrix(*device_, arrays.q), all_q), tolerance);
  }
  EXPECT_LE(RelativeError(ToMatrix(*device_, arrays.z), all_z), tolerance);
  EXPECT_LE(RelativeError(r_next, all_r), tolerance);
  if (stores_p) {
    EXPECT_LE(RelativeError(ToMatrix(*device_, arrays.p), all_p), tolerance);
  }
  EXPECT_LE(RelativeError(residuals, residual), tolerance);
  EXPECT_LE(RelativeError(sizes, size), tolerance);
}

TEST_P(NonlinearityConformanceTest, FusedStepIsItsFormula) {
  const ProxMap map(sigma_.get());
  for (Isa isa : TestIsas()) {
    const ScopedIsa scope(isa);
    for (const PointwiseStep& step : kSteps) {
      for (bool from_zero : {false, true}) {
        CheckStep(step, from_zero, map, [&](double argument, Index, Index) {
          return Prox(kAlpha, {argument}, DType::kFloat64)[0];
        });
      }
    }
  }
}

// Hides that a map could run on slabs of spectra.
class OnPixels final : public BlockMap {
 public:
  explicit OnPixels(const BlockMap& map) : map_(map) {}
  void operator()(const Block& block) const override { map_(block); }

 private:
  const BlockMap& map_;
};

// Compares a step within the transforms of a torus (slab_transform.h), where there is such a thing,
// with one between them.
void NonlinearityConformanceTest::CheckStepOnSlabs(const PointwiseStep& step, bool from_zero,
                                                   Index rows, Index columns) {
  const DType dtype = GetParam().dtype;
  const Index channels = 2, batch = 12, dim = rows * columns * channels;
  const auto torus = device_->MakeTorus(rows, columns);
  Random random(9);
  const auto random_state = [&](Index height) {
    return FromMatrix(*device_, dtype, RandomMatrix(height, batch, &random));
  };
  const Tensor x = random_state(dim), z_star = random_state(dim), c = random_state(dim),
               first_q = random_state(dim), first_z = random_state(dim),
               spectrum = device_->Allocate(dtype, torus->SpectrumShape(channels, batch));
  ProxMap(sigma_.get()).Prox(*device_, 1, z_star, z_star);
  const auto run = [&](const ProxMap& prox, bool on_slabs) {
    const auto copy = [&](const Tensor& from) {
      const Tensor to = device_->Allocate(dtype, from.shape());
      device_->Copy(from, to);
      return to;
    };
    const Index slots = torus->Slots(channels);
    StepArrays arrays;
    arrays.c = c;
    arrays.q = copy(first_q);
    arrays.z = KindOf(step) == StepKind::kTracking ? arrays.q : copy(first_z);
    if (KindOf(step) == StepKind::kGeneral) arrays.p = copy(first_z);
    Eigen::MatrixXd frozen = Eigen::MatrixXd::Zero(1, batch);
    frozen(0, 2) = frozen(0, 7) = 1;
    if (!from_zero) arrays.frozen = FromMatrix(*device_, dtype, frozen).View({batch});
    arrays.residual = FromMatrix(*device_, dtype, Eigen::MatrixXd::Zero(slots, batch));
    arrays.size = FromMatrix(*device_, dtype, Eigen::MatrixXd::Zero(slots, batch));
    arrays.from_zero = from_zero;
    StepMap map(&prox, kAlpha, arrays);
    map.set_step(step);
    torus->Transform(x, channels, spectrum);
    if (on_slabs) {
      torus->Map(spectrum, channels, batch, map);
    } else {
      torus->Map(spectrum, channels, batch, OnPixels(map));
    }
    const Tensor r = copy(x);
    torus->Invert(spectrum, channels, r);
    std::vector<Eigen::MatrixXd> results = {ToMatrix(*device_, r), ToMatrix(*device_, arrays.z)};
    if (!(step.memory == LinearForm())) results.push_back(ToMatrix(*device_, arrays.q));
    if (!arrays.p.empty()) results.push_back(ToMatrix(*device_, arrays.p));
    results.push_back(ToMatrix(*device_, arrays.residual).colwise().sum());
    results.push_back(ToMatrix(*device_, arrays.size).colwise().sum());
    return results;
  };
  for (const ProxMap& prox : {ProxMap(sigma_.get()), ProxMap(sigma_.get(), z_star)}) {
    const auto fused = run(prox, true), apart = run(prox, false);
    for (std::size_t i = 0; i < fused.size(); ++i)
      EXPECT_LE(RelativeError(fused[i], apart[i]), Tolerance(dtype, 128)) << "result " << i;
  }
}

TEST_P(NonlinearityConformanceTest, StepsWithinTransforms) {
  // Sides with passes of every radix, alone and one after the other.
  constexpr Index kSides[][2] = {{24, 5}, {16, 9}};
  for (const auto& sides : kSides) {
    std::vector<std::uint8_t> interior(static_cast<std::size_t>(sides[0] * sides[1] * 2), 1);
    for (std::size_t row = 0; row < interior.size(); row += 4) interior[row] = 0;
    const Tensor mask = device_->Allocate(DType::kUInt8, {static_cast<Index>(interior.size())});
    device_->CopyFromHost(interior.data(), mask);
    for (bool border : {false, true}) {
      sigma_->HoldAtZeroOutside(border ? mask : Tensor());
      for (const PointwiseStep& step : kSteps) CheckStepOnSlabs(step, !border, sides[0], sides[1]);
    }
  }
}

TEST_P(NonlinearityConformanceTest, LinearizedStepIsItsFormula) {
  Random random(6);
  const Eigen::MatrixXd values = RandomMatrix(9, 42, &random);
  const Tensor z_star = FromMatrix(*device_, GetParam().dtype, values);
  ProxMap(sigma_.get()).Prox(*device_, 1, z_star, z_star);
  const ProxMap map(sigma_.get(), z_star);
  const Tensor slope = FromMatrix(*device_, GetParam().dtype, Eigen::MatrixXd::Ones(9, 42));
  map.Prox(*device_, 1, slope, slope);
  const Eigen::MatrixXd j = ToMatrix(*device_, slope);
  for (Isa isa : TestIsas()) {
    const ScopedIsa scope(isa);
    for (const PointwiseStep& step : kSteps) {
      for (bool from_zero : {false, true}) {
        CheckStep(step, from_zero, map, [&](double argument, Index row, Index lane) {
          const double slope_here = j(row, lane);
          return slope_here * argument / (slope_here + kAlpha * (1 - slope_here));
        });
      }
    }
  }
}

// Where rows are held at zero the prox is 0, forward and linearised, alone and fused.
TEST_P(NonlinearityConformanceTest, RowsOutsideTheInteriorAreHeldAtZero) {
  const DType dtype = GetParam().dtype;
  const std::vector<std::uint8_t> interior = {1, 0, 1, 0, 1, 1, 0, 1, 1};
  const Tensor mask = device_->Allocate(DType::kUInt8, {9});
  device_->CopyFromHost(interior.data(), mask);
  Random random(7);
  const Eigen::MatrixXd values = RandomMatrix(9, 42, &random);
  const Tensor z_star = FromMatrix(*device_, dtype, values);
  ProxMap(sigma_.get()).Prox(*device_, 1, z_star, z_star);
  for (const ProxMap& map : {ProxMap(sigma_.get()), ProxMap(sigma_.get(), z_star)}) {
    const auto prox_of_values = [&] {
      const Tensor out = FromMatrix(*device_, dtype, values);
      map.Prox(*device_, kAlpha, out, out);
      return ToMatrix(*device_, out);
    };
    sigma_->HoldAtZeroOutside({});
    const Eigen::MatrixXd everywhere = prox_of_values();
    sigma_->HoldAtZeroOutside(mask);
    Eigen::MatrixXd expected = everywhere;
    for (Index row = 0; row < 9; ++row)
      if (interior[static_cast<std::size_t>(row)] == 0) expected.row(row).setZero();
    EXPECT_EQ(prox_of_values(), expected);
    CheckStep(kSteps[0], false, map, [&](double argument, Index row, Index lane) {
      if (interior[static_cast<std::size_t>(row)] == 0) return 0.0;
      Eigen::MatrixXd arguments = Eigen::MatrixXd::Constant(9, 42, argument);
      const Tensor out = FromMatrix(*device_, dtype, arguments);
      map.Prox(*device_, kAlpha, out, out);
      return ToMatrix(*device_, out)(row, lane);
    });
  }
}

class ProxRoundingTest : public NonlinearityConformanceTest {};

// The stopping quantity and certificates count on this: what rounding does to the prox is what a
// few units in the last place of its argument and of its value would do, at every alpha. The prox
// in float64 is the reference.
TEST_P(ProxRoundingTest, IsThatOfItsArgument) {
  const std::vector<double> arguments = Rounded(Arguments());
  const double unit = LimitsOf(DType::kFloat32).epsilon / 2;
  for (double alpha : {1e-6, 1e-3, 0.1, 0.5, 1.0, 3.0, 1e3, 1e6}) {
    const double rounded_alpha = static_cast<float>(alpha);
    const std::vector<double> y = Prox(alpha, arguments, DType::kFloat32);
    std::vector<double> below, above;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      const double moved = 8 * unit * (std::abs(arguments[i]) + std::abs(y[i]));
      below.push_back(arguments[i] - moved);
      above.push_back(arguments[i] + moved);
    }
    below = Prox(rounded_alpha, below, DType::kFloat64);
    above = Prox(rounded_alpha, above, DType::kFloat64);
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      SCOPED_TRACE(testing::Message() << "alpha " << alpha << " argument " << arguments[i]);
      const double rounding = 4 * unit * std::abs(y[i]) + 8 * LimitsOf(DType::kFloat32).least;
      EXPECT_GE(y[i], below[i] - rounding);
      EXPECT_LE(y[i], above[i] + rounding);
    }
  }
}

std::vector<Case> CasesInSinglePrecision() {
  std::vector<Case> cases;
  for (const Case& each : ExampleCases<NonlinearityExamples>()) {
    if (each.dtype == DType::kFloat32) cases.push_back(each);
  }
  return cases;
}

INSTANTIATE_TEST_SUITE_P(All, ProxRoundingTest, testing::ValuesIn(CasesInSinglePrecision()),
                         CaseName());

INSTANTIATE_TEST_SUITE_P(All, NonlinearityConformanceTest,
                         testing::ValuesIn(ExampleCases<NonlinearityExamples>()), CaseName());

}  // namespace
}  // namespace mondeq
