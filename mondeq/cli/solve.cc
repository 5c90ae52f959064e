// mondeq solve
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/optional.h"
#include "mondeq/cli/flags.h"
#include "mondeq/cli/from_flags.h"
#include "mondeq/cli/input_samples.h"
#include "mondeq/cli/output.h"
#include "mondeq/cli/samples.h"
#include "mondeq/cli/start_state.h"
#include "mondeq/cli/verb.h"
#include "mondeq/core/nearest.h"
#include "mondeq/core/safetensors.h"
#include "mondeq/core/schema.h"
#include "mondeq/core/status.h"
#include "mondeq/model/check_finite.h"
#include "mondeq/model/solve_report.h"
#include "mondeq/model/weights.h"
#include "mondeq/training/training_step.h"

namespace mondeq {
namespace {

// --alpha must be what the config's alpha must be.
absl::Status CheckAlphaFlag(const absl::optional<double>& alpha) {
  const auto* value = AlphaConfig::descriptor()->FindFieldByName("value");
  if (!alpha.has_value() || InRange(value, *alpha)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("--alpha: must be ", RangeOf(value), ", found ", *alpha));
}

// The class of every sample, if the file has them.
absl::StatusOr<absl::optional<std::vector<std::int32_t>>> FindLabels(const Safetensors& file,
                                                                     const std::string& path,
                                                                     Index count, Index classes) {
  absl::optional<std::vector<std::int32_t>> labels;
  const auto found = file.arrays.find("labels");
  if (found == file.arrays.end()) return labels;
  const HostArray& array = found->second;
  const bool integer = array.type == ElementType::kInt64 || array.type == ElementType::kInt32;
  if (!integer || array.shape != std::vector<Index>{count}) {
    return absl::DataLossError(absl::StrCat(path, ": labels: expected I64 or I32 of shape [", count,
                                            "], found ", ToString(array)));
  }
  labels.emplace();
  for (double label : array.ToDoubles()) {
    if (!(label >= 0 && label < static_cast<double>(classes))) {
      return absl::DataLossError(absl::StrCat(path, ": labels: expected 0 to ", classes - 1,
                                              ", found ", static_cast<Index>(label), " at element ",
                                              labels->size()));
    }
    labels->push_back(static_cast<std::int32_t>(label));
  }
  return labels;
}

// Labels by a name that is not read would be missed in silence.
void WarnOfLabelsMisnamed(const Safetensors& file, const std::string& path, std::ostream& err) {
  for (const auto& entry : file.arrays) {
    if (Nearest(entry.first, {"labels"}).empty()) continue;
    Warn(err, absl::StrCat(path, ": ", entry.first,
                           " is not read; loss and gradients need an array ", "labels"));
  }
}

// How many classes these weights tell apart: the rows of the last readout.*weight.
absl::StatusOr<Index> ClassesIn(const Safetensors& weights, const std::string& path) {
  Index classes = 0;
  for (const auto& [name, array] : weights.arrays) {
    const bool readout = absl::StartsWith(name, "readout.") && absl::EndsWith(name, ".weight");
    if (readout && !array.shape.empty()) classes = array.shape[0];
  }
  if (classes > 0) return classes;
  return absl::DataLossError(absl::StrCat(path, ": expected an array readout.weight, found ",
                                          DescribeMissing(weights, "readout.weight")));
}

// The shape for weights without a config. The input is what the config says, or where it says
// nothing what x is. The weights tell the classes if the config does not.
absl::StatusOr<Model::Shape> ShapeFromSamples(const Setup& setup, const SampleArray& x,
                                              const std::string& x_path) {
  const ModelConfig& config = setup.experiment.model();
  const Dataset* dataset = setup.dataset.get();
  Model::Shape shape{x.features(), config.classes()};
  if (config.has_input()) {
    shape.input = {config.input().rows(), config.input().columns(), config.input().channels()};
    if (!x.Fits(shape.input)) return DoesNotFit(x, x_path, shape.input, "model.input");
  } else if (dataset != nullptr) {
    shape.input = dataset->features();
    if (!x.Fits(shape.input)) return DoesNotFit(x, x_path, shape.input, "the config's data set");
  }
  if (!config.has_classes() && dataset != nullptr) shape.classes = dataset->classes();
  if (shape.classes == 0) {
    MONDEQ_ASSIGN_OR_RETURN(shape.classes, ClassesIn(*setup.weights, absl::GetFlag(FLAGS_weights)));
  }
  return shape;
}

absl::StatusOr<Model::Shape> ShapeFor(const Setup& setup, const SampleArray& x,
                                      const std::string& x_path) {
  if (!setup.weights_config.has_value()) return ShapeFromSamples(setup, x, x_path);
  MONDEQ_ASSIGN_OR_RETURN(const Model::Shape shape, setup.Shape());
  if (!x.Fits(shape.input)) return DoesNotFit(x, x_path, shape.input, "the model's input");
  return shape;
}

// Whether nothing but x tells the input of the model.
bool SamplesTellInput(const Setup& setup) {
  return !setup.weights_config.has_value() && !setup.experiment.model().has_input() &&
         setup.dataset == nullptr;
}

// The input of the model where config or weights tell it.
absl::optional<Features> KnownInput(const Setup& setup) {
  if (SamplesTellInput(setup)) return absl::nullopt;
  const absl::StatusOr<Model::Shape> shape = setup.Shape();
  return shape.ok() ? absl::make_optional(shape->input) : absl::nullopt;
}

// What is wrong where no model could be made in the shape that x tells.
absl::Status NotOfThatShape(const absl::Status& status, const SampleArray& x,
                            const std::string& x_path, Model::Shape shape, DType dtype,
                            Setup* setup) {
  if (!x.flat()) {
    shape.input = x.channels_last();
    if (setup->MakeModel(shape, dtype).ok()) {
      return DoesNotFit(x, x_path, shape.input, "what the weights are for");
    }
  }
  // The config, the weights or x may be wrong.
  return absl::Status(status.code(), absl::StrCat(status.message(), " (for x ", ToString(x.array),
                                                  " of ", x_path, ")"));
}

absl::Status MakeModelFor(const SampleArray& x, const std::string& x_path, DType dtype,
                          Setup* setup) {
  MONDEQ_ASSIGN_OR_RETURN(const Model::Shape shape, ShapeFor(*setup, x, x_path));
  const absl::Status status = setup->MakeModel(shape, dtype);
  if (!status.ok()) {
    return SamplesTellInput(*setup) ? NotOfThatShape(status, x, x_path, shape, dtype, setup)
                                    : status;
  }
  if (absl::GetFlag(FLAGS_alpha)) setup->model->set_alpha(*absl::GetFlag(FLAGS_alpha));
  return absl::OkStatus();
}

absl::Status CheckSolve(Device& device, const SolveStats& stats, absl::string_view direction) {
  return CheckFinite(device, stats, [&] {
    return absl::StrCat("the ", direction, " solve diverged: not finite after ", stats.iterations,
                        " iterations");
  });
}

HostArray Vector(const std::vector<double>& values, DType dtype) {
  const std::vector<Index> shape{static_cast<Index>(values.size())};
  if (dtype == DType::kFloat64) return HostArray::From<double>(shape, values);
  return HostArray::From<float>(shape, std::vector<float>(values.begin(), values.end()));
}

// Checks that all that was computed is finite: nothing else is written, but for how far the result
// is from the equilibrium, of which nothing may be known.
absl::Status CheckResults(const Safetensors& file, DType dtype) {
  for (const auto& [name, array] : file.arrays) {
    if (name == "error_bound" || name == "residual") continue;
    const absl::Status status = CheckFinite(array, dtype, name);
    if (!status.ok()) {
      return absl::OutOfRangeError(
          absl::StrCat("the result is beyond ", ToString(dtype), ": ", status.message()));
    }
  }
  return absl::OkStatus();
}

// How a solve ended as a number of the output file. One that is not finite is not written.
std::int64_t StatusCode(Termination termination) {
  return termination == Termination::kConverged   ? 0
         : termination == Termination::kStagnated ? 1
                                                  : 2;
}

// Solves for all samples at once and gathers the arrays of the output.
class Solution {
 public:
  Solution(const SampleArray& x, Model* model)
      : input_(x),
        model_(*model),
        device_(model->device()),
        step_(model),
        x_(ToTensor(device_, model->dtype(), ToState(x.array, model->input()))) {}

