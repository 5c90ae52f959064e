// mondeq convergence
#include "mondeq/benchmarks/convergence.h"

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
#include "mondeq/cli/convergence_plan.h"
#include "mondeq/cli/flags.h"
#include "mondeq/cli/from_flags.h"
#include "mondeq/cli/help.h"
#include "mondeq/cli/output.h"
#include "mondeq/cli/slow_notice.h"
#include "mondeq/cli/verb.h"
#include "mondeq/core/file.h"
#include "mondeq/core/status.h"
#include "mondeq/core/utf8.h"
#include "mondeq/model/solve_report.h"
#include "mondeq/report/line_chart.h"

namespace mondeq {
namespace {

// Reads the first samples of the test split as one batch x [dim, samples].
absl::StatusOr<HostArray> LoadSamples(std::int64_t most, Setup* setup) {
  setup->experiment.mutable_data()->set_test_batch_size(most);
  MONDEQ_ASSIGN_OR_RETURN(const Loader test, setup->Load(Split::kTest));
  MONDEQ_ASSIGN_OR_RETURN(const std::int64_t samples, SamplesFlag(test.samples().count()));
  const Index dim = setup->model->input().dim();
  std::vector<float> x(static_cast<std::size_t>(dim * samples));
  std::vector<std::int32_t> labels(static_cast<std::size_t>(samples));
  test.Fill(0, x.data(), labels.data());
  return HostArray::From<float>({dim, samples}, x);
}

struct Curve {
  std::string method;
  double alpha = 0;
  ConvergenceCurve measured;

