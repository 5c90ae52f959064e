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

// Rounded to the type, so that it and float64 see the same.
std::vector<double> Arguments(DType dtype) {
  std::vector<double> p = {0};
  for (double magnitude : {1e-30, 1e-6, 0.01, 0.3, 0.9, 1.7, 4.0, 8.0, 30.0, 300.0, 1e4}) {
    for (double value : {magnitude, -magnitude}) {
      p.push_back(dtype == DType::kFloat32 ? static_cast<float>(value) : value);
    }
  }
  return p;
}

// Arguments of every size, many of them where functions bend; rounded likewise.
std::vector<double> ManyArguments(DType dtype) {
  Random random(11);
  std::vector<double> p;
  for (int i = 0; i < Trials(400, 100); ++i) {
    for (double value : {4 * random.Normal(), std::pow(10, 3 * random.Normal() - 2)}) {
      p.push_back(dtype == DType::kFloat32 ? static_cast<float>(value) : value);
      p.push_back(-p.back());
    }
  }
  return p;
}

// What a step is to make of every p of a state.
using ExpectedProx = std::function<Eigen::MatrixXd(const Eigen::MatrixXd& p)>;

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

  // What counts as q: nothing, as in the first step, a part of c, as in the second, or what it has.
  enum class Memory { kZero, kPartOfC, kStored };

  // Whatever the memory, with a scale or without.
  void CheckStep(const PointwiseStep& step, const ProxMap& map, const ExpectedProx& prox) {
    for (bool scaled : {false, true}) {
      for (Memory memory : {Memory::kZero, Memory::kStored})
        CheckStep(step, memory, scaled, map, prox);
    }
    if (KindOf(step) == StepKind::kTracking)
      CheckStep(step, Memory::kPartOfC, /*scaled=*/false, map, prox);
  }
  void CheckStep(const PointwiseStep& step, Memory memory, bool scaled, const ProxMap& map,
                 const ExpectedProx& prox);

  void CheckStepOnSlabs(const PointwiseStep& step, Memory memory, Index rows, Index columns);

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
  void ExpectProxSolvesItsDefinition(double alpha, const std::vector<double>& p) {
    const std::vector<double> y = Prox(alpha, p, GetParam().dtype);
    const std::vector<Interval> exact = Exact(alpha, p, y);
    for (std::size_t i = 0; i < p.size(); ++i) {
      SCOPED_TRACE(testing::Message() << "alpha " << alpha << " p " << p[i]);
      ASSERT_TRUE(std::isfinite(y[i]));
      ASSERT_GE(y[i], exact[i].low);
      ASSERT_LE(y[i], exact[i].high);
    }
  }

  // Where every prox^alpha(p) may lie for a computed y that is right up to backward error: y is
  // sigma of something within rounding of s = y + (p - y) / alpha, and sigma is monotone.
  std::vector<Interval> Exact(double alpha, const std::vector<double>& p,
                              const std::vector<double>& y) {
    const double epsilon = Tolerance(GetParam().dtype, 8);
    std::vector<double> ends;
    for (std::size_t i = 0; i < p.size(); ++i) {
      const double s = y[i] + (p[i] - y[i]) / alpha;
      const double ds =
          epsilon * (std::abs(s) + std::abs(y[i]) + (std::abs(p[i]) + std::abs(y[i])) / alpha);
      ends.insert(ends.end(), {s - ds, s + ds});
    }
    const std::vector<double> bounds = Sigma(ends);
    std::vector<Interval> intervals;
    for (std::size_t i = 0; i < p.size(); ++i) {
      const double dy = epsilon * std::abs(y[i]) + 1e-37;
      intervals.push_back({bounds[2 * i] - dy, bounds[2 * i + 1] + dy});
    }
    return intervals;
  }

  // Every value with the two beside it: v - step, v, v + step.
  static std::vector<double> WithNeighbours(const std::vector<double>& values, double step) {
    std::vector<double> all;
    for (double v : values) all.insert(all.end(), {v - step, v, v + step});
    return all;
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
  for (double alpha : kAlphas) ExpectProxSolvesItsDefinition(alpha, Arguments(GetParam().dtype));
}

