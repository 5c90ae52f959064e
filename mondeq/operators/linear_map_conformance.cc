// Conformance of every registered linear map.
// A library: a test program links it with the plugins under test, here or in another workspace
// (mondeq_conformance_test in tools/mondeq.bzl).
#include <vector>

#include "Eigen/SVD"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/core/registry.h"
#include "mondeq/operators/linear_map.h"
#include "mondeq/testing/examples.h"
#include "mondeq/testing/tensors.h"
#include "mondeq/testing/test_device.h"

namespace mondeq {
namespace {

using Eigen::MatrixXd;
using Case = ExampleCase<LinearMapConfig>;
const Features kInputs[] = {Features::Flat(1), Features::Flat(11), {4, 3, 1}, {3, 5, 2}, {8, 8, 3}};

class LinearMapConformanceTest : public testing::TestWithParam<Case> {
 protected:
  absl::Status Create(const Features& input, DType dtype) {
    store_ = std::make_unique<ParameterStore>();
    auto map =
        Registry<LinearMap>::Create(GetParam().slot, ConfigSource(),
                                    {input, {}, 0, {store_.get(), "map"}, device_.get(), dtype});
    if (!map.ok()) return map.status();
    map_ = *std::move(map);
    dtype_ = dtype;
    store_->Allocate(*device_, dtype, 5);
    return absl::OkStatus();
  }

  // Runs `body` on every input shape that the map takes. It must take at least one.
  void ForEveryInput(const std::function<void()>& body) {
    int taken = 0;
    for (const Features& input : kInputs) {
      const absl::Status created = Create(input, GetParam().dtype);
      if (!created.ok()) {
        EXPECT_EQ(created.code(), absl::StatusCode::kInvalidArgument);
        continue;
      }
      SCOPED_TRACE(input.ToString());
      EXPECT_EQ(map_->input(), input);
      body();
      ++taken;
    }
    EXPECT_GE(taken, 1);
  }

  MatrixXd Apply(const MatrixXd& x) {
    const Tensor y = device_->Allocate(dtype_, {map_->output().dim(), x.cols()});
    map_->Apply(FromMatrix(*device_, dtype_, x), y);
    return ToMatrix(*device_, y);
  }
  MatrixXd ApplyAdjoint(const MatrixXd& y) {
    const Tensor x = device_->Allocate(dtype_, {map_->input().dim(), y.cols()});
    map_->ApplyAdjoint(FromMatrix(*device_, dtype_, y), x);
    return ToMatrix(*device_, x);
  }
  void AccumulateGradient(const MatrixXd& x, const MatrixXd& dy) {
    map_->AccumulateGradient(FromMatrix(*device_, dtype_, x), FromMatrix(*device_, dtype_, dy));
  }
  MatrixXd Values(Index rows, Index columns) {
    return Rounded(dtype_, RandomMatrix(rows, columns, &random_));
  }