  std::string label() const { return absl::StrFormat("%s, alpha %.4g", method, alpha); }
};

std::string Csv(const std::vector<Curve>& curves) {
  std::string csv = "method,alpha,iteration,time_ms,residual,certified_error,true_error\n";
  for (const Curve& curve : curves) {
    for (const Iterate& z : curve.measured.iterates) {
      absl::StrAppendFormat(&csv, "%s,%.9g,%d,%.6g,%.9g,%.9g,%.9g\n", CsvCell(curve.method),
                            curve.alpha, z.iteration, z.ms, z.residual, z.certified_error,
                            z.true_error);
    }
  }
  return csv;
}

struct Quantity {
  const char* name;
  Stroke stroke;
  double Iterate::*value;
};
constexpr Quantity kQuantities[] = {
    {"true error", Stroke::kSolid, &Iterate::true_error},
    {"certified error", Stroke::kDashed, &Iterate::certified_error},
    {"residual", Stroke::kDotted, &Iterate::residual},
};

std::string Chart(const std::vector<Curve>& curves, const std::string& title) {
  LineChart chart;
  chart.title = title;
  chart.y_label = "largest of the samples, relative";
  chart.panels = {{"iteration", {}}, {"time (ms)", {}}};
  constexpr int kBlack = -1;
  for (const Quantity& quantity : kQuantities) {
    chart.legend.push_back({kBlack, quantity.stroke, quantity.name});
  }
  for (std::size_t i = 0; i < curves.size(); ++i) {
    const int color = static_cast<int>(i);
    for (const Quantity& quantity : kQuantities) {
      ChartLine by_iteration{color, quantity.stroke, {}}, by_time = by_iteration;
      for (const Iterate& z : curves[i].measured.iterates) {
        by_iteration.points.emplace_back(z.iteration, z.*quantity.value);
        by_time.points.emplace_back(z.ms, z.*quantity.value);
      }
      chart.panels[0].lines.push_back(std::move(by_iteration));
      chart.panels[1].lines.push_back(std::move(by_time));
    }
    chart.legend.push_back({color, Stroke::kSolid, curves[i].label()});
  }
  return ToSvg(chart);
}

// "peaceman_rachford, alpha 0.3: prepared in 1.2 ms; true error 1e-2 after 9 iterations, 0.4 ms".
std::string Summary(const Curve& curve) {
  std::string text = absl::StrFormat("%s: prepared in %.3g ms", Printable(curve.label()),
                                     curve.measured.prepare_ms);
  const std::vector<Iterate>& iterates = curve.measured.iterates;
  for (double error : {1e-2, 1e-4, 1e-6}) {
    const auto reached = std::find_if(iterates.begin(), iterates.end(),
                                      [error](const Iterate& z) { return z.true_error <= error; });
    if (reached == iterates.end()) break;
    absl::StrAppendFormat(&text, "; true error %.0e after %d iterations, %.3g ms", error,
                          reached->iteration, reached->ms);
  }
  if (curve.measured.diverged) absl::StrAppend(&text, "; diverged");
  return text + "\n";
}

absl::StatusOr<Equilibria> FindEquilibriaFor(const HostArray& x, const Setup& setup) {
  const SlowNotice notice(setup.err, "finding the equilibria in float64");
  return FindEquilibria(setup.model.get(), setup.experiment.model(), x);
}

// Measures every method with every alpha, and prints a line about each.
absl::StatusOr<std::vector<Curve>> MeasureAll(const ConvergencePlan& plan, const HostArray& x,
                                              const Equilibria& equilibria, const Setup& setup,
                                              std::ostream& out) {
  std::vector<Curve> curves;
  for (const PlannedMethod& method : plan.methods) {
    for (const absl::optional<double>& alpha : plan.AlphasOf(method)) {
      const absl::StatusOr<std::unique_ptr<Model>> made =
          WithMethod(setup.model.get(), setup.experiment.model(), method.slot, plan.dtype);
      if (!made.ok()) return Annotate(made.status(), "--methods");
      Model* model = made->get();
      if (alpha.has_value()) model->set_alpha(*alpha);
      const auto warning = NoGuarantee(model);
      if (warning.has_value()) Warn(setup.err, *warning);
      curves.push_back(
          {method.name, model->alpha(), MeasureConvergence(model, x, equilibria, plan.iterations)});
      out << Summary(curves.back()) << std::flush;
    }
  }
  return curves;
}

absl::Status Convergence(Invocation& invocation) {
  MONDEQ_ASSIGN_OR_RETURN(const ConvergencePlan plan, PlanFromFlags());
  MONDEQ_ASSIGN_OR_RETURN(const std::unique_ptr<Setup> setup,
                          SetUp({/*data=*/true, /*weights=*/true}, invocation.err));
  MONDEQ_RETURN_IF_ERROR(setup->MakeModel());
  MONDEQ_ASSIGN_OR_RETURN(const HostArray x, LoadSamples(plan.most_samples, setup.get()));
  const std::string folder = absl::GetFlag(FLAGS_out);
  MONDEQ_ASSIGN_OR_RETURN(const std::unique_ptr<FileLock> lock,
                          TakeFolder(folder, {"convergence.csv", "convergence.svg"}));
  MONDEQ_ASSIGN_OR_RETURN(const Equilibria equilibria, FindEquilibriaFor(x, *setup));
  // Below that true errors mean little.
  if (!(equilibria.relative_error <= 1e-8)) {
    Warn(invocation.err,
         absl::StrFormat("the equilibria that true errors are measured from are certified only to "
                         "a relative error of %.2g",
                         equilibria.relative_error));
  }
  MONDEQ_ASSIGN_OR_RETURN(const std::vector<Curve> curves,
                          MeasureAll(plan, x, equilibria, *setup, invocation.out));
  const std::string title =
      absl::StrFormat("%s: %d test samples in %s, %s", setup->experiment.name(), x.shape[1],
                      ToString(plan.dtype), setup->device->Describe());
  MONDEQ_RETURN_IF_ERROR(WriteFileAtomically(folder + "/convergence.csv", Csv(curves)));
  return WriteFileAtomically(folder + "/convergence.svg", Chart(curves, title));
}

}  // namespace

Verb ConvergenceVerb() {
  return {
      "convergence",
      "errors against iterations and time, for splitting methods and steps on test samples",
      "",
      {"weights", "out"},
      {"methods", "alphas", "samples", "iterations", "dtype", "config", "data_dir", "device",
       "threads", "set"},
      absl::StrCat(
          Wrap("Solves for the first test samples as one batch, from zero, with every method and "
               "step, and writes to --out, for every iteration, the time until then, the residual "
               "||z - sigma(W z + U x + b)|| / ||z||, the certified error and the true error, both "
               "relative to ||z*||: of each the largest of the samples, as convergence.csv and as "
               "a chart, convergence.svg. z* is found in float64. Times are the best of several, "
               "and without the matrices that are made once per weights; the lines that are "
               "printed tell how long those took, and when the true error was 1e-2, 1e-4 and "
               "1e-6. The work grows with the square of the iterations. A folder that has such "
               "results is refused.",
               0, 100),
          kWeightsHelp),
      {"mondeq convergence --weights=run/weights.safetensors --out=convergence",
       "mondeq convergence --weights=run/weights.safetensors --out=convergence "
       "--methods=peaceman_rachford,forward_backward --alphas=auto,0.5,0.1 --samples=500"},
      Convergence};
}

}  // namespace mondeq
