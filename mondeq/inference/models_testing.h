// Small experiments of every kind of operator for tests of what embeds models, and arrays for them.
#ifndef MONDEQ_INFERENCE_MODELS_TESTING_H_
#define MONDEQ_INFERENCE_MODELS_TESTING_H_

#include <memory>
#include <string>
#include <vector>

#include "mondeq/inference/predictor.h"

namespace mondeq {

struct TestedModel {
  const char* name;
  // An experiment, which solves to working precision of float64.
  std::string text;
};

// A dense model, one convolution and one of two tiers.
std::vector<TestedModel> TestedModels();

// On the device of the suite. The config must be good.
std::unique_ptr<Predictor> MakePredictor(const TestedModel& model, DType dtype,
                                         const std::vector<std::string>& overrides = {},
                                         std::uint64_t seed = 3, int threads = 1);

// Random normal numbers.
std::vector<double> RandomValues(Index count, std::uint64_t seed);

}  // namespace mondeq

#endif  // MONDEQ_INFERENCE_MODELS_TESTING_H_
