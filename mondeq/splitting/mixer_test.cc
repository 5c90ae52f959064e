#include "mondeq/splitting/mixer.h"

#include <cmath>
#include <functional>

#include "Eigen/Core"
#include "Eigen/QR"
#include "gtest/gtest.h"
#include "mondeq/testing/tensors.h"

namespace mondeq {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;
using Map = std::function<VectorXd(const VectorXd&)>;

// The accelerated iteration of one state, with dense columns.
class Iterator {
 public:
  Iterator(const Acceleration& acceleration, Map map, const VectorXd& x)
      : acceleration_(acceleration), map_(std::move(map)), x_(x), kept_(x) {
    mixer_.Begin(acceleration, 1);
    residual_ = VectorXd::Zero(x.size());
    secants_ = images_ = MatrixXd::Zero(x.size(), acceleration.memory);
  }

  const VectorXd& x() const { return x_; }
  VectorXd Residual() const { return map_(x_) - x_; }
  int restarts() const { return restarts_; }

  Mixer::Next Step() {
    const VectorXd image = map_(x_), f = image - x_, g = image - kept_, y = f - residual_;
    const int place = calls_++ % acceleration_.memory;
    const Products index(acceleration_);
    secants_.col(place) = index.crossed ? g - y : y;
    images_.col(place) = g;
    std::vector<std::vector<double>> products(index.count(), std::vector<double>(1));
    products[Products::kResidual][0] = f.squaredNorm();
    products[Products::kImage][0] = g.squaredNorm();
    products[Products::kState][0] = (g - y).squaredNorm();
    for (int j = 0; j < acceleration_.memory; ++j) {
      products[index.Secants(j)][0] = secants_.col(j).dot(secants_.col(place));
      products[index.Residual(j)][0] = secants_.col(j).dot(f);
      if (!index.crossed) continue;
      products[index.Image(j)][0] = secants_.col(j).dot(g);
      products[index.State(j)][0] = secants_.col(place).dot(images_.col(j));
    }
    VectorXd gamma(acceleration_.memory);
    const Mixer::Next next = mixer_.Advance(0, products, place, true, gamma.data());
    if (next == Mixer::Next::kLastKept) {
      ++restarts_;
      x_ = kept_;
      return next;
    }
    kept_ = image;
    residual_ = f;
    x_ = image - images_ * gamma;
    return next;
  }

 private:
  Acceleration acceleration_;
  Map map_;
  Mixer mixer_;
  VectorXd x_, kept_, residual_;
  MatrixXd secants_, images_;
  int calls_ = 0, restarts_ = 0;
};

Acceleration Of(Acceleration::Secants secants, int memory, bool safeguarded) {
  Acceleration acceleration;
  acceleration.secants = secants;
  acceleration.memory = memory;
  acceleration.safeguarded = safeguarded;
  return acceleration;
}

// In n + 1 pairs of n dimensions a linear map has no more secrets.
TEST(MixerTest, AndersonSolvesLinearSystemsInAsManyIterationsAsDimensions) {
  Random random(3);
  const MatrixXd a = 0.3 * RandomMatrix(4, 4, &random), b = RandomMatrix(4, 1, &random);
  Iterator iterator(
      Of(Acceleration::kResiduals, 4, false),
      [&](const VectorXd& x) { return VectorXd(a * x + b); }, VectorXd::Zero(4));
  for (int k = 0; k < 6; ++k) iterator.Step();
  EXPECT_LE(iterator.Residual().norm(), 1e-10 * b.norm());
}

TEST(MixerTest, BroydenIsTheRankOneUpdateOfADenseInverse) {
  Random random(4);
  const MatrixXd a = RandomMatrix(6, 6, &random), b = RandomMatrix(6, 1, &random);
  const Map map = [&](const VectorXd& x) { return VectorXd((a * x + b).array().tanh()); };
  Iterator iterator(Of(Acceleration::kStates, 8, false), map, VectorXd::Zero(6));
  VectorXd x = VectorXd::Zero(6), f = map(x) - x;
  MatrixXd inverse = -MatrixXd::Identity(6, 6);
  for (int k = 0; k < 8; ++k) {
    const VectorXd step = -inverse * f;
    x += step;
    iterator.Step();
    ASSERT_LE((iterator.x() - x).norm(), 1e-8 * x.norm()) << k;
    const VectorXd change = map(x) - x - f;
    f += change;
    const VectorXd row = inverse.transpose() * step;
    inverse += (step - inverse * change) * row.transpose() / row.dot(change);
  }
}

// A reflection, a fold and a contraction by c: what Peaceman-Rachford with relu is.
struct Folded {
  explicit Folded(double factor, Random* random) : c(factor) {
    q = Eigen::HouseholderQR<MatrixXd>(RandomMatrix(6, 6, random)).householderQ();
    b = RandomMatrix(6, 1, random);
  }
  VectorXd operator()(const VectorXd& x) const { return c * (q * x.cwiseAbs()) + b; }

