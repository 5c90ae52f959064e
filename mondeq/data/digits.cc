#include <cstddef>
#include <memory>

#include "mondeq/core/random.h"
#include "mondeq/core/registry.h"
#include "mondeq/data/dataset.h"
#include "mondeq/data/digits.pb.h"
#include "mondeq/data/strokes.h"

namespace mondeq {
namespace {

constexpr int kClasses = 10;

// Every sample has a random stream of its own; those of test samples are far from those for
// training.
constexpr std::uint64_t kTestStream = std::uint64_t{1} << 32;

class Digits : public Dataset {
 public:
  explicit Digits(const DigitsConfig& config) : config_(config) {}

  Features features() const override { return {config_.size(), config_.size(), 1}; }
  int classes() const override { return kClasses; }
  Normalization normalization() const override { return {{config_.mean()}, {config_.stddev()}}; }

  absl::StatusOr<Samples> Load(Split split) const override {
    const bool train = split == Split::kTrain;
    const int count = train ? config_.train_count() : config_.test_count();
    const DigitStyle style{config_.size(), config_.distortion(), config_.noise(),
                           config_.clutter()};

    Samples samples;
    samples.features = features();
    samples.classes = kClasses;
    const auto dim = static_cast<std::size_t>(samples.features.dim());
    samples.pixels.resize(static_cast<std::size_t>(count) * dim);
    samples.labels.resize(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < samples.labels.size(); ++i) {
      Random random(config_.seed(), train ? i : kTestStream + i);
      samples.labels[i] = static_cast<std::int32_t>(i % kClasses);
      DrawDigit(samples.labels[i], style, &random, &samples.pixels[i * dim]);
    }
    return samples;
  }

 private:
  const DigitsConfig config_;
};

absl::StatusOr<std::unique_ptr<Dataset>> MakeDigits(const DigitsConfig& config,
                                                    const Dataset::Context&) {
  return std::make_unique<Digits>(config);
}

MONDEQ_REGISTER(Dataset, digits, MakeDigits);

}  // namespace
}  // namespace mondeq
