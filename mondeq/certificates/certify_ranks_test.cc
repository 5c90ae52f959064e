// Several ranks certify, attack and round what one does, to the bit.
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "mondeq/certificates/accuracy.h"
#include "mondeq/certificates/exact_model.h"
#include "mondeq/certificates/rounded_weights.h"
#include "mondeq/collective/rank_threads.h"
#include "mondeq/core/status.h"
#include "mondeq/training/small_experiment_testing.h"

namespace mondeq {
namespace {

void Append(const std::vector<CertifiedBatch>& batches, std::vector<double>* values) {
  ForEachSample(batches, [&](const CertifiedSample& sample, std::int32_t label) {
    for (double x : {static_cast<double>(label), static_cast<double>(sample.predicted),
                     sample.margin, sample.radius_l2, sample.radius_linf})
      values->push_back(x);
  });
}

// Every number that this rank gets, of samples that fill no whole number of batches.
absl::StatusOr<std::vector<double>> CertifyAll(Communicator& ranks) {
  SmallExperimentOptions options;
  options.dtype = DType::kFloat64;
  options.batch_size = 7;
  SmallExperiment small(options);
  Model* model = small.model.get();
  SolveExactly(model);
  const Sensitivity sensitivity = FindSensitivity({1}, model);
  const Index count = small.test->samples().count() - 3;
  SolveTally solves;
  MONDEQ_ASSIGN_OR_RETURN(
      const std::vector<CertifiedBatch> batches,
      CertifyBatches(*small.test, count, sensitivity, nullptr, model, ranks, &solves));
  std::vector<double> values;
  Append(batches, &values);
  values.push_back(static_cast<double>(solves.samples()));
  values.push_back(solves.metrics().iterations);
  MONDEQ_ASSIGN_OR_RETURN(const std::vector<CertifiedAccuracy> accuracies,
                          FindAccuracies(batches, sensitivity, /*steps=*/2, model, ranks));
  for (const CertifiedAccuracy& row : accuracies)
    for (double x : {row.radius, row.certified, row.attacked.value()}) values.push_back(x);
  MONDEQ_ASSIGN_OR_RETURN(const RoundedWeights rounded, RoundWeights(12, batches, model, ranks));
  EXPECT_EQ(static_cast<Index>(rounded.samples.size()), count);
  for (const RoundedSample& sample : rounded.samples)
    for (double x : {sample.z.bound, sample.z.seen.value(), sample.logits.bound})
      values.push_back(x);
  return values;
}

TEST(CertifyRanksTest, ChangeNoBit) {
  std::vector<double> one;
  for (const int size : {1, 2, 3, 8}) {
    std::vector<std::vector<double>> found(static_cast<std::size_t>(size));
    const absl::Status status = RunOnThreads(size, {}, [&](Communicator& ranks) -> absl::Status {
      MONDEQ_ASSIGN_OR_RETURN(found[static_cast<std::size_t>(ranks.rank())], CertifyAll(ranks));
      return absl::OkStatus();
    });
    ASSERT_TRUE(status.ok()) << status;
    if (one.empty()) one = found[0];
    for (const std::vector<double>& values : found) EXPECT_EQ(values, one) << size;
  }
}

// What one rank meets ends all.
TEST(CertifyRanksTest, AnErrorIsThatOfAll) {
  const absl::Status status = RunOnThreads(2, {}, [](Communicator& ranks) -> absl::Status {
    SmallExperimentOptions options;
    options.dtype = DType::kFloat64;
    SmallExperiment small(options);
    SolveExactly(small.model.get());
    const Sensitivity sensitivity = FindSensitivity({1}, small.model.get());
    if (ranks.rank() == 1) {
      small.device->Fill(1e300, small.model->parameters().values());
      small.model->ParametersChanged();
    }
    SolveTally solves;
    const absl::Status mine =
        CertifyBatches(*small.test, 40, sensitivity, nullptr, small.model.get(), ranks, &solves)
            .status();
    EXPECT_TRUE(absl::IsOutOfRange(mine) || absl::IsDataLoss(mine)) << mine;
    return mine;
  });
  EXPECT_EQ(std::string(status.message()).rfind("rank 1 of 2 on thread 1: ", 0), 0u) << status;
}

}  // namespace
}  // namespace mondeq
