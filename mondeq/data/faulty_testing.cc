#include <memory>
#include <string>

#include "mondeq/core/registry.h"
#include "mondeq/data/dataset.h"
#include "mondeq/data/faulty_testing.pb.h"

namespace mondeq {
namespace {

std::vector<float> Given(const google::protobuf::RepeatedField<float>& values, float otherwise) {
  if (values.empty()) return {otherwise};
  return {values.begin(), values.end()};
}

class Faulty : public Dataset {
 public:
  explicit Faulty(const FaultyConfig& config) : config_(config) {}

  Features features() const override {
    return {config_.rows(), config_.columns(), config_.channels()};
  }
  int classes() const override { return config_.classes(); }
  Normalization normalization() const override {
    return {Given(config_.mean(), 0), Given(config_.stddev(), 1)};
  }

  absl::StatusOr<Samples> Load(Split split) const override {
    const bool sound = config_.only_test() && split == Split::kTrain;
    const FaultyConfig& config = sound ? FaultyConfig::default_instance() : config_;
    Samples samples;
    samples.features = features();
    if (config.has_loaded_rows()) samples.features.rows = config.loaded_rows();
    samples.classes = config.has_loaded_classes() ? config.loaded_classes() : classes();
    samples.pixels.resize(static_cast<std::size_t>(config.pixels()));
    samples.values.resize(static_cast<std::size_t>(config.values()));
    if (!samples.values.empty()) samples.values.back() = std::stof(config.last_value());
    samples.labels.resize(static_cast<std::size_t>(config.labels()));
    samples.class_names.resize(static_cast<std::size_t>(config.names()));
    if (!samples.labels.empty()) samples.labels.back() = config.last_label();
    return samples;
  }

 private:
  const FaultyConfig config_;
};

absl::StatusOr<std::unique_ptr<Dataset>> MakeFaulty(const FaultyConfig& config,
                                                    const Dataset::Context&) {
  return std::make_unique<Faulty>(config);
}

MONDEQ_REGISTER(Dataset, faulty, MakeFaulty);

}  // namespace
}  // namespace mondeq
