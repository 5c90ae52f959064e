// mondeq certify
#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/types/optional.h"
#include "mondeq/certificates/accuracy.h"
#include "mondeq/certificates/constants.h"
#include "mondeq/certificates/sensitivity.h"
#include "mondeq/cli/flags.h"
#include "mondeq/cli/from_flags.h"
#include "mondeq/cli/help.h"
#include "mondeq/cli/line_chart.h"
#include "mondeq/cli/output.h"
#include "mondeq/cli/slow_notice.h"
#include "mondeq/cli/verb.h"
#include "mondeq/core/file.h"
#include "mondeq/core/status.h"
#include "mondeq/core/utf8.h"

namespace mondeq {
namespace {

// What a unit of a pixel, as it is in [0, 1], is in x.
std::vector<double> ScaleOf(const Setup& setup) {
  const Normalization normalization = *setup.PixelNormalization();
  std::vector<double> scale;
  for (float stddev : normalization.stddev) {
    scale.push_back(1 / static_cast<double>(stddev));
  }
  return scale;
}

// A model in float64 whose equilibria are as near as makes no difference to radii.
absl::Status MakeExactModel(Setup* setup) {
  constexpr double kTolerance = 1e-8;
  constexpr int kIterations = 10000;
  MONDEQ_ASSIGN_OR_RETURN(const Model::Shape shape, setup->Shape());
  constexpr Index kMostInputs = 20000;
  if (shape.input.dim() > kMostInputs) {
    return absl::InvalidArgumentError(
        absl::StrCat("certify takes models of at most ", kMostInputs,
                     " inputs, whose squared number it has in memory, found ", shape.input.dim()));
  }
  // The attack's gradients are exact, whatever training's are.
  setup->experiment.mutable_model()->mutable_equilibrium()->clear_gradient();
  MONDEQ_RETURN_IF_ERROR(setup->MakeModel(shape, DType::kFloat64));
  setup->PrepareSolve();
  StoppingRule& rule = setup->model->stopping_rule();
  rule.criterion = Criterion::kRelativeError;
  rule.tolerance = std::min(rule.tolerance, kTolerance);
  rule.max_iterations = std::max(rule.max_iterations, kIterations);
  setup->model->set_certifies(true);
  return absl::OkStatus();
}

std::string SamplesCsv(const std::vector<CertifiedBatch>& batches) {
  std::string csv = "index,label,class,margin,radius_l2,radius_linf\n";
  Index index = 0;
  ForEachSample(batches, [&](const CertifiedSample& sample, std::int32_t label) {
    absl::StrAppendFormat(&csv, "%d,%d,%d,%.9g,%.9g,%.9g\n", index++, label, sample.predicted,
                          sample.margin, sample.radius_l2, sample.radius_linf);
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

std::string Chart(const std::vector<CertifiedAccuracy>& rows, const std::string& title) {
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

// Nothing where a number is not known.
std::string ConstantsCsv(const Constants& constants) {
  std::string csv = "constant,value\n";
  const auto add = [&csv](const char* name, const absl::optional<double>& value) {
    absl::StrAppend(&csv, name, ",", value.has_value() ? absl::StrFormat("%.9g", *value) : "",
                    "\n");
  };
  add("m", constants.m);
  add("lipschitz_above", constants.lipschitz_above);
  add("lipschitz_estimate", constants.lipschitz_estimate);
  add("alpha", constants.alpha);
  add("contraction", constants.contraction);
  add("condition", constants.condition);
  return csv;
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

std::string Summary(const Constants& constants, const Sensitivity& sensitivity,
                    const std::vector<CertifiedBatch>& batches, const Model& model) {
  std::string text = absl::StrFormat("accuracy: %.9g\n", Accuracy(batches));
  absl::StrAppend(&text, ToText(constants, model.method_name()));
  for (Ball ball : kBalls) {
    absl::StrAppendFormat(
        &text, "%s: pixels to z* %.6g, to differences of logits %.6g; median radius %.6g\n",
        ToString(ball), sensitivity.of_z(ball), sensitivity.of_logits(ball), Median(batches, ball));
  }
  return text;
}

absl::StatusOr<Sensitivity> SensitivityOf(const Setup& setup) {
  const SlowNotice notice(setup.err, "finding bounds of norms");
  const Sensitivity sensitivity = FindSensitivity(ScaleOf(setup), setup.model.get());
  MONDEQ_RETURN_IF_ERROR(setup.device->status());
  return sensitivity;
}

absl::StatusOr<Constants> ConstantsOf(const Setup& setup) {
  const SlowNotice notice(setup.err, "finding a bound of L");
  const Constants constants = FindConstants(setup.model.get());
  MONDEQ_RETURN_IF_ERROR(setup.device->status());
  return constants;
}

absl::StatusOr<std::vector<CertifiedAccuracy>> AccuraciesOf(
    const std::vector<CertifiedBatch>& batches, const Sensitivity& sensitivity, const Setup& setup,
    int steps) {
  const SlowNotice notice(setup.err, "attacking the samples");
  return FindAccuracies(batches, sensitivity, steps, setup.model.get());
}

absl::Status Certify(Invocation& invocation) {
  constexpr std::int64_t kMostSteps = 100000;
  const std::int64_t steps = absl::GetFlag(FLAGS_attack_steps);
  if (steps != 0) MONDEQ_RETURN_IF_ERROR(CheckCount("attack_steps", steps, kMostSteps, ""));
  MONDEQ_ASSIGN_OR_RETURN(const std::unique_ptr<Setup> setup,
                          SetUp({/*data=*/true, /*weights=*/true}, invocation.err));
  MONDEQ_RETURN_IF_ERROR(MakeExactModel(setup.get()));
  Model* model = setup->model.get();
  MONDEQ_ASSIGN_OR_RETURN(const Loader test, setup->Load(Split::kTest));
  MONDEQ_ASSIGN_OR_RETURN(const std::int64_t count, SamplesFlag(test.samples().count()));
  const std::string folder = absl::GetFlag(FLAGS_out);
  MONDEQ_ASSIGN_OR_RETURN(
      const std::unique_ptr<FileLock> lock,
      TakeFolder(folder, {"constants.csv", "samples.csv", "accuracy.csv", "accuracy.svg"}));

  MONDEQ_ASSIGN_OR_RETURN(const Sensitivity sensitivity, SensitivityOf(*setup));
  MONDEQ_ASSIGN_OR_RETURN(const Constants constants, ConstantsOf(*setup));
  SolveTally solves;
  MONDEQ_ASSIGN_OR_RETURN(const std::vector<CertifiedBatch> batches,
                          CertifyBatches(test, count, sensitivity, model, &solves));
  if (solves.unconverged() > 0) Warn(invocation.err, NotConverged(solves));
  MONDEQ_ASSIGN_OR_RETURN(const std::vector<CertifiedAccuracy> rows,
                          AccuraciesOf(batches, sensitivity, *setup, static_cast<int>(steps)));
  MONDEQ_RETURN_IF_ERROR(setup->device->status());
  invocation.out << Summary(constants, sensitivity, batches, *model);
  MONDEQ_RETURN_IF_ERROR(WriteFileAtomically(folder + "/constants.csv", ConstantsCsv(constants)));
  MONDEQ_RETURN_IF_ERROR(WriteFileAtomically(folder + "/samples.csv", SamplesCsv(batches)));
  MONDEQ_RETURN_IF_ERROR(WriteFileAtomically(folder + "/accuracy.csv", AccuracyCsv(rows)));
  const std::string title = absl::StrFormat("%s: %d test samples", setup->experiment.name(), count);
  return WriteFileAtomically(folder + "/accuracy.svg", Chart(rows, title));
}

}  // namespace

Verb CertifyVerb() {
  return {
      "certify",
      "radii within which no change of a test sample changes its class",
      "",
      {"weights", "out"},
      {"samples", "attack_steps", "config", "data_dir", "device", "threads", "set"},
      absl::StrCat(
          Wrap("For the first test samples, in float64: the class, by how much its logit is "
               "certainly above all others, and radii of pixels in [0, 1], in the l2 and the linf "
               "norm, within which it stays so: ||z*(x) - z*(x')|| <= ||U (x - x')|| / m, so the "
               "margin of class c over j moves by at most ||R_c - R_j|| ||U|| / m times the "
               "distance, R the matrix of the readout. All norms are bounds from above, and the "
               "solver's error and rounding are counted. A radius of 0 stands for a margin that is "
               "not certain.",
               0, 100),
          Wrap("Writes to --out a row per sample, samples.csv, and accuracy.csv and accuracy.svg: "
               "the share of samples that are right and certified at radii from 0 to the largest. "
               "With --attack_steps, projected gradients try every certified radius, in which they "
               "must find nothing (else exit code 1), and the radii of accuracy.csv, which gives "
               "the accuracy that they leave: what is robust lies between the two. Prints the "
               "accuracy, and for either norm the bounds of how far z* and differences of logits "
               "move for every unit, with the median radius. A folder that has such results is "
               "refused.",
               0, 100),
          Wrap("Prints too, and writes to constants.csv, what theory says of the iteration: m; L = "
               "||I - W|| from above, for dense operators of up to 4096 units and single "
               "convolutions of any size, and as it is estimated from below; alpha; the factor by "
               "which, in every iteration, the distance of the method's state from its fixed point "
               "falls at least, where one is known; and a bound of the condition number of I + "
               "alpha (I - W), (1 + alpha L) / (1 + alpha m).",
               0, 100),
          kWeightsHelp),
      {"mondeq certify --weights=run/weights.safetensors --out=certified",
       "mondeq certify --weights=run/weights.safetensors --out=certified --samples=1000 "
       "--attack_steps=20"},
      Certify};
}

}  // namespace mondeq
