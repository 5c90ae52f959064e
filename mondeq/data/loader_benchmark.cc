// What filling a batch of 128 colour images of 32 x 32 costs, with and without augmentation. The
// samples are as many as CIFAR-10 has, so they do not stay in a cache.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "benchmark/benchmark.h"
#include "mondeq/core/config_source.h"
#include "mondeq/core/random.h"
#include "mondeq/core/status.h"
#include "mondeq/data/loader.h"

namespace mondeq {
namespace {

constexpr Features kFeatures{32, 32, 3};
constexpr Index kSamples = 50000;
constexpr Index kBatch = 128;

std::shared_ptr<const Samples> MakeSamples() {
  auto samples = std::make_shared<Samples>();
  samples->features = kFeatures;
  samples->classes = 10;
  samples->labels.resize(kSamples);
  samples->pixels.resize(static_cast<std::size_t>(kSamples * kFeatures.dim()));
  Random random(1);
  for (std::uint8_t& value : samples->pixels) value = static_cast<std::uint8_t>(random.Next());
  return samples;
}

void BM_Fill(benchmark::State& state, const std::string& augmentation) {
  static const auto* const samples = new std::shared_ptr<const Samples>(MakeSamples());
  AugmentationExamples config;
  ConfigSource source;
  MONDEQ_CHECK(ParseConfig(augmentation, "benchmark", {}, &config, &source).ok());
  const Loader loader(*samples, {{0.4f, 0.4f, 0.4f}, {0.2f, 0.2f, 0.2f}}, kBatch, 1, true,
                      *MakeAugmentations(config.example(), source, kFeatures));
  std::vector<float> x(static_cast<std::size_t>(kFeatures.dim() * kBatch));
  std::vector<std::int32_t> labels(kBatch);
  Index batch = 0;
  for (auto _ : state) {
    loader.Fill(batch, x.data(), labels.data());
    benchmark::DoNotOptimize(x.data());
    batch = (batch + 1) % (loader.batches() - 1);
  }
}

constexpr char kCrop[] = "example { [mondeq.pad_crop] {} }";
constexpr char kBoth[] = "example { [mondeq.pad_crop] {} } example { [mondeq.horizontal_flip] {} }";

BENCHMARK_CAPTURE(BM_Fill, plain, "")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(BM_Fill, crop, kCrop)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(BM_Fill, crop_and_flip, kBoth)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace mondeq
