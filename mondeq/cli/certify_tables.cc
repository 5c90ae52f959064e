#include "mondeq/cli/certify_tables.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "mondeq/report/line_chart.h"

namespace mondeq {
namespace {

// Nothing where a number is not known.
std::string Known(const absl::optional<double>& value) {
  return value.has_value() ? absl::StrFormat("%.9g", *value) : "";
}

// That of an even number lies between two.
double Median(const std::vector<CertifiedBatch>& batches, Ball ball) {
  std::vector<double> radii;
  ForEachSample(batches, [&](const CertifiedSample& sample, std::int32_t) {
    radii.push_back(sample.radius(ball));
  });
  std::sort(radii.begin(), radii.end());
  return radii[(radii.size() - 1) / 2] / 2 + radii[radii.size() / 2] / 2;
}

double Accuracy(const std::vector<CertifiedBatch>& batches) {
  Index right = 0, count = 0;
  ForEachSample(batches, [&](const CertifiedSample& sample, std::int32_t label) {
    ++count;
    if (sample.predicted == label) ++right;
  });
  return static_cast<double>(right) / static_cast<double>(count);
}

// A line each.
std::string ToText(const Constants& constants, const std::string& method) {
  const bool bounded = constants.lipschitz_above.has_value();
  std::string text = absl::StrFormat("m: %.9g\nL: ", constants.m);
  if (bounded) {
    absl::StrAppendFormat(&text, "at most %.9g", *constants.lipschitz_above);
  } else {
    absl::StrAppend(&text, "not bounded from above for this operator");
  }
  absl::StrAppendFormat(&text, ", estimated from below as %.9g\nalpha: %.9g, of %s\ncontraction: ",
                        constants.lipschitz_estimate, constants.alpha, method);
  if (constants.contraction.has_value()) {
    absl::StrAppendFormat(&text, "a factor of at most %.9g in every iteration\n",
                          *constants.contraction);
  } else {
    absl::StrAppend(&text, bounded ? "no geometric rate\n" : "none that is proved without L\n");
  }
  absl::StrAppend(&text, "condition of I + alpha (I - W): ",
                  bounded ? absl::StrFormat("at most %.9g\n", *constants.condition)
                          : "not bounded without L\n");
  return text;
}

// The larger one of each.
void Raise(const Move& move, Move* largest) {
  largest->bound = std::max(largest->bound, move.bound);
  if (move.seen.has_value()) largest->seen = std::max(largest->seen.value_or(0), *move.seen);
}

std::string Short(const absl::optional<double>& value) {
  return value.has_value() ? absl::StrFormat("%.3g", *value) : "-";
}

// For how many samples interval bounds say more than strong monotonicity does.
std::string IntervalsText(const std::vector<CertifiedBatch>& batches, Index units) {
  if (units > kMostIntervalUnits) {
    return absl::StrFormat("interval bounds of linf: for at most %d units, found %d\n",
                           kMostIntervalUnits, units);
  }
  Index larger = 0, count = 0;
  ForEachSample(batches, [&](const CertifiedSample& sample, std::int32_t) {
    ++count;
    if (sample.radius_linf > 0 && sample.radius_linf_interval == sample.radius_linf) ++larger;
  });
  return absl::StrFormat("interval bounds of linf: the larger radius for %d of %d samples\n",
                         larger, count);
}

}  // namespace

std::string SamplesCsv(const std::vector<CertifiedBatch>& batches) {
  std::string csv = "index,label,class,margin,radius_l2,radius_linf,radius_linf_interval\n";
  Index index = 0;
  ForEachSample(batches, [&](const CertifiedSample& sample, std::int32_t label) {
    absl::StrAppendFormat(&csv, "%d,%d,%d,%.9g,%.9g,%.9g,%s\n", index++, label, sample.predicted,
                          sample.margin, sample.radius_l2, sample.radius_linf,
                          Known(sample.radius_linf_interval));
  });
  return csv;
}

std::string AccuracyCsv(const std::vector<CertifiedAccuracy>& rows) {
  const bool attacked = rows.front().attacked.has_value();
  std::string csv =
      absl::StrCat("norm,radius,certified_accuracy", attacked ? ",attacked_accuracy" : "", "\n");
  for (const CertifiedAccuracy& row : rows) {
    absl::StrAppendFormat(&csv, "%s,%.9g,%.9g", ToString(row.ball), row.radius, row.certified);
    if (attacked) absl::StrAppendFormat(&csv, ",%.9g", *row.attacked);
    absl::StrAppend(&csv, "\n");
  }
  return csv;
}

std::string AccuracyChart(const std::vector<CertifiedAccuracy>& rows, const std::string& title) {
  LineChart chart;
  chart.title = title;
  chart.y_label = "accuracy";
  chart.ordinate = Ordinate::kLinear;
  chart.legend.push_back({0, Stroke::kSolid, "certified"});
  if (rows.front().attacked.has_value()) {
    chart.legend.push_back({1, Stroke::kDashed, "after the attack"});
  }
  for (Ball ball : kBalls) {
    ChartLine certified{0, Stroke::kSolid, {}}, attacked{1, Stroke::kDashed, {}};
    for (const CertifiedAccuracy& row : rows) {
      if (row.ball != ball) continue;
      certified.points.emplace_back(row.radius, row.certified);
      if (row.attacked.has_value()) attacked.points.emplace_back(row.radius, *row.attacked);
    }
    chart.panels.push_back({absl::StrCat(ToString(ball), " radius, of pixels in [0, 1]"),
                            {std::move(certified), std::move(attacked)}});
  }
  return ToSvg(chart);
}

std::string ConstantsCsv(const Constants& constants) {
  std::string csv = "constant,value\n";
  const auto add = [&csv](const char* name, const absl::optional<double>& value) {
    absl::StrAppend(&csv, name, ",", Known(value), "\n");
  };
  add("m", constants.m);
  add("lipschitz_above", constants.lipschitz_above);
  add("lipschitz_estimate", constants.lipschitz_estimate);
  add("alpha", constants.alpha);
  add("contraction", constants.contraction);
  add("condition", constants.condition);
  return csv;
}

std::string Summary(const Constants& constants, const Sensitivity& sensitivity,
                    const std::vector<CertifiedBatch>& batches, const Model& model) {
  std::string text = absl::StrFormat("accuracy: %.9g\n", Accuracy(batches));
  absl::StrAppend(&text, ToText(constants, model.method_name()));
  for (Ball ball : kBalls) {
    absl::StrAppendFormat(
        &text, "%s: pixels to z* %.6g, to differences of logits %.6g; median radius %.6g\n",
        ToString(ball), sensitivity.of_z(ball), sensitivity.of_logits(ball), Median(batches, ball));
  }
  absl::StrAppend(&text, IntervalsText(batches, model.op().dim()));
  return text;
}

std::string BitsCsv(const std::vector<RoundedWeights>& rounded) {
  std::string csv =
      "bits,index,class,stays,z_moves_at_most,z_moved,logits_move_at_most,logits_moved\n";
  for (const RoundedWeights& weights : rounded) {
    Index index = 0;
    for (const RoundedSample& sample : weights.samples) {
      absl::StrAppendFormat(&csv, "%d,%d,%d,%d,%.9g,%s,%.9g,%s\n", weights.bits, index++,
                            sample.predicted, sample.stays ? 1 : 0, sample.z.bound,
                            Known(sample.z.seen), sample.logits.bound, Known(sample.logits.seen));
    }
  }
  return csv;
}

std::string BitsTable(const std::vector<RoundedWeights>& rounded) {
  std::string text =
      "bits  ||dW|| at most  m - ||dW||  z* moves at most   moved  logits move at most   moved  "
      "classes that stay\n";
  for (const RoundedWeights& weights : rounded) {
    absl::StrAppendFormat(&text, "%4d  %14.4g  %10.4g", weights.bits, weights.change, weights.m);
    if (weights.samples.empty()) {
      absl::StrAppend(&text, "  not below m: nothing is certain of the equilibria\n");
      continue;
    }
    Move z, logits;
    Index stay = 0;
    for (const RoundedSample& sample : weights.samples) {
      Raise(sample.z, &z);
      Raise(sample.logits, &logits);
      if (sample.stays) ++stay;
    }
    absl::StrAppendFormat(&text, "  %16.4g  %6s  %19.4g  %6s  %d of %d\n", z.bound, Short(z.seen),
                          logits.bound, Short(logits.seen), stay, weights.samples.size());
  }
  return text;
}

}  // namespace mondeq
