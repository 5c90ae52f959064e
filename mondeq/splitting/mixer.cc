#include "mondeq/splitting/mixer.h"

#include <algorithm>
#include <cmath>

#include "Eigen/Cholesky"
#include "Eigen/LU"

namespace mondeq {
namespace {

constexpr int kMost = Acceleration::kMostMemory;
using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::ColMajor, kMost, kMost>;
using Vector = Eigen::Matrix<double, Eigen::Dynamic, 1, Eigen::ColMajor, kMost, 1>;

// gamma of (Y'Y + ridge diag Y'Y) gamma = Y'f. Columns get the length 1 first, as a later pair may
// be a small part of an earlier one.
Vector SolveResiduals(const Matrix& yy, const Vector& yf, double ridge) {
  const Vector scale =
      yy.diagonal().unaryExpr([](double square) { return square > 0 ? 1 / std::sqrt(square) : 1; });
  Matrix system = scale.asDiagonal() * yy * scale.asDiagonal();
  system.diagonal().array() += ridge;
  const Vector right = scale.cwiseProduct(yf);
  return scale.cwiseProduct(Vector(system.ldlt().solve(right)));
}

// gamma of (S'G - upper S'S) gamma = S'f.
Vector SolveStates(const Matrix& ss, const Matrix& sg, const Vector& sf) {
  Matrix system = sg;
  system.triangularView<Eigen::Upper>() -= ss;
  return system.partialPivLu().solve(sf);
}

}  // namespace

void Mixer::Begin(const Acceleration& acceleration, std::size_t batch) {
  acceleration_ = acceleration;
  products_ = Products(acceleration);
  samples_.assign(batch, Sample());
  secants_.resize(batch);
  images_.resize(batch);
  right_.resize(static_cast<std::size_t>(acceleration.memory));
}

Mixer::Next Mixer::Advance(std::size_t index, const std::vector<std::vector<double>>& products,
                           int place, bool may_mix, double* gamma) {
  const auto product = [&](int i) { return products[static_cast<std::size_t>(i)][index]; };
  const int memory = acceleration_.memory;
  std::fill_n(gamma, memory, 0.0);
  Sample& sample = samples_[index];
  const double residual = std::sqrt(product(Products::kResidual));
  if (!sample.begun) {
    sample.begun = true;
    sample.envelope = residual;
    return Next::kPlain;
  }
  if (Drops(residual, std::sqrt(product(Products::kImage)), std::sqrt(product(Products::kState)),
            &sample)) {
    return Next::kLastKept;
  }
  FindPlaces(sample, place);
  sample.columns = static_cast<int>(places_.size());
  for (std::size_t j : places_) {
    const int i = static_cast<int>(j);
    secants_[index][j][place] = secants_[index][place][j] = product(products_.Secants(i));
    right_[j] = product(products_.Residual(i));
    if (!products_.crossed) continue;
    images_[index][place][j] = product(products_.State(i));
    images_[index][j][place] = product(products_.Image(i));
  }
  if (sample.rest > 0) {
    --sample.rest;
    return Next::kPlain;
  }
  sample.mixed = may_mix && Solve(index, gamma);
  return sample.mixed ? Next::kMixed : Next::kPlain;
}

void Mixer::FindPlaces(const Sample& sample, int place) {
  const int memory = acceleration_.memory;
  places_.clear();
  for (int age = std::min(sample.columns + 1, memory); age-- > 0;)
    places_.push_back(static_cast<std::size_t>((place + memory - age) % memory));
}

bool Mixer::Drops(double residual, double image, double state, Sample* sample) const {
  if (state > 0) sample->lipschitz = std::max(sample->lipschitz, image / state);
  const double reached = sample->lipschitz * sample->envelope;
  const bool was_mixed = sample->mixed;
  sample->mixed = false;
  // The comparison is false for a NaN too.
  if (was_mixed && acceleration_.safeguarded && !(residual <= reached)) {
    constexpr int kMostDoublings = 100;
    sample->columns = 0;
    sample->rest = std::ldexp(1.0, std::min(sample->restarts++, kMostDoublings));
    return true;
  }
  // Of a plain state only rounding makes the residual the larger of the two.
  sample->envelope = std::max(reached, residual);
  return false;
}

bool Mixer::Solve(std::size_t sample, double* gamma) const {
  // Larger ones would leave little but rounding.
  constexpr double kMostWeight = 1e4;
  const auto n = static_cast<Eigen::Index>(places_.size());
  Matrix secants(n, n), images(n, n);
  Vector right(n);
  for (Eigen::Index i = 0; i < n; ++i) {
    const std::size_t row = places_[static_cast<std::size_t>(i)];
    right(i) = right_[row];
    for (Eigen::Index j = 0; j < n; ++j) {
      const std::size_t column = places_[static_cast<std::size_t>(j)];
      secants(i, j) = secants_[sample][row][column];
      if (products_.crossed) images(i, j) = images_[sample][row][column];
    }
  }
  const Vector solution = products_.crossed ? SolveStates(secants, images, right)
                                            : SolveResiduals(secants, right, acceleration_.ridge);
  if (!solution.allFinite() || solution.lpNorm<1>() > kMostWeight) return false;
  for (Eigen::Index i = 0; i < n; ++i) gamma[places_[static_cast<std::size_t>(i)]] = solution(i);
  return true;
}

}  // namespace mondeq