  DType dtype_ = GetParam().dtype;
  std::unique_ptr<Device> device_ = MakeTestDevice(2);
  std::unique_ptr<ParameterStore> store_;
  std::unique_ptr<LinearMap> map_;
  Random random_{9};
};

TEST(LinearMapRegistryTest, EveryPluginHasAnExample) {
  const auto names = Registry<LinearMap>::Names();
  EXPECT_FALSE(names.empty());
  EXPECT_THAT(ExampleNames<LinearMapExamples>(), testing::IsSupersetOf(names));
}

TEST_P(LinearMapConformanceTest, IsAffineWithItsExactAdjoint) {
  ForEveryInput([&] {
    const Index d = map_->input().dim(), n = map_->output().dim();
    const MatrixXd bias = Apply(MatrixXd::Zero(d, 1));
    const MatrixXd matrix = Apply(MatrixXd::Identity(d, d)).colwise() - bias.col(0);
    EXPECT_LE(RelativeError(ApplyAdjoint(MatrixXd::Identity(n, n)), matrix.transpose()),
              Tolerance(dtype_, 16));
    for (Index batch : {1, 3, 17, 40}) {
      const MatrixXd x = Values(d, batch), y = Values(n, batch);
      EXPECT_LE(RelativeError(Apply(x), (matrix * x).colwise() + bias.col(0)),
                Tolerance(dtype_, 32));
      EXPECT_LE(RelativeError(ApplyAdjoint(y), matrix.transpose() * y), Tolerance(dtype_, 32));
    }
  });
}

TEST_P(LinearMapConformanceTest, ThreadsChangeNoBit) {
  ForEveryInput([&] {
    const Features input = map_->input();
    for (const Index batch : {1, 3, 130}) {
      const MatrixXd x = Values(input.dim(), batch), dy = Values(map_->output().dim(), batch);
      std::vector<MatrixXd> first;
      for (const int threads : {1, 2, 3, 5}) {
        device_ = MakeTestDevice(threads);
        ASSERT_TRUE(Create(input, GetParam().dtype).ok());
        AccumulateGradient(x, dy);
        const std::vector<MatrixXd> results = {Apply(x), ApplyAdjoint(dy),
                                               ToMatrix(*device_, store_->gradients())};
        if (first.empty()) first = results;
        for (std::size_t i = 0; i < results.size(); ++i)
          EXPECT_TRUE(results[i] == first[i]) << i << ", " << batch << ", " << threads;
      }
    }
  });
}

// The same map in float64 tells what float32 has rounded. Constant samples and weights are worse
// than random ones: their roundings do not cancel.
TEST_P(LinearMapConformanceTest, RoundingStaysWithinItsBounds) {
  ForEveryInput([&] {
    const Index d = map_->input().dim();
    const double norm =
        (Apply(MatrixXd::Identity(d, d)).colwise() - Apply(MatrixXd::Zero(d, 1)).col(0))
            .jacobiSvd()
            .singularValues()(0);
    EXPECT_GE(map_->rounding().norm, norm * (1 - Tolerance(dtype_, 16)));
    if (dtype_ == DType::kFloat64) return;
    const Features input = map_->input();
    for (const bool constant : {false, true}) {
      if (constant && store_->count() > 0) device_->Fill(0.1f, store_->values());
      MatrixXd x = Values(d, 3);
      if (constant) x.setConstant(static_cast<double>(0.7f));
      const LinearMap::Rounding rounding = map_->rounding();
      const MatrixXd rounded = Apply(x), parameters = ToMatrix(*device_, store_->values());
      ASSERT_TRUE(Create(input, DType::kFloat64).ok());
      Assign(*device_, parameters, store_->values());
      const MatrixXd exact = Apply(x);
      for (Index l = 0; l < x.cols(); ++l) {
        EXPECT_LE((rounded - exact).col(l).norm(),
                  Tolerance(DType::kFloat32, 0.5) *
                      (rounding.constant * x.col(l).norm() + rounding.offset));
      }
      ASSERT_TRUE(Create(input, DType::kFloat32).ok());
    }
  });
}

// sum dy' (U x + b) is linear in the parameters, so a difference of any step is exact up to
// rounding.
TEST_P(LinearMapConformanceTest, GradientIsThatOfTheBilinearForm) {
  ForEveryInput([&] {
    const MatrixXd x = Values(map_->input().dim(), 3), dy = Values(map_->output().dim(), 3);
    const auto form = [&] { return (dy.array() * Apply(x).array()).sum(); };
    AccumulateGradient(x, dy);
    const MatrixXd gradient = ToMatrix(*device_, store_->gradients());
    const MatrixXd values = ToMatrix(*device_, store_->values());
    const double before = form();
    for (Index i = 0; i < values.size(); i += std::max<Index>(1, values.size() / 37)) {
      MatrixXd moved = values;
      moved(i) += 1;
      Assign(*device_, moved, store_->values());
      EXPECT_NEAR(gradient(i), form() - before,
                  Tolerance(dtype_, 512) * (1 + std::abs(before)) * x.norm());
    }
  });
}

TEST_P(LinearMapConformanceTest, GradientsAccumulate) {
  ForEveryInput([&] {
    const MatrixXd x = Values(map_->input().dim(), 3), dy = Values(map_->output().dim(), 3);
    AccumulateGradient(x, dy);
    const MatrixXd once = ToMatrix(*device_, store_->gradients());
    AccumulateGradient(x, dy);
    EXPECT_LE(RelativeError(ToMatrix(*device_, store_->gradients()), 2 * once),
              Tolerance(dtype_, 16));
  });
}

// The rows of `image` that hold the features of its top left part.
std::vector<Index> RowsOfPart(const Features& part, const Features& image) {
  std::vector<Index> rows;
  for (Index y = 0; y < part.rows; ++y) {
    for (Index i = 0; i < part.columns * part.channels; ++i) {
      rows.push_back(y * image.columns * image.channels + i);
    }
  }
  return rows;
}

TEST_P(LinearMapConformanceTest, ReadsPartOfALargerImageAsItReadsTheImage) {
  ForEveryInput([&] {
    const Features part = map_->input();
    const Features image{part.rows + 2, part.columns + 1, part.channels};
    const MatrixXd x = Values(image.dim(), 5), dy = Values(map_->output().dim(), 5);
    const std::vector<Index> rows = RowsOfPart(part, image);
    const MatrixXd y = Apply(x(rows, Eigen::all));
    MatrixXd dx = MatrixXd::Zero(image.dim(), 5);
    dx(rows, Eigen::all) = ApplyAdjoint(dy);
    if (!map_->ReadPartOf(image)) return;
    EXPECT_EQ(Apply(x), y);
    const Tensor whole = device_->Allocate(dtype_, {image.dim(), 5});
    map_->ApplyAdjoint(FromMatrix(*device_, dtype_, dy), whole);
    EXPECT_EQ(ToMatrix(*device_, whole), dx);
  });
}

INSTANTIATE_TEST_SUITE_P(All, LinearMapConformanceTest,
                         testing::ValuesIn(ExampleCases<LinearMapExamples>()), CaseName());

}  // namespace
}  // namespace mondeq