  // `path` is that of the samples.
  absl::Status Forward(const std::string& path) {
    model_.set_certifies(true);
    step_.Forward(x_);
    const absl::optional<std::string> overflow = Overflow(&model_);
    if (overflow.has_value()) return absl::DataLossError(absl::StrCat(path, ": ", *overflow));
    MONDEQ_RETURN_IF_ERROR(CheckSolve(device_, model_.forward_stats(), "forward"));
    const Certificate& certificate = model_.certificate();
    const std::vector<Tier>& tiers = model_.op().layout().tiers();
    for (std::size_t i = 0; i < tiers.size(); ++i) {
      const Features& visible = tiers[i].visible;
      file_.arrays[absl::StrCat("z.", i)] = FromState(
          ToHostArray(device_, model_.op().layout().VisibleTierOf(i, device_, model_.z())), visible,
          !visible.is_image());
    }
    file_.arrays["logits"] = FromState(ToHostArray(device_, model_.logits()),
                                       Features::Flat(model_.classes()), /*flat=*/true);
    file_.arrays["residual"] = Vector(certificate.residual, model_.dtype());
    file_.arrays["error_bound"] = Vector(certificate.error_bound, model_.dtype());
    AddStats("forward", model_.forward_stats());
    SetIterations(0);
    return CheckResults(file_, model_.dtype());
  }

