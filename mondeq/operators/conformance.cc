// Conformance of every registered monotone operator against dense linear algebra in float64.
// A library: a test program links it with the plugins under test, here or in another workspace
// (mondeq_conformance_test in tools/mondeq.bzl).
#include <vector>

#include "Eigen/Eigenvalues"
#include "Eigen/LU"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/core/registry.h"
#include "mondeq/operators/monotone_operator.h"
#include "mondeq/testing/examples.h"
#include "mondeq/testing/multiply.h"
#include "mondeq/testing/stamp_map.h"
#include "mondeq/testing/tensors.h"
#include "mondeq/testing/test_device.h"

namespace mondeq {
namespace {

using Eigen::MatrixXd;
using Case = ExampleCase<OperatorConfig>;

class OperatorConformanceTest : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override { Create(GetParam().dtype, 1); }

  void Create(DType dtype, int threads) {
    dtype_ = dtype;
    device_ = MakeTestDevice(threads);
    store_ = std::make_unique<ParameterStore>();
    auto op = Registry<MonotoneOperator>::Create(
        GetParam().slot, ConfigSource(),
        {Features{8, 8, 2}, {store_.get(), "operator"}, device_.get(), dtype});
    ASSERT_TRUE(op.ok()) << op.status();
    op_ = *std::move(op);
    store_->Allocate(*device_, dtype, 11);
    op_->ParametersChanged();
    n_ = op_->dim();
  }

  // Gives the parameters large values without structure, to which training may lead.
  void Randomize(double scale) {
    Assign(*device_, RandomMatrix(store_->count(), 1, &random_, scale), store_->values());
    op_->ParametersChanged();
  }

  MatrixXd Apply(Direction direction, const MatrixXd& x) {
    const Tensor y = device_->Allocate(dtype_, {x.rows(), x.cols()});
    op_->Apply(direction, FromMatrix(*device_, dtype_, x), y);
    return ToMatrix(*device_, y);
  }
  MatrixXd ApplyResolvent(Direction direction, double alpha, const MatrixXd& x) {
    return Multiply(*device_, dtype_, *op_, direction, multiplier::V(alpha), x);
  }
  MatrixXd Dense(Direction direction = Direction::kForward) {
    return Apply(direction, MatrixXd::Identity(n_, n_));
  }
  MatrixXd Values(Index rows, Index columns) {
    return Rounded(dtype_, RandomMatrix(rows, columns, &random_));
  }