TEST_P(NonlinearityConformanceTest, ProxSolvesItsDefinitionEverywhere) {
  const std::vector<double> p = ManyArguments(GetParam().dtype);
  for (Isa isa : TestIsas()) {
    const ScopedIsa scope(isa);
    for (double alpha = 1e-6; alpha < 2e6; alpha *= Trials(6., 40.)) {
      ExpectProxSolvesItsDefinition(alpha, p);
      if (HasFatalFailure()) return;
    }
  }
}

// A NaN must not be lost in a function that comes to rest.
TEST_P(NonlinearityConformanceTest, ProxOfNanIsNan) {
  const std::vector<double> p = {1, std::nan(""), -1};
  for (double alpha : kAlphas) {
    const std::vector<double> y = Prox(alpha, p, GetParam().dtype);
    EXPECT_TRUE(std::isnan(y[1])) << "alpha " << alpha;
    EXPECT_FALSE(std::isnan(y[0]) || std::isnan(y[2])) << "alpha " << alpha;
  }
}

TEST_P(NonlinearityConformanceTest, ProxIsFirmlyNonExpansive) {
  const std::vector<double> p = Arguments(GetParam().dtype);
  for (double alpha : kAlphas) {
    const std::vector<double> y = Prox(alpha, p, GetParam().dtype);
    const std::vector<Interval> exact = Exact(alpha, p, y);
    for (std::size_t i = 0; i < p.size(); ++i) {
      for (std::size_t k = 0; k < i; ++k) {
        const double dy = y[i] - y[k], dp = p[i] - p[k];
        const double rounding = exact[i].width() + exact[k].width();
        EXPECT_LE(dy * dy, dy * dp + rounding * (2 * std::abs(dy) + std::abs(dp) + rounding))
            << "alpha " << alpha << " p " << p[i] << " and " << p[k];
      }
    }
  }
}

TEST_P(NonlinearityConformanceTest, SlopeIsTheDerivativeAwayFromKinks) {
  constexpr double kStep = 1e-5;
  std::vector<double> points, z;
  for (double s = -6.03; s < 6; s += 0.057) points.push_back(s);
  const std::vector<double> around = Sigma(WithNeighbours(points, kStep));
  for (std::size_t i = 0; i < points.size(); ++i) z.push_back(around[3 * i + 1]);
  const std::vector<double> slopes = Slope(z, GetParam().dtype);
  int checked = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const double left = (z[i] - around[3 * i]) / kStep, right = (around[3 * i + 2] - z[i]) / kStep;
    if (std::abs(left - right) > 1e-3) continue;
    ++checked;
    // Central differences err by O(step^2), and by the rounding of z / step.
    EXPECT_NEAR(slopes[i], (left + right) / 2,
                1e-9 + Tolerance(GetParam().dtype, 16) + 1e-15 / kStep * 16)
        << "s " << points[i];
  }
  EXPECT_GE(checked, 200);
}

TEST_P(NonlinearityConformanceTest, SlopeLiesBetweenZeroAndOne) {
  for (double j : Slope(Sigma(Arguments(DType::kFloat64)), GetParam().dtype)) {
    EXPECT_GE(j, 0);
    EXPECT_LE(j, 1);
  }
}