  absl::Status Backward(const std::vector<std::int32_t>& labels) {
    const Tensor label_tensor =
        device_.Allocate(DType::kInt32, {static_cast<Index>(labels.size())});
    device_.CopyFromHost(labels.data(), label_tensor);
    const Tensor dx = device_.Allocate(model_.dtype(), x_.shape());
    const double loss = step_.Loss(label_tensor).loss;
    step_.Backward(x_, &dx);
    MONDEQ_RETURN_IF_ERROR(CheckSolve(device_, model_.backward_stats(), "backward"));
    Safetensors gradients;
    gradients.arrays["loss"] = Vector({loss}, model_.dtype());
    for (const Parameter& parameter : model_.parameters().parameters()) {
      gradients.arrays["grad." + parameter.name] = ToHostArray(device_, parameter.gradient);
    }
    gradients.arrays["grad.x"] = FromState(ToHostArray(device_, dx), model_.input(), input_.flat());
    MONDEQ_RETURN_IF_ERROR(CheckResults(gradients, model_.dtype()));
    file_.arrays.merge(gradients.arrays);
    AddStats("backward", model_.backward_stats());
    SetIterations(model_.backward_stats().iterations);
    return absl::OkStatus();
  }

  const Safetensors& file() const { return file_; }

 private:
  void SetIterations(int backward) {
    const std::vector<std::int64_t> iterations{model_.forward_stats().iterations, backward};
    file_.arrays["iterations"] = HostArray::From<std::int64_t>({2}, iterations);
  }

  // How every sample's solve ended.
  void AddStats(absl::string_view direction, const SolveStats& stats) {
    std::vector<std::int64_t> iterations, status;
    for (const SampleStats& sample : stats.samples) {
      iterations.push_back(sample.iterations);
      status.push_back(StatusCode(sample.termination));
    }
    const std::vector<Index> shape = {static_cast<Index>(iterations.size())};
    file_.arrays[absl::StrCat("iterations.", direction)] =
        HostArray::From<std::int64_t>(shape, iterations);
    file_.arrays[absl::StrCat("status.", direction)] = HostArray::From<std::int64_t>(shape, status);
  }

