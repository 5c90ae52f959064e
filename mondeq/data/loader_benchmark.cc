// What filling a batch of 128 images costs, with and without augmentation: images of 32 x 32 in
// colour and of 28 x 28 in grey. They are as many as CIFAR-10 has, so they do not stay in a cache.
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

constexpr Features kColor{32, 32, 3}, kGrey{28, 28, 1};
constexpr Index kSamples = 50000;
constexpr Index kBatch = 128;

std::shared_ptr<const Samples> MakeSamples(const Features& features) {
  auto samples = std::make_shared<Samples>();
  samples->features = features;
  samples->classes = 10;
  samples->labels.resize(kSamples);
  samples->pixels.resize(static_cast<std::size_t>(kSamples * features.dim()));
  Random random(1);
  for (std::uint8_t& value : samples->pixels) value = static_cast<std::uint8_t>(random.Next());
  return samples;
}

void BM_Fill(benchmark::State& state, const Features& features, const std::string& augmentation) {
  AugmentationExamples config;
  ConfigSource source;
  MONDEQ_CHECK(ParseConfig(augmentation, "benchmark", {}, &config, &source).ok());
  const std::vector<float> mean(static_cast<std::size_t>(features.channels), 0.4f);
  const Loader loader(MakeSamples(features), {mean, mean}, kBatch, 1, true,
                      *MakeAugmentations(config.example(), source, features));
  std::vector<float> x(static_cast<std::size_t>(features.dim() * kBatch));
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

BENCHMARK_CAPTURE(BM_Fill, plain, kColor, "")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(BM_Fill, crop, kColor, kCrop)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(BM_Fill, crop_and_flip, kColor, kBoth)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(BM_Fill, grey_plain, kGrey, "")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(BM_Fill, grey_crop_and_flip, kGrey, kBoth)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace mondeq
