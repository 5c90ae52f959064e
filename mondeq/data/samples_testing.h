// Samples for tests.
#ifndef MONDEQ_DATA_SAMPLES_TESTING_H_
#define MONDEQ_DATA_SAMPLES_TESTING_H_

#include <cstdint>
#include <memory>

#include "mondeq/core/random.h"
#include "mondeq/data/dataset.h"

namespace mondeq {

// Random bytes and random labels of ten classes.
inline std::shared_ptr<const Samples> RandomSamples(const Features& features, Index count,
                                                    std::uint64_t seed) {
  auto samples = std::make_shared<Samples>();
  samples->features = features;
  samples->classes = 10;
  Random random(seed);
  for (Index i = 0; i < count; ++i) {
    samples->labels.push_back(static_cast<std::int32_t>(random.Below(10)));
    for (Index d = 0; d < features.dim(); ++d) {
      samples->pixels.push_back(static_cast<std::uint8_t>(random.Below(256)));
    }
  }
  return samples;
}

// The same with values of any size for the bytes.
inline std::shared_ptr<const Samples> RandomValues(const Features& features, Index count,
                                                   std::uint64_t seed) {
  auto samples = std::make_shared<Samples>(*RandomSamples(features, count, seed));
  samples->pixels.clear();
  Random random(seed + 1);
  for (Index i = 0; i < count * features.dim(); ++i) {
    samples->values.push_back(static_cast<float>(100 * random.Normal()));
  }
  return samples;
}

}  // namespace mondeq

#endif  // MONDEQ_DATA_SAMPLES_TESTING_H_
