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
#include "mondeq/certificates/attack.h"
#include "mondeq/certificates/radii.h"
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
#include "mondeq/model/check_finite.h"
#include "mondeq/model/weights.h"

namespace mondeq {
namespace {

// Radii of the table of certified accuracy, zero included.
constexpr int kRadii = 21;

// Samples as the model takes them, with what is known of each.
struct Batch {
  std::vector<double> x;  // [dim, samples]
  std::vector<std::int32_t> labels;
  std::vector<CertifiedSample> samples;

  std::vector<Index> Classes() const {
    std::vector<Index> classes;
    for (const CertifiedSample& sample : samples) classes.push_back(sample.predicted);
    return classes;
  }
};

struct AccuracyRow {
  Ball ball;
  double radius = 0;
  double certified = 0;
  // The share of samples that are right and that the attack leaves so.
  absl::optional<double> attacked;
};

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
  constexpr int kIterations = 100000;
  MONDEQ_ASSIGN_OR_RETURN(const Model::Shape shape, setup->Shape());
  constexpr Index kMostInputs = 20000;
  if (shape.input.dim() > kMostInputs) {
    return absl::InvalidArgumentError(
        absl::StrCat("certify takes models of at most ", kMostInputs,
                     " inputs, whose squared number it has in memory, found ", shape.input.dim()));
  }
  MONDEQ_RETURN_IF_ERROR(setup->MakeModel(shape, DType::kFloat64));
  setup->PrepareSolve();
  StoppingRule& rule = setup->model->stopping_rule();
  rule.criterion = Criterion::kRelativeError;
  rule.tolerance = std::min(rule.tolerance, kTolerance);
  rule.max_iterations = std::max(rule.max_iterations, kIterations);
  setup->model->set_certifies(true);
  return absl::OkStatus();
}

// Certifies the first `count` samples, batch by batch.
absl::StatusOr<std::vector<Batch>> CertifyAll(const Loader& test, Index count,
                                              const Sensitivity& sensitivity, Model* model,
                                              SolveTally* solves) {
  std::vector<Batch> batches;
  const Index dim = model->input().dim();
  for (Index b = 0, begin = 0; begin < count; begin += test.count(b++)) {
    const Index size = test.count(b), used = std::min(size, count - begin);
    std::vector<double> x(static_cast<std::size_t>(dim * size));
    Batch batch;
    batch.labels.resize(static_cast<std::size_t>(size));
    test.Fill(b, x.data(), batch.labels.data());
    batch.labels.resize(static_cast<std::size_t>(used));
    for (Index i = 0; i < dim; ++i) {
      batch.x.insert(batch.x.end(), x.begin() + i * size, x.begin() + i * size + used);
    }
    model->Forward(
        ToTensor(model->device(), DType::kFloat64, HostArray::From<double>({dim, used}, batch.x)));
    MONDEQ_RETURN_IF_ERROR(CheckFinite(model->device(), model->forward_stats(), [&] {
      return absl::StrCat("z is not finite for samples ", begin, " to ", begin + used - 1);
    }));
    solves->Add(model->forward_stats());
    batch.samples = CertifySamples(sensitivity, model);
    batches.push_back(std::move(batch));
  }
  return batches;
}

template <class F>
void ForEachSample(const std::vector<Batch>& batches, const F& f) {
  for (const Batch& batch : batches) {
    for (std::size_t l = 0; l < batch.samples.size(); ++l) f(batch.samples[l], batch.labels[l]);
  }
}

// The attack within the certified radii, which must find nothing.
absl::Status AttackRadii(const Attack& attack, const std::vector<Batch>& batches,
                         const std::vector<double>& scale, Model* model) {
  Index first = 0;
  for (const Batch& batch : batches) {
    std::vector<double> radii;
    for (const CertifiedSample& sample : batch.samples) radii.push_back(sample.radius(attack.ball));
    const std::vector<double> margins =
        LeastMargins(attack, batch.x, batch.Classes(), radii, scale, model);
    for (std::size_t l = 0; l < margins.size(); ++l) {
      if (batch.samples[l].margin <= 0 || margins[l] > 0) continue;
      return absl::InternalError(absl::StrFormat(
          "sample %d changes its class within its certified %s radius %.6g: this is an error of "
          "mondeq, please report it",
          first + static_cast<Index>(l), ToString(attack.ball), radii[l]));
    }
    first += static_cast<Index>(margins.size());
  }
  return absl::OkStatus();
}

// How many samples are right whatever the attack does within a radius.
Index SurvivorsOf(const Attack& attack, double radius, const std::vector<Batch>& batches,
                  const std::vector<double>& scale, Model* model) {
  Index survivors = 0;
  for (const Batch& batch : batches) {
    const std::vector<Index> labels(batch.labels.begin(), batch.labels.end());
    const std::vector<double> radii(labels.size(), radius);
    for (double margin : LeastMargins(attack, batch.x, labels, radii, scale, model)) {
      if (margin > 0) ++survivors;
    }
  }
  return survivors;
}

// Certified accuracy over radii from 0 to the largest that there is, for either norm.
absl::StatusOr<std::vector<AccuracyRow>> AccuracyTable(const std::vector<Batch>& batches,
                                                       const std::vector<double>& scale, int steps,
                                                       Model* model) {
  std::vector<AccuracyRow> rows;
  for (Ball ball : kBalls) {
    const Attack attack{ball, steps};
    if (steps > 0) MONDEQ_RETURN_IF_ERROR(AttackRadii(attack, batches, scale, model));
    double largest = 0, count = 0;
    ForEachSample(batches, [&](const CertifiedSample& sample, std::int32_t) {
      largest = std::max(largest, sample.radius(ball));
      ++count;
    });
    for (int i = 0; i < kRadii; ++i) {
      AccuracyRow row{ball, largest * i / (kRadii - 1), 0, {}};
      ForEachSample(batches, [&](const CertifiedSample& sample, std::int32_t label) {
        if (sample.predicted == label && sample.margin > 0 && sample.radius(ball) >= row.radius)
          row.certified += 1 / count;
      });
      if (steps > 0) {
        row.attacked =
            static_cast<double>(SurvivorsOf(attack, row.radius, batches, scale, model)) / count;
      }
      rows.push_back(row);
    }
  }
  return rows;
}

std::string SamplesCsv(const std::vector<Batch>& batches) {
  std::string csv = "index,label,class,margin,radius_l2,radius_linf\n";
  Index index = 0;
  ForEachSample(batches, [&](const CertifiedSample& sample, std::int32_t label) {
    absl::StrAppendFormat(&csv, "%d,%d,%d,%.9g,%.9g,%.9g\n", index++, label, sample.predicted,
                          sample.margin, sample.radius_l2, sample.radius_linf);
  });
  return csv;
}

std::string AccuracyCsv(const std::vector<AccuracyRow>& rows) {
  const bool attacked = rows.front().attacked.has_value();
  std::string csv =
      absl::StrCat("norm,radius,certified_accuracy", attacked ? ",attacked_accuracy" : "", "\n");
  for (const AccuracyRow& row : rows) {
    absl::StrAppendFormat(&csv, "%s,%.9g,%.9g", ToString(row.ball), row.radius, row.certified);
    if (attacked) absl::StrAppendFormat(&csv, ",%.9g", *row.attacked);
    absl::StrAppend(&csv, "\n");
  }
  return csv;
}

std::string Chart(const std::vector<AccuracyRow>& rows, const std::string& title) {
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
    for (const AccuracyRow& row : rows) {
      if (row.ball != ball) continue;
      certified.points.emplace_back(row.radius, row.certified);
      if (row.attacked.has_value()) attacked.points.emplace_back(row.radius, *row.attacked);
    }
    chart.panels.push_back({absl::StrCat(ToString(ball), " radius, of pixels in [0, 1]"),
                            {std::move(certified), std::move(attacked)}});
  }
  return ToSvg(chart);
}

