// What runs of several seeds come to.
#ifndef MONDEQ_CLI_SEED_SUMMARY_H_
#define MONDEQ_CLI_SEED_SUMMARY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "mondeq/report/metrics_csv.h"

namespace mondeq {

// What a run came to on the test samples, accuracies as shares of 1.
struct SeedResult {
  std::int64_t seed = 0;
  // After the last epoch.
  double epochs = 0, accuracy = 0, loss = 0;
  // After the epoch of best.safetensors.
  double best_epoch = 0, best_accuracy = 0, best_loss = 0;
};

// From the metrics of a run of this version, which has an epoch.
SeedResult ResultOf(std::int64_t seed, const MetricsTable& metrics);

// A header, a row per seed, and rows "mean" and, of two seeds or more, "stddev", the standard
// deviation of a sample: of n values the sum of squares is divided by n - 1.
std::string SeedsCsv(const std::vector<SeedResult>& results);

// The same in lines for people.
std::string SeedsText(const std::vector<SeedResult>& results);

}  // namespace mondeq

#endif  // MONDEQ_CLI_SEED_SUMMARY_H_