  double c;
  MatrixXd q;
  VectorXd b;
};

// By how much, at most, a kept state's residual is above c^(n - s) times the first.
double LargestExcess(const Acceleration& acceleration, double c, Random* random) {
  const Folded map(c, random);
  Iterator iterator(acceleration, map, VectorXd::Zero(6));
  const double first = iterator.Residual().norm();
  double excess = 0;
  for (int n = 0; n < 60; ++n) {
    const double residual = iterator.Residual().norm();
    if (residual < 1e-10 * first) break;
    if (iterator.Step() == Mixer::Next::kLastKept) continue;
    excess = std::max(excess, residual / (std::pow(c, n - iterator.restarts()) * first));
    EXPECT_LE(iterator.restarts(), 1 + std::log2(n + 1));
  }
  return excess;
}

TEST(MixerTest, ARestartCostsOneIterationOfWhatTheMethodPromises) {
  for (Acceleration::Secants secants : {Acceleration::kResiduals, Acceleration::kStates}) {
    double safe = 0, unsafe = 0;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
      for (double c : {0.5, 0.9, 0.99}) {
        for (int memory : {1, 3, 10}) {
          Random random(seed), same(seed);
          safe = std::max(safe, LargestExcess(Of(secants, memory, true), c, &random));
          unsafe = std::max(unsafe, LargestExcess(Of(secants, memory, false), c, &same));
        }
      }
    }
    std::printf("at most %.3g of the bound; without the safeguard %.3g\n", safe, unsafe);
    EXPECT_LE(safe, 1 + 1e-6);
    EXPECT_GT(unsafe, 1.1);
  }
}

// The plain iterations after a restart, and that what is not a number is dropped.
TEST(MixerTest, DropsWhatIsNotBetterAndRestsEverLonger) {
  Mixer mixer;
  mixer.Begin(Of(Acceleration::kResiduals, 1, true), 1);
  double gamma = 0;
  // With ||f||, and columns of length 1, of which T makes one of 0.5.
  const auto advance = [&](double residual) {
    return mixer.Advance(0, {{residual * residual}, {0.25}, {1}, {1}, {0.5}}, 0, true, &gamma);
  };
  EXPECT_EQ(advance(1), Mixer::Next::kPlain);
  for (int rests : {1, 2, 4}) {
    EXPECT_EQ(advance(1e-9), Mixer::Next::kMixed);
    EXPECT_NEAR(gamma, 0.5, 1e-12);
    EXPECT_EQ(advance(rests == 2 ? std::nan("") : 10), Mixer::Next::kLastKept);
    EXPECT_EQ(gamma, 0);
    for (int i = 0; i < rests; ++i) EXPECT_EQ(advance(1e-9), Mixer::Next::kPlain);
  }
}

}  // namespace
}  // namespace mondeq
