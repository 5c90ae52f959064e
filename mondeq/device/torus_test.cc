// The torus against circular convolution by its definition, in float64 and float32, for lengths
// with every radix.
#include "mondeq/device/torus.h"

#include <tuple>

#include "Eigen/Eigenvalues"
#include "Eigen/LU"
#include "gtest/gtest.h"
#include "mondeq/testing/scoped_isa.h"
#include "mondeq/testing/stamp_map.h"
#include "mondeq/testing/tensors.h"
#include "mondeq/testing/test_device.h"

namespace mondeq {
namespace {

using Eigen::MatrixXd;

struct Sizes {
  Index rows, columns;
};

// One sample, whose lanes are channels; two, which are one lane on a GPU; less than a group of
// samples, and more than one; and enough groups to be shared out between threads.
constexpr Index kBatches[] = {1, 2, 5, 35, 120};

class TorusTest : public testing::TestWithParam<std::tuple<Sizes, DType, int, Isa>> {
 protected:
  MatrixXd Values(Index rows, Index columns) {
    return Rounded(dtype_, RandomMatrix(rows, columns, &random_));
  }
  Tensor Upload(const MatrixXd& x) { return FromMatrix(*device_, dtype_, x); }
  Tensor Spectrum(Index channels, Index batch) {
    return device_->Allocate(dtype_, torus_->SpectrumShape(channels, batch));
  }
  // Taps [size, size, m, n] from a matrix [size * size * m, n].
  Tensor Taps(const MatrixXd& taps, Index size, Index m, Index n) {
    return Upload(taps).View({size, size, m, n});
  }
  Tensor Matrices(const MatrixXd& taps, Index size, Index m, Index n) {
    const Tensor matrices = device_->Allocate(dtype_, torus_->MatricesShape(m, n));
    torus_->KernelMatrices(Taps(taps, size, m, n), Part::All(), matrices);
    return matrices;
  }

  // The dense matrix of a kernel, by the definition of cross-correlation.
  MatrixXd Dense(const MatrixXd& taps, Index size, Index m, Index n) {
    const Index rows = sizes_.rows, columns = sizes_.columns;
    MatrixXd dense = MatrixXd::Zero(rows * columns * m, rows * columns * n);
    for (Index y = 0; y < rows; ++y) {
      for (Index x = 0; x < columns; ++x) {
        for (Index t = 0; t < size * size; ++t) {
          const Index sy = ((y + t / size - size / 2) % rows + rows) % rows;
          const Index sx = ((x + t % size - size / 2) % columns + columns) % columns;
          dense.block((y * columns + x) * m, (sy * columns + sx) * n, m, n) +=
              taps.middleRows(t * m, m);
        }
      }
    }
    return dense;
  }

