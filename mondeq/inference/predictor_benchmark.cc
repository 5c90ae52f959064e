// What predictions cost, by one caller or two at once, each on a thread of its own: in the time of
// two threads twice as many samples are predicted. The models are those of mnist_dense and
// cifar10_conv, untrained.
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "benchmark/benchmark.h"
#include "mondeq/core/random.h"
#include "mondeq/core/status.h"
#include "mondeq/inference/predictor.h"

namespace mondeq {
namespace {

std::string Text(const char* input, const char* parts, bool flattens) {
  return absl::StrCat("name: \"benchmark\" model { input {", input, "} classes: 10 equilibrium { ",
                      parts, "splitting { [mondeq.peaceman_rachford] { alpha { value: 0.5 } } } } ",
                      flattens ? "readout { [mondeq.flatten] {} } " : "",
                      "readout { [mondeq.affine] {} } }");
}

const std::string& Config(bool conv) {
  static const std::string dense =
      Text("rows: 28 columns: 28 channels: 1",
           "injection { [mondeq.affine] {} } operator { [mondeq.dense] { units: 87 } } "
           "nonlinearity { [mondeq.relu] {} } ",
           /*flattens=*/false);
  static const std::string convolution =
      Text("rows: 32 columns: 32 channels: 3",
           "injection { [mondeq.padded_conv] {} } operator { [mondeq.conv] { channels: 81 } } "
           "nonlinearity { [mondeq.zero_border] { inner { [mondeq.relu] {} } } } ",
           /*flattens=*/true);
  return conv ? convolution : dense;
}

void BM_Predict(benchmark::State& state, bool conv) {
  // All threads have the same one.
  static std::unique_ptr<Predictor> predictor;
  const Index count = state.range(0);
  if (state.thread_index() == 0) {
    auto made = Predictor::FromConfig(Config(conv), 1, {"cpu", 1});
    if (!made.ok()) std::fprintf(stderr, "%s\n", std::string(made.status().message()).c_str());
    MONDEQ_CHECK(made.ok());
    predictor = *std::move(made);
  }
  const Index dim = conv ? 3072 : 784;
  std::vector<float> x(static_cast<std::size_t>(count * dim));
  Random random(1);
  for (float& value : x) value = static_cast<float>(random.Normal());
  std::vector<float> logits(static_cast<std::size_t>(count * 10));
  for (auto _ : state) {
    MONDEQ_CHECK(predictor->Predict({x.data(), {count, dim}}, {logits.data(), {count, 10}}).ok());
  }
  state.SetItemsProcessed(state.iterations() * count);
}

BENCHMARK_CAPTURE(BM_Predict, mnist_dense, false)
    ->Arg(1)
    ->Arg(128)
    ->Threads(1)
    ->Threads(2)
    ->UseRealTime()
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(BM_Predict, cifar10_conv, true)
    ->Arg(1)
    ->Arg(128)
    ->Threads(1)
    ->Threads(2)
    ->UseRealTime()
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace mondeq
