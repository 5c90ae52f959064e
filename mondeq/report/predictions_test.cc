#include "mondeq/report/predictions.h"

#include <limits>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mondeq {
namespace {

using ::testing::HasSubstr;

SampleStats Solved(int iterations) {
  SampleStats solve;
  solve.iterations = iterations;
  solve.termination = Termination::kConverged;
  return solve;
}

std::string Csv() {
  const double infinity = std::numeric_limits<double>::infinity();
  return PredictionsHeader(3) + PredictionsRow(0, Classify({1, 2, 3}, 0), Solved(5), 1e-3, 0.5) +
         PredictionsRow(1, Classify({0, -90, 800}, 2), {}, infinity, infinity);
}

TEST(PredictionsTest, RowsKeepFloats) {
  ClassifiedSample sample;
  sample.label = 1;
  sample.predicted = 0;
  sample.probabilities = {static_cast<double>(0.7f), static_cast<double>(0.3f)};
  sample.confidence = sample.probabilities[0];
  sample.loss = 0.1f;
  SampleStats solve;
  solve.iterations = 12;
  solve.termination = Termination::kConverged;
  EXPECT_EQ(PredictionsHeader(2),
            "index,label,predicted,confidence,loss,iterations,converged,error_bound,"
            "relative_error,probability_0,probability_1\n");
  EXPECT_EQ(PredictionsRow(3, sample, solve, 0.25, 1e-3),
            "3,1,0,0.699999988,0.100000001,12,1,0.25,0.001,0.699999988,0.300000012\n");
  solve.termination = Termination::kMaxIterations;
  EXPECT_EQ(PredictionsRow(3, sample, solve, std::numeric_limits<double>::infinity(), 1e-3),
            "3,1,0,0.699999988,0.100000001,12,0,inf,0.001,0.699999988,0.300000012\n");
}

TEST(PredictionsTest, AreReadBack) {
  const Predictions read = ParsePredictionsCsv("p", Csv()).value();
  EXPECT_EQ(read.classes, 3);
  ASSERT_EQ(read.samples.size(), 2u);
  const ClassifiedSample first = Classify({1, 2, 3}, 0);
  EXPECT_EQ(read.samples[0].predicted, 2);
  EXPECT_NEAR(read.samples[0].confidence, first.confidence, 1e-9);
  EXPECT_NEAR(read.samples[0].loss, first.loss, 1e-8);
  EXPECT_EQ(read.samples[0].iterations, 5);
  EXPECT_TRUE(read.samples[0].converged);
  EXPECT_EQ(read.samples[0].error_bound, 1e-3);
  EXPECT_EQ(read.samples[1].label, 2);
  EXPECT_FALSE(read.samples[1].converged);
  EXPECT_EQ(read.samples[1].relative_error, std::numeric_limits<double>::infinity());
}

TEST(PredictionsTest, WhatIsNoneIsRefused) {
  const std::string csv = Csv(), row = csv.substr(csv.find('\n') + 1);
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "p:1: not the predictions"},
      {"epoch,loss\n1,2\n", "p:1: not the predictions"},
      {PredictionsHeader(0), "p:1: not the predictions"},
      {PredictionsHeader(3), "p:1: expected a row for every sample, found none"},
      {csv + "2,0\n", "p:4: expected 12 cells, found 2"},
      {csv + row, "p:4: expected the index, 2 to 2, found \"0\""},
      {absl::StrReplaceAll(csv, {{"1,2,2,", "1,3,2,"}}),
       "p:3: expected a label, 0 to 2, found \"3\""},
      {absl::StrReplaceAll(csv, {{"0.5", "nan"}}), "expected a relative error, 0 to inf"},
      {absl::StrReplaceAll(csv, {{",5,1,", ",-5,1,"}}), "p:2: expected iterations, 0 to "},
      {absl::StrReplaceAll(csv, {{",5,1,", ",5,yes,"}}), "converged, 0 to 1, found \"yes\""}};
  for (const auto& [text, error] : cases) {
    const absl::Status status = ParsePredictionsCsv("p", text).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << text;
    EXPECT_THAT(std::string(status.message()), HasSubstr(error));
  }
}

}  // namespace
}  // namespace mondeq