  Sizes sizes_ = std::get<0>(GetParam());
  DType dtype_ = std::get<1>(GetParam());
  ScopedIsa isa_{std::get<3>(GetParam())};
  std::unique_ptr<Device> device_ = MakeTestDevice(std::get<2>(GetParam()));
  std::unique_ptr<Torus> torus_ = device_->MakeTorus(sizes_.rows, sizes_.columns);
  Random random_{13};
};

TEST_P(TorusTest, TransformsInvert) {
  for (Index batch : kBatches) {
    const MatrixXd x = Values(torus_->pixels() * 3, batch);
    const Tensor spectrum = Spectrum(3, batch), back = Upload(MatrixXd::Zero(x.rows(), batch));
    torus_->Transform(Upload(x), 3, spectrum);
    torus_->Invert(spectrum, 3, back);
    EXPECT_LE(RelativeError(ToMatrix(*device_, back), x), Tolerance(dtype_, 16));
  }
}

TEST_P(TorusTest, KernelMatricesActAsTheKernelAndItsAdjoint) {
  for (Index size : {1, 3, 5}) {
    const Index m = 3, n = 2;
    const MatrixXd taps = Values(size * size * m, n), dense = Dense(taps, size, m, n);
    const Tensor matrices = Matrices(taps, size, m, n);
    for (Index batch : kBatches) {
      const MatrixXd x = Values(dense.cols(), batch), y = Values(dense.rows(), batch);
      const Tensor in = Spectrum(n, batch), out = Spectrum(m, batch);
      const Tensor result = Upload(y), adjoint = Upload(x);
      torus_->Transform(Upload(x), n, in);
      torus_->Multiply(1, matrices, m, n, Transpose::kNo, in, batch, 0, out);
      torus_->Invert(out, m, result);
      EXPECT_LE(RelativeError(ToMatrix(*device_, result), dense * x), Tolerance(dtype_, 32));
      torus_->Transform(Upload(y), m, out);
      torus_->Multiply(1, matrices, m, n, Transpose::kYes, out, batch, 0, in);
      torus_->Invert(in, n, adjoint);
      EXPECT_LE(RelativeError(ToMatrix(*device_, adjoint), dense.transpose() * y),
                Tolerance(dtype_, 32));
    }
  }
}

TEST_P(TorusTest, InversesAndNorms) {
  const Index n = 4;
  MatrixXd taps = Values(9 * n, n);
  taps.middleRows(4 * n, n) += 14 * MatrixXd::Identity(n, n);
  const MatrixXd dense = Dense(taps, 3, n, n), x = Values(dense.cols(), 3);
  const Tensor matrices = Matrices(taps, 3, n, n), spectrum = Spectrum(n, 3), result = Upload(x);
  const Eigen::SelfAdjointEigenSolver<MatrixXd> gram(dense.transpose() * dense,
                                                     Eigen::EigenvaluesOnly);
  EXPECT_NEAR(torus_->Norm(matrices, n, n), std::sqrt(gram.eigenvalues().maxCoeff()),
              2e-3 * dense.norm() / std::sqrt(static_cast<double>(torus_->pixels())));
  torus_->InvertMatrices(n, 2, -0.5, Part::All(), matrices);
  torus_->Transform(result, n, spectrum);
  torus_->Multiply(1, matrices, n, n, Transpose::kNo, spectrum, 3, 0, spectrum);
  torus_->Invert(spectrum, n, result);
  EXPECT_LE(RelativeError(ToMatrix(*device_, result), 2 * dense.partialPivLu().solve(x) - 0.5 * x),
            Tolerance(dtype_, 128));
}

TEST_P(TorusTest, CorrelationIsTheGradientOfTheKernel) {
  const Index m = 17, n = 2, size = 3;
  for (Index batch : kBatches) {
    const MatrixXd u = Values(torus_->pixels() * m, batch), z = Values(torus_->pixels() * n, batch);
    const Tensor su = Spectrum(m, batch), sz = Spectrum(n, batch),
                 taps = Upload(MatrixXd::Zero(size * size * m, n));
    torus_->Transform(Upload(u), m, su);
    torus_->Transform(Upload(z), n, sz);
    torus_->Correlate(1, false, su, m, sz, n, batch, 0, taps.View({size, size, m, n}));
    // u' (K * z) is linear in K: its gradient's product with any K is the value there.
    const MatrixXd gradient = ToMatrix(*device_, taps.View({size * size * m, n}));
    for (int i = 0; i < 5; ++i) {
      const MatrixXd kernel = Values(size * size * m, n);
      const double value = u.cwiseProduct(Dense(kernel, size, m, n) * z).sum();
      EXPECT_NEAR(gradient.cwiseProduct(kernel).sum(), value,
                  Tolerance(dtype_, 64) * gradient.norm() * kernel.norm());
    }
  }
}

// Every second row and column of a [pixels * m, ...] matrix.
MatrixXd Sample(const MatrixXd& x, const Sizes& sizes, Index m) {
  MatrixXd sampled(x.rows() / 4, x.cols());
  for (Index y = 0; y < sizes.rows; y += 2) {
    for (Index column = 0; column < sizes.columns; column += 2) {
      sampled.middleRows((y / 2 * sizes.columns / 2 + column / 2) * m, m) =
          x.middleRows((y * sizes.columns + column) * m, m);
    }
  }
  return sampled;
}

TEST_P(TorusTest, SamplingIsConvolutionAtEveryOtherPixel) {
  if (sizes_.rows % 2 != 0 || sizes_.columns % 2 != 0) return;
  for (Index m : {1, 3, 19}) {
    const Index n = 18;
    const MatrixXd taps = Values(9 * m, n), d = Sample(Dense(taps, 3, m, n), sizes_, m);
    const Tensor sampled = device_->Allocate(dtype_, torus_->SampledShape(m, n));
    torus_->SampledMatrices(Taps(taps, 3, m, n), sampled);
    Torus& half = torus_->Half();
    for (Index batch : kBatches) {
      const MatrixXd x = Values(d.cols(), batch), y = Values(d.rows(), batch);
      const Tensor of_x = Spectrum(n, batch),
                   of_y = device_->Allocate(dtype_, half.SpectrumShape(m, batch));
      const Tensor down = Upload(y), up = Upload(x);
      torus_->Transform(Upload(x), n, of_x);
      torus_->MultiplyDown(sampled, m, n, of_x, batch, of_y);
      half.Invert(of_y, m, down);
      EXPECT_LE(RelativeError(ToMatrix(*device_, down), d * x), Tolerance(dtype_, 32));
      half.Transform(Upload(y), m, of_y);
      torus_->MultiplyUp(-0.5, sampled, m, n, of_y, batch, of_x);
      torus_->Invert(of_x, n, up);
      EXPECT_LE(RelativeError(ToMatrix(*device_, up), x - 0.5 * d.transpose() * y),
                Tolerance(dtype_, 32));
    }
  }
}

TEST_P(TorusTest, BlocksAreTheSumOfAKernelAndASampledGram) {
  if (sizes_.rows % 2 != 0 || sizes_.columns % 2 != 0) return;
  for (const auto& [n, m] : {std::tuple<Index, Index>{2, 3}, {9, 19}, {18, 10}}) {
    MatrixXd kernel = Values(9 * n, n);
    // The Hermitian part of a kernel plus this is positive definite.
    kernel.middleRows(4 * n, n) += 160 * MatrixXd::Identity(n, n);
    const MatrixXd taps = Values(9 * m, n), d = Sample(Dense(taps, 3, m, n), sizes_, m);
    const MatrixXd s = Dense(kernel, 3, n, n) + 0.7 * d.transpose() * d;
    const Tensor circular = Matrices(kernel, 3, n, n);
    const Tensor sampled = device_->Allocate(dtype_, torus_->SampledShape(m, n));
    torus_->SampledMatrices(Taps(taps, 3, m, n), sampled);
    const Tensor blocks = device_->Allocate(dtype_, torus_->BlocksShape(n));
    for (bool invert : {false, true}) {
      const double factor = invert ? 80 : 0.01;
      MatrixXd dense = factor * (invert ? MatrixXd(s.inverse()) : s);
      dense.diagonal().array() -= 0.5;
      torus_->MakeBlocks(circular, n, 0.7, sampled, m, invert, factor, -0.5, Part::All(), blocks);
      for (Transpose adjoint : {Transpose::kNo, Transpose::kYes}) {
        for (Index batch : kBatches) {
          const MatrixXd x = Values(dense.cols(), batch);
          const Tensor spectrum = Spectrum(n, batch), result = Upload(x);
          torus_->Transform(result, n, spectrum);
          torus_->MultiplyBlocks(2, blocks, n, adjoint, spectrum, batch, 0.5, spectrum);
          torus_->Invert(spectrum, n, result);
          const MatrixXd op = adjoint == Transpose::kNo ? dense : dense.transpose();
          EXPECT_LE(RelativeError(ToMatrix(*device_, result), 2 * op * x + 0.5 * x),
                    Tolerance(dtype_, 128));
        }
      }
    }
  }
}

TEST_P(TorusTest, MapSeesEveryPixelOfEverySampleOnce) {
  for (Index batch : kBatches) {
    const Index channels = 19, dim = torus_->pixels() * channels;
    const MatrixXd x = Values(dim, batch), stamp = Values(dim, batch);
    const Tensor visits = Upload(MatrixXd::Zero(dim, batch));
    const StampMap map(2, Upload(stamp), visits);
    const Tensor spectrum = Spectrum(channels, batch), result = Upload(x);
    torus_->Transform(result, channels, spectrum);
    torus_->Map(spectrum, channels, batch, map);
    torus_->Invert(spectrum, channels, result);
    EXPECT_EQ(ToMatrix(*device_, visits), MatrixXd::Ones(dim, batch));
    EXPECT_LE(RelativeError(ToMatrix(*device_, result), 2 * x + stamp), Tolerance(dtype_, 32));
  }
}

TEST_P(TorusTest, MultiplyThenMapIsBoth) {
  const Index n = 5;
  const MatrixXd taps = Values(9 * n, n), dense = Dense(taps, 3, n, n);
  const Tensor matrices = Matrices(taps, 3, n, n);
  for (Transpose adjoint : {Transpose::kNo, Transpose::kYes}) {
    for (Index batch : kBatches) {
      const MatrixXd x = Values(dense.rows(), batch), stamp = Values(dense.rows(), batch);
      const Tensor visits = Upload(MatrixXd::Zero(x.rows(), batch));
      const Tensor spectrum = Spectrum(n, batch), result = Upload(x);
      torus_->Transform(result, n, spectrum);
      torus_->MultiplyThenMap(matrices, n, adjoint, spectrum, batch,
                              StampMap(2, Upload(stamp), visits));
      torus_->Invert(spectrum, n, result);
      const MatrixXd op = adjoint == Transpose::kNo ? dense : dense.transpose();
      EXPECT_LE(RelativeError(ToMatrix(*device_, result), 2 * op * x + stamp),
                Tolerance(dtype_, 32));
    }
  }
}

// These are larger than what any device inverts in one piece.
TEST_P(TorusTest, InversesOfManyChannels) {
  if (sizes_.rows > 2) return;
  for (Index n : {31, 32, 33, 81, 130, 200}) {
    MatrixXd taps = Values(9 * n, n);
    taps.middleRows(4 * n, n) += 9 * std::sqrt(static_cast<double>(n)) * MatrixXd::Identity(n, n);
    const MatrixXd dense = Dense(taps, 3, n, n), x = Values(dense.cols(), 2);
    const Tensor matrices = Matrices(taps, 3, n, n), spectrum = Spectrum(n, 2), result = Upload(x);
    torus_->InvertMatrices(n, 1, 0, Part::All(), matrices);
    torus_->Transform(result, n, spectrum);
    torus_->Multiply(1, matrices, n, n, Transpose::kNo, spectrum, 2, 0, spectrum);
    torus_->Invert(spectrum, n, result);
    EXPECT_LE(RelativeError(dense * ToMatrix(*device_, result), x), Tolerance(dtype_, 128)) << n;
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, TorusTest,
                         testing::Combine(testing::Values(Sizes{1, 1}, Sizes{2, 2}, Sizes{2, 3},
                                                          Sizes{4, 6}, Sizes{6, 6}, Sizes{7, 5},
                                                          Sizes{8, 9}),
                                          testing::Values(DType::kFloat32, DType::kFloat64),
                                          testing::ValuesIn(TestThreads({1, 3})),
                                          testing::ValuesIn(TestIsas())));

}  // namespace
}  // namespace mondeq
