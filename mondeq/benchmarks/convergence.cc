#include "mondeq/benchmarks/convergence.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "mondeq/benchmarks/timing.h"
#include "mondeq/core/config_source.h"
#include "mondeq/core/status.h"
#include "mondeq/model/alpha_policy.h"
#include "mondeq/model/check_finite.h"
#include "mondeq/model/weights.h"

namespace mondeq {
namespace {

std::vector<double> StateOnHost(Model* model) {
  return ToHostArray(model->device(), model->z()).ToDoubles();
}

// sqrt(sum_i (z_il - other_il)^2) for every column l; `other` may be empty, and is 0 then.
std::vector<double> Distances(const std::vector<double>& z, const std::vector<double>& other,
                              std::size_t batch) {
  std::vector<double> distances(batch);
  for (std::size_t i = 0; i < z.size(); ++i) {
    const double difference = other.empty() ? z[i] : z[i] - other[i];
    distances[i % batch] += difference * difference;
  }
  for (double& distance : distances) distance = std::sqrt(distance);
  return distances;
}

// The largest of values / norms: 0 / 0 counts as 0, and a NaN as infinite.
double LargestRatio(const std::vector<double>& values, const std::vector<double>& norms) {
  double largest = 0;
  for (std::size_t l = 0; l < values.size(); ++l) {
    if (values[l] == 0) continue;
    const double ratio = values[l] / norms[l];
    if (std::isnan(ratio)) return std::numeric_limits<double>::infinity();
    largest = std::max(largest, ratio);
  }
  return largest;
}

// Has exactly `iterations` made, or one fewer where a method cannot end there, and nothing
// replaced: whatever is seen is within this tolerance.
StoppingRule EndAt(int iterations, const StoppingRule& rule) {
  StoppingRule fixed = rule;
  fixed.criterion = Criterion::kRelativeError;
  fixed.tolerance = std::numeric_limits<double>::max();
  fixed.max_iterations = fixed.check_every = iterations;
  return fixed;
}

// Times the solves that end at the iterates, in rounds of all of them, so that what disturbs the
// machine for a while disturbs a few of each. A longer solve contains the shorter ones.
void TimeSolves(Model* model, std::vector<Iterate>* iterates) {
  constexpr double kSecondsEach = 0.02;
  Device& device = model->device();
  model->set_certifies(false);
  for (Iterate& iterate : *iterates) iterate.ms = std::numeric_limits<double>::infinity();
  const double seconds = kSecondsEach * static_cast<double>(iterates->size());
  for (Rounds rounds(seconds, 3, 101); rounds.Next();) {
    for (Iterate& iterate : *iterates) {
      model->stopping_rule() = EndAt(iterate.iteration, model->stopping_rule());
      const Clock::time_point start = Clock::now();
      model->SolveForward();
      iterate.ms = std::min(iterate.ms, MillisecondsWhenIdle(device, start));
    }
  }
  for (std::size_t i = iterates->size(); i-- > 1;) {
    (*iterates)[i - 1].ms = std::min((*iterates)[i - 1].ms, (*iterates)[i].ms);
  }
}

// The best time of making the matrices anew; what is made once, as memory, is made before.
double PrepareMs(Model* model) {
  constexpr int kTimes = 5;
  model->PrepareSolve();
  double best = std::numeric_limits<double>::infinity();
  for (int i = 0; i < kTimes; ++i) {
    model->op().ParametersChanged();
    MillisecondsWhenIdle(model->device(), Clock::now());
    const Clock::time_point start = Clock::now();
    model->PrepareSolve();
    best = std::min(best, MillisecondsWhenIdle(model->device(), start));
  }
  return best;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Model>> WithMethod(Model* model, const ModelConfig& config,
                                                  const SplittingConfig& method, DType dtype) {
  ModelConfig changed = config;
  *changed.mutable_equilibrium()->mutable_splitting() = method;
  Device& device = model->device();
  MONDEQ_ASSIGN_OR_RETURN(
      std::unique_ptr<Model> made,
      Model::Create(changed, ConfigSource(), {model->input(), model->classes()}, &device, dtype,
                    /*seed=*/0));
  const HostArray parameters = ToHostArray(device, model->parameters().values());
  MONDEQ_CHECK(FromHostArray(device, parameters, made->parameters().values()));
  made->ParametersChanged();
  made->set_lipschitz(model->Lipschitz());
  ChooseAlphaForWeights(/*trained=*/0, made.get());
  return made;
}

absl::StatusOr<Equilibria> FindEquilibria(Model* model, const ModelConfig& config,
                                          const HostArray& x) {
  SplittingConfig method;
  ConfigSource source;
  MONDEQ_RETURN_IF_ERROR(
      ParseConfig("[mondeq.peaceman_rachford] {} tolerance: 1e-15 max_iterations: 100000",
                  "the method of the exact solve", {}, &method, &source));
  MONDEQ_ASSIGN_OR_RETURN(const std::unique_ptr<Model> exact,
                          WithMethod(model, config, method, DType::kFloat64));
  exact->set_certifies(true);
  exact->Inject(ToTensor(exact->device(), exact->dtype(), x));
  exact->SolveForward();
  MONDEQ_RETURN_IF_ERROR(CheckFinite(exact->device(), exact->forward_stats(),
                                     [] { return "the equilibria are not finite in float64"; }));
  Equilibria equilibria;
  equilibria.z = StateOnHost(exact.get());
  equilibria.norms = Distances(equilibria.z, {}, static_cast<std::size_t>(x.shape[1]));
  const double largest = *std::max_element(equilibria.norms.begin(), equilibria.norms.end());
  std::replace(equilibria.norms.begin(), equilibria.norms.end(), 0.0, largest);
  equilibria.relative_error = exact->certificate().worst();
  return equilibria;
}

ConvergenceCurve MeasureConvergence(Model* model, const HostArray& x, const Equilibria& equilibria,
                                    int iterations) {
  constexpr double kHopeless = 1e6;
  const std::size_t batch = equilibria.norms.size();
  ConvergenceCurve curve;
  curve.prepare_ms = PrepareMs(model);
  model->set_certifies(true);
  model->Inject(ToTensor(model->device(), model->dtype(), x));
  for (int k = 1; k <= iterations; ++k) {
    model->stopping_rule() = EndAt(k, model->stopping_rule());
    model->SolveForward();
    const SolveStats& stats = model->forward_stats();
    if (stats.iterations != k && stats.termination != Termination::kNonFinite) continue;
    Iterate iterate;
    iterate.iteration = k;
    iterate.residual = *std::max_element(model->certificate().residual.begin(),
                                         model->certificate().residual.end());
    iterate.certified_error = LargestRatio(model->certificate().error_bound, equilibria.norms);
    iterate.true_error =
        LargestRatio(Distances(StateOnHost(model), equilibria.z, batch), equilibria.norms);
    curve.diverged =
        stats.termination == Termination::kNonFinite || !(iterate.true_error <= kHopeless);
    if (curve.diverged) break;
    curve.iterates.push_back(iterate);
  }
  TimeSolves(model, &curve.iterates);
  return curve;
}

}  // namespace mondeq