  DType dtype_;
  std::unique_ptr<Device> device_;
  std::unique_ptr<ParameterStore> store_;
  std::unique_ptr<MonotoneOperator> op_;
  Index n_ = 0;
  Random random_{3};
};

TEST(OperatorRegistryTest, EveryPluginHasAnExample) {
  const auto names = Registry<MonotoneOperator>::Names();
  EXPECT_FALSE(names.empty());
  EXPECT_THAT(ExampleNames<OperatorExamples>(), testing::IsSupersetOf(names));
}

TEST_P(OperatorConformanceTest, LayoutIsThatOfTheState) {
  const StateLayout& layout = op_->layout();
  ASSERT_FALSE(layout.tiers().empty());
  EXPECT_GT(op_->m(), 0);
  Index row = 0;
  const MatrixXd x = Values(n_, 2);
  const Tensor state = FromMatrix(*device_, dtype_, x);
  for (std::size_t i = 0; i < layout.tiers().size(); ++i) {
    const Tier& tier = layout.tiers()[i];
    EXPECT_LE(tier.visible.rows, tier.memory.rows);
    EXPECT_LE(tier.visible.columns, tier.memory.columns);
    EXPECT_EQ(tier.visible.channels, tier.memory.channels);
    EXPECT_EQ(ToMatrix(*device_, layout.TierOf(i, state)), x.middleRows(row, tier.memory.dim()));
    // What is visible is the top left of what lies in memory.
    const MatrixXd visible = ToMatrix(*device_, layout.VisibleTierOf(i, *device_, state));
    ASSERT_EQ(visible.rows(), tier.visible.dim());
    const Index width = tier.visible.columns * tier.visible.channels;
    for (Index y = 0; y < tier.visible.rows; ++y) {
      EXPECT_EQ(visible.middleRows(y * width, width),
                x.middleRows(row + y * tier.memory.columns * tier.memory.channels, width));
    }
    // It can be replaced, and nothing else is then.
    const Tensor copy = FromMatrix(*device_, dtype_, x);
    layout.SetVisibleTierOf(i, *device_, FromMatrix(*device_, dtype_, 2 * visible), copy);
    EXPECT_EQ(ToMatrix(*device_, layout.VisibleTierOf(i, *device_, copy)), 2 * visible);
    layout.SetVisibleTierOf(i, *device_, FromMatrix(*device_, dtype_, visible), copy);
    EXPECT_EQ(ToMatrix(*device_, copy), x);
    row += tier.memory.dim();
  }
  EXPECT_EQ(row, n_);
  EXPECT_EQ(ToMatrix(*device_, layout.Injected(state)), x.topRows(layout.injected().dim()));
  EXPECT_EQ(ToMatrix(*device_, layout.Exposed(state)), x.bottomRows(layout.exposed().memory.dim()));
}

TEST_P(OperatorConformanceTest, IsLinearAndHasItsAdjoint) {
  const MatrixXd w = Dense();
  EXPECT_LE(RelativeError(Dense(Direction::kAdjoint), w.transpose()), Tolerance(dtype_, 16));
  for (Index batch : {1, 3, 17, 40}) {
    const MatrixXd x = Values(n_, batch);
    EXPECT_LE((Apply(Direction::kForward, x) - w * x).norm(),
              Tolerance(dtype_, 16) * w.norm() * x.norm());
    EXPECT_LE((Apply(Direction::kAdjoint, x) - w.transpose() * x).norm(),
              Tolerance(dtype_, 16) * w.norm() * x.norm());
  }
}

TEST_P(OperatorConformanceTest, StaysStronglyMonotoneWhateverTheParameters) {
  for (double scale : {0.0, 0.3, 1.0, 10.0}) {
    if (scale > 0) Randomize(scale);
    const MatrixXd f = MatrixXd::Identity(n_, n_) - Dense();
    const double smallest =
        Eigen::SelfAdjointEigenSolver<MatrixXd>((f + f.transpose()) / 2, Eigen::EigenvaluesOnly)
            .eigenvalues()
            .minCoeff();
    EXPECT_GE(smallest, op_->m() - Tolerance(dtype_, 16) * f.norm()) << "scale " << scale;
  }
}

TEST_P(OperatorConformanceTest, ResolventIsTheDenseInverse) {
  for (double scale : {0.0, 0.5}) {
    if (scale > 0) Randomize(scale);
    const MatrixXd eye = MatrixXd::Identity(n_, n_), w = Dense();
    for (double alpha : {0.05, 0.5, 1.0, 4.0}) {
      const MatrixXd matrix = eye + alpha * (eye - w), resolvent = matrix.inverse();
      const double tolerance = Tolerance(dtype_, 16) * matrix.norm() * resolvent.norm();
      const MatrixXd x = Values(n_, 5);
      EXPECT_LE(RelativeError(ApplyResolvent(Direction::kForward, alpha, x), resolvent * x),
                tolerance)
          << alpha;
      EXPECT_LE(
          RelativeError(ApplyResolvent(Direction::kAdjoint, alpha, x), resolvent.transpose() * x),
          tolerance)
          << alpha;
    }
  }
}

// The adjoint may be asked for first, and a larger batch may follow a smaller one.
TEST_P(OperatorConformanceTest, NeedsNoForwardUseBefore) {
  for (Index batch : {2, 19}) {
    const MatrixXd x = Values(n_, batch), y = ApplyResolvent(Direction::kAdjoint, 0.5, x);
    const MatrixXd back = 1.5 * y - 0.5 * Apply(Direction::kAdjoint, y);
    EXPECT_LE(RelativeError(back, x), Tolerance(dtype_, 256));
  }
}

// I - W applied at once is what x - W x is, and where the parameters are zero it is m x itself: m
// is not what rounding has left of 1 - (1 - m).
TEST_P(OperatorConformanceTest, TheIdentityIsKeptApart) {
  const Multiplier monotone = multiplier::I - multiplier::W;
  const auto apply = [&](Direction direction, const MatrixXd& x) {
    const Tensor y = device_->Allocate(dtype_, {x.rows(), x.cols()});
    op_->Multiply(direction, monotone, FromMatrix(*device_, dtype_, x), y);
    return ToMatrix(*device_, y);
  };
  const MatrixXd x = Values(n_, 5);
  for (Direction direction : {Direction::kForward, Direction::kAdjoint}) {
    EXPECT_LE((apply(direction, x) - (x - Apply(direction, x))).norm(),
              Tolerance(dtype_, 16) * (x.norm() + Dense().norm() * x.norm()));
  }
  device_->Fill(0, store_->values());
  op_->ParametersChanged();
  for (Direction direction : {Direction::kForward, Direction::kAdjoint}) {
    EXPECT_LE(RelativeError(apply(direction, x), op_->m() * x), Tolerance(dtype_, 16));
  }
}

// The same operator in float64 tells what float32 has rounded.
TEST_P(OperatorConformanceTest, RoundingStaysWithinItsConstant) {
  for (double scale : {0.0, 1.0, 10.0}) {
    if (scale > 0) Randomize(scale);
    const double constant = op_->RoundingConstant();
    EXPECT_GE(constant, op_->Lipschitz());
    if (dtype_ == DType::kFloat64) continue;
    const MatrixXd x = Values(n_, 7), parameters = ToMatrix(*device_, store_->values());
    const Multiplier monotone = multiplier::I - multiplier::W;
    const auto apply = [&](DType dtype) {
      const Tensor y = device_->Allocate(dtype, {n_, x.cols()});
      op_->Multiply(Direction::kForward, monotone, FromMatrix(*device_, dtype, x), y);
      return ToMatrix(*device_, y);
    };
    const MatrixXd rounded = apply(DType::kFloat32);
    Create(DType::kFloat64, 1);
    Assign(*device_, parameters, store_->values());
    op_->ParametersChanged();
    const MatrixXd exact = apply(DType::kFloat64);
    for (Index l = 0; l < x.cols(); ++l) {
      EXPECT_LE((rounded - exact).col(l).norm(),
                constant * Tolerance(DType::kFloat32, 0.5) * x.col(l).norm());
    }
    Create(DType::kFloat32, 1);
  }
}

TEST_P(OperatorConformanceTest, LipschitzConstantIsTheLargestSingularValue) {
  for (double scale : {0.0, 1.0}) {
    if (scale > 0) Randomize(scale);
    const MatrixXd f = MatrixXd::Identity(n_, n_) - Dense();
    const Eigen::SelfAdjointEigenSolver<MatrixXd> gram(f.transpose() * f, Eigen::EigenvaluesOnly);
    const double l = std::sqrt(gram.eigenvalues().maxCoeff());
    EXPECT_NEAR(op_->Lipschitz(), l, 2e-3 * l);
  }
}

TEST_P(OperatorConformanceTest, IterationMultipliesAndMapsEveryBlock) {
  const MatrixXd eye = MatrixXd::Identity(n_, n_), w = Dense();
  for (auto kind : {Multiplier::Kind::kOperator, Multiplier::Kind::kResolvent}) {
    for (auto direction : {Direction::kForward, Direction::kAdjoint}) {
      for (Index batch : {1, 3, 17, 40}) {
        const Multiplier multiplier{kind, 0.6, -0.8, 1.7};
        const MatrixXd resolvent = (eye + 0.6 * (eye - w)).inverse();
        MatrixXd k = kind == Multiplier::Kind::kOperator ? w : resolvent;
        if (direction == Direction::kAdjoint) k.transposeInPlace();
        const MatrixXd matrix = -0.8 * eye + 1.7 * k, b = Values(n_, batch);
        const MatrixXd c =
            kind == Multiplier::Kind::kOperator ? MatrixXd(1.7 * b) : MatrixXd(1.7 * 0.6 * k * b);
        Iteration& iteration = op_->Iterate(direction, multiplier, FromMatrix(*device_, dtype_, b));
        const double tolerance = Tolerance(dtype_, 256) * (1 + matrix.norm());
        MatrixXd r = MatrixXd::Zero(n_, batch);
        const Tensor visits = FromMatrix(*device_, dtype_, r);
        for (int step = 0; step < 3; ++step) {
          const StampMap add_c(1, iteration.c(), visits);
          step == 0 ? iteration.Place(add_c) : iteration.Step(add_c);
          r = matrix * r + c;
        }
        EXPECT_EQ(ToMatrix(*device_, visits), MatrixXd::Constant(n_, batch, 3));
        EXPECT_LE(RelativeError(ToMatrix(*device_, iteration.c()), c), tolerance);
        const Tensor product = device_->Allocate(dtype_, {n_, batch});
        iteration.Step(RecordMap(product));
        EXPECT_LE(RelativeError(ToMatrix(*device_, product), matrix * r),
                  tolerance * (1 + matrix.norm()));
        // A state that comes from elsewhere replaces r, and c is still there.
        const MatrixXd placed = Values(n_, batch);
        iteration.Place(StampMap(1, FromMatrix(*device_, dtype_, placed), visits));
        iteration.Step(RecordMap(product));
        EXPECT_LE(RelativeError(ToMatrix(*device_, product), matrix * placed), tolerance);
        EXPECT_LE(RelativeError(ToMatrix(*device_, iteration.c()), c), tolerance);
      }
    }
  }
}

// Batches of one sample, of a few, and of enough to be shared out.
TEST_P(OperatorConformanceTest, ThreadsChangeNoBit) {
  for (const Index batch : {1, 3, 130}) {
    SCOPED_TRACE(batch);
    const MatrixXd x = Values(n_, batch), u = Values(n_, batch);
    std::vector<MatrixXd> first;
    for (const int threads : {1, 2, 3, 5}) {
      SCOPED_TRACE(threads);
      Create(GetParam().dtype, threads);
      const Tensor product = device_->Allocate(dtype_, {n_, batch});
      std::vector<MatrixXd> results = {Apply(Direction::kForward, x),
                                       ApplyResolvent(Direction::kAdjoint, 0.6, x)};
      Iteration& iteration =
          op_->Iterate(Direction::kForward, multiplier::V(0.6), FromMatrix(*device_, dtype_, x));
      iteration.Place(StampMap(1, FromMatrix(*device_, dtype_, u), product));
      iteration.Step(RecordMap(product));
      results.push_back(ToMatrix(*device_, product));
      op_->AccumulateGradient(FromMatrix(*device_, dtype_, u), FromMatrix(*device_, dtype_, x));
      results.push_back(ToMatrix(*device_, store_->gradients()));
      if (first.empty()) first = results;
      for (std::size_t i = 0; i < results.size(); ++i) EXPECT_TRUE(results[i] == first[i]) << i;
    }
  }
}

// Several who make a part each have together what one makes alone.
TEST_P(OperatorConformanceTest, PartsMakeTheWhole) {
  const MatrixXd x = Values(n_, 3);
  for (const Multiplier& multiplier : {2 * multiplier::V(0.6) - multiplier::I, multiplier::W}) {
    Create(GetParam().dtype, 1);
    const MatrixXd whole = Multiply(*device_, dtype_, *op_, Direction::kForward, multiplier, x);
    for (const Index count : {2, 3, 8}) {
      std::vector<std::vector<MatrixXd>> parts;
      for (Index index = 0; index < count; ++index) {
        Create(GetParam().dtype, 1);
        parts.emplace_back();
        for (const Tensor& one : op_->PreparePart(multiplier, {index, count}))
          parts.back().push_back(ToMatrix(*device_, one));
      }
      // The last of them gets the parts of the others.
      const std::vector<Tensor> made = op_->PreparePart(multiplier, {count - 1, count});
      ASSERT_EQ(made.size(), parts.back().size());
      for (std::size_t i = 0; i < made.size(); ++i) {
        for (Part part{0, count}; part.index < count; ++part.index) {
          const Index rows = made[i].shape()[0], begin = part.Begin(rows);
          const MatrixXd& from = parts[static_cast<std::size_t>(part.index)][i];
          Assign(*device_, from.middleRows(begin, part.End(rows) - begin),
                 made[i].Rows(begin, part.End(rows)));
        }
      }
      EXPECT_TRUE(Multiply(*device_, dtype_, *op_, Direction::kForward, multiplier, x) == whole);
    }
  }
}

// Blocks sum into slots of the tier that they belong to.
TEST_P(OperatorConformanceTest, SlotsAreGroupedByTiers) {
  const Tensor zeros = FromMatrix(*device_, dtype_, MatrixXd::Zero(n_, 3));
  const Iteration& iteration = op_->Iterate(Direction::kForward, multiplier::W, zeros);
  ASSERT_EQ(iteration.slot_ends().size(), op_->layout().tiers().size());
  Index end = 0;
  for (Index next : iteration.slot_ends()) {
    EXPECT_GT(next, end);
    end = next;
  }
}

// So parameters are that were pruned.
TEST_P(OperatorConformanceTest, StaysStronglyMonotoneWithParametersThatAreZero) {
  const Tensor u = FromMatrix(*device_, dtype_, Values(n_, 2)),
               z = FromMatrix(*device_, dtype_, Values(n_, 2));
  for (const Parameter& parameter : store_->parameters()) {
    SCOPED_TRACE(parameter.name);
    Randomize(0.7);
    device_->Fill(0, parameter.value);
    op_->ParametersChanged();
    const MatrixXd f = MatrixXd::Identity(n_, n_) - Dense();
    const double smallest =
        Eigen::SelfAdjointEigenSolver<MatrixXd>((f + f.transpose()) / 2, Eigen::EigenvaluesOnly)
            .eigenvalues()
            .minCoeff();
    EXPECT_GE(smallest, op_->m() - Tolerance(dtype_, 16) * f.norm());
    EXPECT_TRUE(std::isfinite(op_->Lipschitz()));
    device_->Fill(0, store_->gradients());
    op_->AccumulateGradient(u, z);
    EXPECT_TRUE(ToMatrix(*device_, store_->gradients()).allFinite());
  }
}

// Compares d/dparameter of sum u' W z with central differences. The form is quadratic in the
// parameters or, where they are normalised, smooth; with step 1e-4 the differences are good to
// about 1e-8 in float64.
TEST_P(OperatorConformanceTest, GradientIsThatOfTheBilinearForm) {
  Create(DType::kFloat64, 1);
  Randomize(0.7);
  const MatrixXd u = Values(n_, 3), z = Values(n_, 3);
  const auto form = [&] { return (u.array() * Apply(Direction::kForward, z).array()).sum(); };
  op_->AccumulateGradient(FromMatrix(*device_, dtype_, u), FromMatrix(*device_, dtype_, z));
  constexpr double kStep = 1e-4;
  for (const Parameter& parameter : store_->parameters()) {
    const MatrixXd gradient = ToMatrix(*device_, parameter.gradient);
    const MatrixXd values = ToMatrix(*device_, parameter.value);
    const auto form_at = [&](Index i, double step) {
      MatrixXd moved = values;
      moved(i) += step;
      Assign(*device_, moved, parameter.value);
      op_->ParametersChanged();
      return form();
    };
    for (Index i = 0; i < values.size(); i += std::max<Index>(1, values.size() / Trials(61, 3))) {
      EXPECT_NEAR(gradient(i), (form_at(i, kStep) - form_at(i, -kStep)) / (2 * kStep),
                  1e-6 * (1 + gradient.cwiseAbs().maxCoeff()))
          << parameter.name << " " << i;
    }
    Assign(*device_, values, parameter.value);
  }
}

TEST_P(OperatorConformanceTest, GradientsAccumulate) {
  const Tensor u = FromMatrix(*device_, dtype_, Values(n_, 4)),
               z = FromMatrix(*device_, dtype_, Values(n_, 4));
  op_->AccumulateGradient(u, z);
  const MatrixXd once = ToMatrix(*device_, store_->gradients());
  op_->AccumulateGradient(u, z);
  EXPECT_GT(once.norm(), n_ > 1 ? 1e-3 : 0);
  EXPECT_LE(RelativeError(ToMatrix(*device_, store_->gradients()), 2 * once),
            Tolerance(dtype_, 16));
}

INSTANTIATE_TEST_SUITE_P(All, OperatorConformanceTest,
                         testing::ValuesIn(ExampleCases<OperatorExamples>()), CaseName());

}  // namespace
}  // namespace mondeq