TEST_P(NonlinearityConformanceTest, LinearizedProxIsTheDerivativeOfTheProx) {
  constexpr double kStep = 1e-5;
  std::vector<double> points;
  for (double s = -3.03; s < 3; s += 0.11) points.push_back(s);
  const std::vector<double> z = Sigma(points), ones(points.size(), 1.0);
  const Tensor z_star = Upload(z, GetParam().dtype);
  for (double alpha : {0.1, 1.0, 3.0}) {
    // p is where prox^alpha(p) = sigma(s).
    std::vector<double> p;
    for (std::size_t i = 0; i < z.size(); ++i) p.push_back(z[i] + alpha * (points[i] - z[i]));
    const std::vector<double> y = Prox(alpha, WithNeighbours(p, kStep), DType::kFloat64);
    const Tensor derivative = Upload(ones, GetParam().dtype);
    ProxMap(sigma_.get(), z_star).Prox(*device_, alpha, derivative, derivative);
    const std::vector<double> derivatives = Download(derivative);
    int checked = 0;
    for (std::size_t i = 0; i < z.size(); ++i) {
      const double left = (y[3 * i + 1] - y[3 * i]) / kStep,
                   right = (y[3 * i + 2] - y[3 * i + 1]) / kStep;
      if (std::abs(left - right) > 1e-3) continue;
      ++checked;
      EXPECT_NEAR(derivatives[i], (left + right) / 2, 1e-8 + Tolerance(GetParam().dtype, 64))
          << "alpha " << alpha << " s " << points[i];
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

constexpr double kAlpha = 0.7, kPartOfC = -0.4;

double Value(const LinearForm& form, double v_value, double q_value, double z_value,
             double p_value = 0, double z_next_value = 0) {
  return form.v * v_value + form.q * q_value + form.z * z_value + form.p * p_value +
         form.z_next * z_next_value;
}

// Compares a fused step with its formula, on a block inside a larger state, with enough lanes for
// whole vectors and some more.
void NonlinearityConformanceTest::CheckStep(const PointwiseStep& step, Memory memory, bool scaled,
                                            const ProxMap& map, const ExpectedProx& prox) {
  const DType dtype = GetParam().dtype;
  Random random(5);
  const Index dim = 9, batch = 42, slots = 2, rows = 2, lanes = 37, stride = 40;
  const auto random_matrix = [&](Index height, Index width) {
    return Rounded(dtype, RandomMatrix(height, width, &random));
  };
  const auto zeros = [&] {
    const Tensor sums = device_->Allocate(dtype, {slots, batch});
    device_->Fill(0, sums);
    return sums;
  };
  const bool stores_p = scaled || KindOf(step) == StepKind::kGeneral;
  const bool from_zero = memory == Memory::kZero;
  const bool stores_z = scaled || KindOf(step) != StepKind::kTracking;
  const bool stores_q = !(step.memory == LinearForm()) && (stores_z || !from_zero);
  // After the first step some samples may be done.
  Eigen::MatrixXd frozen = Eigen::MatrixXd::Zero(1, batch), scale = Eigen::MatrixXd::Ones(1, batch);
  if (!from_zero) {
    for (Index lane : {0, 7, 8, 20, 36, 41}) frozen(0, lane) = 1;
  }
  if (scaled) scale = random_matrix(1, batch);
  const Eigen::MatrixXd c = random_matrix(dim, batch);
  Eigen::MatrixXd all_q = random_matrix(dim, batch), all_z = random_matrix(dim, batch),
                  all_p = stores_p ? random_matrix(dim, batch) : all_z;
  StepArrays arrays;
  arrays.c = FromMatrix(*device_, dtype, c);
  arrays.q = FromMatrix(*device_, dtype, all_q);
  arrays.z = FromMatrix(*device_, dtype, all_z);
  if (stores_p) arrays.p = FromMatrix(*device_, dtype, all_p);
  if (step.remembers_argument() && step.prox) {
    map.Prox(*device_, kAlpha, arrays.q, arrays.z);
    all_z = ToMatrix(*device_, arrays.z);
  }
  if (scaled) arrays.scale = FromMatrix(*device_, dtype, scale).View({batch});
  if (!from_zero) arrays.frozen = FromMatrix(*device_, dtype, frozen).View({batch});
  arrays.residual = zeros();
  arrays.size = zeros();
  arrays.from_zero = from_zero;
  arrays.q_of_c = memory == Memory::kPartOfC ? kPartOfC : 0;
  const auto q_before = [&](Index row, Index lane) {
    if (memory == Memory::kPartOfC) return kPartOfC * c(row, lane);
    return from_zero ? 0 : all_q(row, lane);
  };
  const Eigen::MatrixXd product = random_matrix(rows, stride);
  const Tensor r = FromMatrix(*device_, dtype, product);
  Block block{r.raw(), rows, lanes, stride, /*first_row=*/1, /*row_step=*/3};
  block.first_lane = 5;
  block.slot = 1;
  block.stream = device_->stream();

  Eigen::MatrixXd all_r = product;
  Eigen::MatrixXd residual = Eigen::MatrixXd::Zero(slots, batch), size = residual;
  Eigen::MatrixXd all_v = Eigen::MatrixXd::Zero(dim, batch), argument = all_v;
  for (Index i = 0; i < rows; ++i) {
    for (Index l = 0; l < lanes; ++l) {
      const Index row = 1 + 3 * i, lane = 5 + l;
      all_v(row, lane) = product(i, l) + c(row, lane);
      argument(row, lane) = Value(step.argument, all_v(row, lane), q_before(row, lane),
                                  from_zero ? 0 : all_z(row, lane));
    }
  }
  const Eigen::MatrixXd all_next = step.prox ? prox(argument) : argument;
  for (Index i = 0; i < rows; ++i) {
    for (Index l = 0; l < lanes; ++l) {
      const Index row = 1 + 3 * i, lane = 5 + l;
      if (frozen(0, lane) != 0) {
        if (stores_q) all_q(row, lane) = q_before(row, lane);
        continue;
      }
      const double v_value = all_v(row, lane), p_value = argument(row, lane),
                   next = all_next(row, lane);
      const double q_value = q_before(row, lane);
      const double z_value = from_zero ? 0 : all_z(row, lane);
      if (stores_q) all_q(row, lane) = Value(step.memory, v_value, q_value, z_value, p_value, next);
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
  // A first step that tracks leaves q as it was.
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
      CheckStep(step, map, [&](const Eigen::MatrixXd& argument) {
        const Tensor next = FromMatrix(*device_, DType::kFloat64, argument);
        map.Prox(*device_, kAlpha, next, next);
        return ToMatrix(*device_, next);
      });
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
void NonlinearityConformanceTest::CheckStepOnSlabs(const PointwiseStep& step, Memory memory,
                                                   Index rows, Index columns) {
  const DType dtype = GetParam().dtype;
  const Index channels = 2, batch = 12, dim = rows * columns * channels;
  const bool from_zero = memory == Memory::kZero;
  const auto torus = device_->MakeTorus(rows, columns);
  Random random(9);
  const auto random_state = [&](Index height) {
    return FromMatrix(*device_, dtype, RandomMatrix(height, batch, &random));
  };
  const Tensor x = random_state(dim), z_star = random_state(dim), c = random_state(dim),
               first_q = random_state(dim), first_z = random_state(dim),
               spectrum = device_->Allocate(dtype, torus->SpectrumShape(channels, batch));
  ProxMap(sigma_.get()).Prox(*device_, 1, z_star, z_star);
  Eigen::MatrixXd frozen = Eigen::MatrixXd::Zero(1, batch);
  frozen(0, 2) = frozen(0, 7) = 1;
  const Tensor is_frozen = FromMatrix(*device_, dtype, frozen).View({batch});
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
    if (!from_zero) arrays.frozen = is_frozen;
    arrays.residual = device_->Allocate(dtype, {slots, batch});
    arrays.size = device_->Allocate(dtype, {slots, batch});
    device_->Fill(0, arrays.residual);
    device_->Fill(0, arrays.size);
    arrays.from_zero = from_zero;
    arrays.q_of_c = memory == Memory::kPartOfC ? kPartOfC : 0;
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
      // Each side with one of them is enough for every kernel.
      if (OperationsAreSlow() && border != (sides[1] == 9)) continue;
      sigma_->HoldAtZeroOutside(border ? mask : Tensor());
      for (const PointwiseStep& step : kSteps) {
        CheckStepOnSlabs(step, border ? Memory::kStored : Memory::kZero, sides[0], sides[1]);
        if (KindOf(step) == StepKind::kTracking)
          CheckStepOnSlabs(step, Memory::kPartOfC, sides[0], sides[1]);
      }
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
      CheckStep(step, map, [&](const Eigen::MatrixXd& argument) -> Eigen::MatrixXd {
        return j.array() * argument.array() / (j.array() + kAlpha * (1 - j.array()));
      });
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
    CheckStep(kSteps[0], map, [&](const Eigen::MatrixXd& argument) {
      const Tensor out = FromMatrix(*device_, dtype, argument);
      map.Prox(*device_, kAlpha, out, out);
      Eigen::MatrixXd next = ToMatrix(*device_, out);
      for (Index row = 0; row < 9; ++row)
        if (interior[static_cast<std::size_t>(row)] == 0) next.row(row).setZero();
      return next;
    });
  }
}

class ProxRoundingTest : public NonlinearityConformanceTest {};

// The stopping quantity and certificates count on this: what rounding does to the prox is what a
// few units in the last place of its argument and of its value would do, at every alpha. The prox
// in float64 is the reference.
TEST_P(ProxRoundingTest, IsThatOfItsArgument) {
  std::vector<double> arguments = Arguments(GetParam().dtype);
  const std::vector<double> more = ManyArguments(GetParam().dtype);
  arguments.insert(arguments.end(), more.begin(), more.end());
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
