// The small systems of an acceleration (acceleration.h), and its safeguard: what becomes of the
// next state of every sample, as a function of the products of its last ones.
#ifndef MONDEQ_SPLITTING_MIXER_H_
#define MONDEQ_SPLITTING_MIXER_H_

#include <array>
#include <cstddef>
#include <vector>

#include "mondeq/splitting/acceleration.h"
#include "mondeq/splitting/products.h"

namespace mondeq {

class Mixer {
 public:
  // What the next state is: T of the last one that was kept, T(x) or T(x) - G gamma.
  enum class Next { kLastKept, kPlain, kMixed };

  // Begins with another solve.
  void Begin(const Acceleration& acceleration, std::size_t batch);
  // The next state of a sample of which products[i][sample] is product i, with the new columns in
  // `place` of the memory. The first call for a sample is for its first residual, when there are no
  // columns yet. Sets gamma[j] for the places j; they are 0 unless the state is mixed, which it
  // never is unless it may.
  Next Advance(std::size_t sample, const std::vector<std::vector<double>>& products, int place,
               bool may_mix, double* gamma);

 private:
  using ByPlaces =
      std::array<std::array<double, Acceleration::kMostMemory>, Acceleration::kMostMemory>;

  struct Sample {
    bool begun = false, mixed = false;
    int columns = 0, restarts = 0;
    // Plain iterations before it may be mixed again.
    double rest = 0;
    double lipschitz = 0, envelope = 0;  // c' and E
  };

  // Whether the state that a sample has been given is to be dropped; goes on with c' and E.
  bool Drops(double residual, double image, double state, Sample* sample) const;
  // Sets places_ to those of a sample's columns, the newest last.
  void FindPlaces(const Sample& sample, int place);
  // Sets gamma, if there is one to be used.
  bool Solve(std::size_t sample, double* gamma) const;

  Acceleration acceleration_;
  Products products_{acceleration_};
  std::vector<Sample> samples_;
  // A'A and A'G of each.
  std::vector<ByPlaces> secants_, images_;
  std::vector<std::size_t> places_;
  std::vector<double> right_;  // A'f, by place
};

}  // namespace mondeq

#endif  // MONDEQ_SPLITTING_MIXER_H_