double Median(const std::vector<Batch>& batches, Ball ball) {
  std::vector<double> radii;
  ForEachSample(batches, [&](const CertifiedSample& sample, std::int32_t) {
    radii.push_back(sample.radius(ball));
  });
  const auto middle = radii.begin() + static_cast<std::ptrdiff_t>(radii.size() / 2);
  std::nth_element(radii.begin(), middle, radii.end());
  return *middle;
}

std::string Summary(const Sensitivity& sensitivity, const std::vector<Batch>& batches,
                    const std::vector<AccuracyRow>& rows, Model* model) {
  std::string text = absl::StrFormat("m: %.9g\nL: about %.6g\n", sensitivity.m, model->Lipschitz());
  for (Ball ball : kBalls) {
    const auto row = std::find_if(rows.begin(), rows.end(),
                                  [ball](const AccuracyRow& one) { return one.ball == ball; });
    absl::StrAppendFormat(
        &text, "%s: pixels to z* %.6g, to differences of logits %.6g; median radius %.6g\n",
        ToString(ball), sensitivity.of_z(ball), sensitivity.of_logits(ball), Median(batches, ball));
    if (ball == kBalls[0]) {
      text.insert(0, absl::StrFormat("accuracy: %.9g\n", row->certified));
    }
  }
  return text;
}

absl::StatusOr<Sensitivity> SensitivityOf(const Setup& setup) {
  const SlowNotice notice(setup.err, "finding bounds of norms");
  const Sensitivity sensitivity = FindSensitivity(ScaleOf(setup), setup.model.get());
  MONDEQ_RETURN_IF_ERROR(setup.device->status());
  return sensitivity;
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
  const std::int64_t count = absl::GetFlag(FLAGS_samples);
  MONDEQ_RETURN_IF_ERROR(
      CheckCount("samples", count, test.samples().count(), ", the test samples that there are"));
  const std::string folder = absl::GetFlag(FLAGS_out);
  MONDEQ_ASSIGN_OR_RETURN(const std::unique_ptr<FileLock> lock,
                          TakeFolder(folder, {"samples.csv", "accuracy.csv", "accuracy.svg"}));

  MONDEQ_ASSIGN_OR_RETURN(const Sensitivity sensitivity, SensitivityOf(*setup));
  SolveTally solves;
  MONDEQ_ASSIGN_OR_RETURN(const std::vector<Batch> batches,
                          CertifyAll(test, count, sensitivity, model, &solves));
  if (solves.unconverged() > 0) Warn(invocation.err, NotConverged(solves));
  MONDEQ_ASSIGN_OR_RETURN(const std::vector<AccuracyRow> rows,
                          AccuracyTable(batches, ScaleOf(*setup), static_cast<int>(steps), model));
  MONDEQ_RETURN_IF_ERROR(setup->device->status());
  invocation.out << Summary(sensitivity, batches, rows, model);
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
               "accuracy, m, L = ||I - W||, and for either norm the bounds of how far z* and "
               "differences of logits move for every unit, with the median radius. A folder that "
               "has such results is refused.",
               0, 100),
          kWeightsHelp),
      {"mondeq certify --weights=run/weights.safetensors --out=certified",
       "mondeq certify --weights=run/weights.safetensors --out=certified --samples=1000 "
       "--attack_steps=20"},
      Certify};
}

}  // namespace mondeq
