#include "mondeq/inference/models_testing.h"

#include <cstdio>

#include "absl/strings/str_cat.h"
#include "mondeq/core/random.h"
#include "mondeq/testing/test_device.h"

namespace mondeq {
namespace {

std::string ExperimentOf(const char* input, const char* injection, const char* op,
                         const char* nonlinearity, const char* readout) {
  return absl::StrCat("name: \"small\" model { input {", input, "} classes: 3 equilibrium { ",
                      "injection {", injection, "} operator {", op, "} nonlinearity {",
                      nonlinearity,
                      "} splitting { [mondeq.peaceman_rachford] {} tolerance: 1e-12 "
                      "max_iterations: 3000 } } ",
                      readout, " readout { [mondeq.affine] {} } }");
}

}  // namespace

std::vector<TestedModel> TestedModels() {
  const char* image = "rows: 6 columns: 4 channels: 2";
  const char* border = "[mondeq.zero_border] { inner { [mondeq.relu] {} } }";
  const char* flatten = "readout { [mondeq.flatten] {} }";
  return {
      {"dense", ExperimentOf("rows: 1 columns: 1 channels: 10", "[mondeq.affine] {}",
                             "[mondeq.dense] { units: 12 m: 0.5 }", "[mondeq.relu] {}", "")},
      {"conv", ExperimentOf(image, "[mondeq.padded_conv] {}",
                            "[mondeq.conv] { channels: 4 m: 0.5 }", border, flatten)},
      {"multi_tier", ExperimentOf(image, "[mondeq.padded_conv] {}",
                                  "[mondeq.multi_tier_conv] { channels: 3 channels: 4 m: 0.5 }",
                                  border, flatten)},
  };
}

std::unique_ptr<Predictor> MakePredictor(const TestedModel& model, DType dtype,
                                         const std::vector<std::string>& overrides,
                                         std::uint64_t seed, int threads) {
  auto made =
      Predictor::FromConfig(model.text, seed, {TestDeviceName(), threads, dtype, overrides});
  if (!made.ok()) std::fprintf(stderr, "%s\n", std::string(made.status().message()).c_str());
  MONDEQ_CHECK(made.ok());
  return *std::move(made);
}

std::vector<double> RandomValues(Index count, std::uint64_t seed) {
  Random random(seed);
  std::vector<double> values(static_cast<std::size_t>(count));
  for (double& value : values) value = random.Normal();
  return values;
}

}  // namespace mondeq