  const SampleArray& input_;
  Model& model_;
  Device& device_;
  TrainingStep step_;
  Tensor x_;
  Safetensors file_;
};

void AppendIfAny(const absl::optional<std::string>& text, std::vector<std::string>* texts) {
  if (text.has_value()) texts->push_back(*text);
}

absl::Status Solve(Invocation& invocation) {
  const std::string input = absl::GetFlag(FLAGS_input), output = absl::GetFlag(FLAGS_output);
  MONDEQ_ASSIGN_OR_RETURN(const DType dtype, DTypeFlag());
  MONDEQ_RETURN_IF_ERROR(CheckAlphaFlag(absl::GetFlag(FLAGS_alpha)));
  MONDEQ_RETURN_IF_ERROR(CheckOutputFlag());
  MONDEQ_ASSIGN_OR_RETURN(const std::unique_ptr<Setup> setup,
                          SetUp({/*data=*/false, /*weights=*/true}, invocation.err));
  MONDEQ_ASSIGN_OR_RETURN(const InputSamples read, ReadInput(input, *setup, KnownInput(*setup)));
  const SampleArray& x = read.x;
  MONDEQ_RETURN_IF_ERROR(CheckFinite(x.array, dtype, input + ": x"));
  MONDEQ_RETURN_IF_ERROR(MakeModelFor(x, input, dtype, setup.get()));
  Model* model = setup->model.get();
  setup->PrepareSolve();
  MONDEQ_ASSIGN_OR_RETURN(const auto labels,
                          FindLabels(read.file, input, x.count(), model->classes()));
  if (!labels.has_value()) WarnOfLabelsMisnamed(read.file, input, invocation.err);
  if (!absl::GetFlag(FLAGS_start).empty()) {
    MONDEQ_ASSIGN_OR_RETURN(const Tensor start,
                            ReadStart(absl::GetFlag(FLAGS_start), x.count(), model));
    model->StartFrom(start);
  }

  Solution solution(x, model);
  std::vector<std::string> warnings;
  MONDEQ_RETURN_IF_ERROR(solution.Forward(input));
  AppendIfAny(Shortfall("forward", model->forward_stats(), model), &warnings);
  CertificateTally tally;
  tally.Add(model->certificate(), model->stopping_rule());
  AppendIfAny(tally.Shortfall(), &warnings);
  absl::Status backward;
  if (labels.has_value()) {
    backward = solution.Backward(*labels);
    if (backward.ok())
      AppendIfAny(Shortfall("backward", model->backward_stats(), model), &warnings);
  }
  // What the forward solve has found is written even where the backward one diverged.
  MONDEQ_RETURN_IF_ERROR(WriteSafetensors(output, solution.file()));
  if (!warnings.empty()) Warn(invocation.err, absl::StrJoin(warnings, "; "));
  if (backward.ok()) return backward;
  return Annotate(backward, absl::StrCat("gradients are not in ", output));
}

}  // namespace

Verb SolveVerb() {
  return {
      "solve",
      "equilibria, logits, certified errors and gradients of given samples",
      "",
      {"weights", "input", "output"},
      {"config", "normalized", "start", "dtype", "tol", "max_iterations", "alpha", "data_dir",
       "device", "threads", "set"},
      absl::StrCat(
          "For cross-checking and for other programs. All samples of the input are one batch.\n",
          kInputHelp,
          "Beside x safetensors may hold\n"
          "  labels       int64 or int32 [N]\n"
          "The output is safetensors and gets, in the precision of --dtype,\n"
          "  z.0          the equilibrium z*, [N, n] or [N, C, H, W]; z.1, ... for further tiers\n"
          "  logits       [N, classes]\n"
          "  iterations   int64 [2]: forward, backward (0 without labels), the most of a sample\n"
          "  iterations.forward   int64 [N], those of each sample\n"
          "  status.forward       int64 [N]: 0 converged, 1 stagnated where rounding is, 2 "
          "reached\n"
          "               max_iterations\n"
          "  residual     [N], ||z - sigma(W z + U x + b)|| / ||z||, 1 where only z is 0\n"
          "  error_bound  [N], a certified bound of the distance of z to the true equilibrium,\n"
          "               rounding included, infinite where there is none\n"
          "and with labels\n"
          "  loss         [1], the mean cross-entropy\n"
          "  grad.NAME    its gradient for every parameter, and grad.x for the input\n"
          "  iterations.backward, status.backward   as above\n"
          "Where a solve does not converge the result is written all the same, with a line on "
          "stderr;\n"
          "where the backward one diverges, without what it would have given.\n"
          "--tol=1e-12 with --dtype=float64 gives results to working precision.\n"
          "--start=Y.safetensors, a result of solve for samples or weights much like these, saves\n"
          "iterations where those are closer than 0; their evaluation counts as one.\n",
          kWeightsHelp),
      {"mondeq solve --weights=run/weights.safetensors --input=x.safetensors "
       "--output=y.safetensors --dtype=float64 --tol=1e-12"},
      Solve};
}

}  // namespace mondeq
