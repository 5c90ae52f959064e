// mondeq solve
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/optional.h"
#include "mondeq/cli/flags.h"
#include "mondeq/cli/from_flags.h"
#include "mondeq/cli/input_samples.h"
#include "mondeq/cli/model_for_samples.h"
#include "mondeq/cli/output.h"
#include "mondeq/cli/samples.h"
#include "mondeq/cli/start_state.h"
#include "mondeq/cli/verb.h"
#include "mondeq/core/nearest.h"
#include "mondeq/core/safetensors.h"
#include "mondeq/core/schema.h"
#include "mondeq/core/status.h"
#include "mondeq/inference/replica.h"
#include "mondeq/model/solve_report.h"
#include "mondeq/model/weights.h"
#include "mondeq/training/loss.h"

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

// Adds an array to the file, for a replica to write.
MutableArray Add(const std::string& name, DType dtype, std::vector<Index> shape,
                 Safetensors* file) {
  HostArray& array = file->arrays[name];
  array = Zeros(dtype, std::move(shape));
  return ViewOf(&array);
}

// Solves for all samples at once and gathers the arrays of the output.
class Solution {
 public:
  // Both must outlive the solution. The model is the setup's.
  Solution(const InputSamples& input, const Setup& setup)
      : input_(input),
        model_(*setup.model),
        normalization_(setup.PixelNormalization()),
        replica_(&model_, normalization_ ? &*normalization_ : nullptr) {}

  // `path` is that of the samples.
  absl::Status Forward(const std::string& path, const std::vector<HostArray>& start) {
    const Index count = input_.x.count();
    std::vector<ConstArray> start_views;
    for (const HostArray& tier : start) start_views.push_back(ViewOf(tier));
    SolveSettings settings;
    settings.certify = true;
    settings.start = start_views;
    settings.normalize = input_.normalize;
    settings.name = path;

    std::vector<MutableArray> z;
    for (const Tier& tier : model_.op().layout().tiers()) {
      z.push_back(Add(absl::StrCat("z.", z.size()), model_.dtype(),
                      ShapeInFiles(tier.visible, count), &file_));
    }
    const MutableArray logits = Add("logits", model_.dtype(), {count, model_.classes()}, &file_);
    SolveReport report;
    MONDEQ_RETURN_IF_ERROR(
        replica_.Solve(input_.x.View(0, count), settings, {logits, {}, z}, &report));
    file_.arrays["residual"] = Vector(report.residual, model_.dtype());
    file_.arrays["error_bound"] = Vector(report.error_bound, model_.dtype());
    AddReport("forward", report);
    SetIterations(0);
    return CheckResults(file_, model_.dtype());
  }

  // The gradients of the mean cross-entropy, beside what Forward has found.
  absl::Status Backward(const std::vector<std::int32_t>& labels) {
    Safetensors found;
    const HostArray dlogits = DifferentiateLoss(labels, &found);
    const Cotangents cotangents{
        {static_cast<const void*>(dlogits.bytes.data()),
         ArrayLayout::OfState(model_.dtype(), Features::Flat(model_.classes()), input_.x.count())}};
    std::vector<MutableArray> parameters;
    for (const Parameter& parameter : model_.parameters().parameters()) {
      parameters.push_back(
          Add("grad." + parameter.name, model_.dtype(), Extents(parameter.shape), &found));
    }
    const MutableArray dx = Add("grad.x", model_.dtype(), input_.x.array.shape, &found);
    SolveReport report;
    MONDEQ_RETURN_IF_ERROR(replica_.Backward(cotangents, {dx, parameters}, &report));
    MONDEQ_RETURN_IF_ERROR(CheckResults(found, model_.dtype()));
    file_.arrays.merge(found.arrays);
    AddReport("backward", report);
    SetIterations(model_.backward_stats().iterations);
    return absl::OkStatus();
  }

  const Safetensors& file() const { return file_; }

 private:
  // Adds the loss of the last solve's logits to `found`, and returns its gradient by them,
  // [classes, N].
  HostArray DifferentiateLoss(const std::vector<std::int32_t>& labels, Safetensors* found) {
    Device& device = model_.device();
    const Tensor label_tensor = device.Allocate(DType::kInt32, {static_cast<Index>(labels.size())});
    device.CopyFromHost(labels.data(), label_tensor);
    const Tensor dlogits = device.Allocate(model_.dtype(), model_.logits().shape());
    const double loss = CrossEntropy(&device).Compute(model_.logits(), label_tensor, &dlogits).loss;
    found->arrays["loss"] = Vector({loss}, model_.dtype());
    return ToHostArray(device, dlogits);
  }

  void SetIterations(int backward) {
    const std::vector<std::int64_t> iterations{model_.forward_stats().iterations, backward};
    file_.arrays["iterations"] = HostArray::From<std::int64_t>({2}, iterations);
  }

  // How every sample's solve ended.
  void AddReport(absl::string_view direction, const SolveReport& report) {
    const std::vector<std::int64_t> iterations(report.iterations.begin(), report.iterations.end());
    std::vector<std::int64_t> status;
    for (const Termination end : report.status) status.push_back(EndCode(end));
    const std::vector<Index> shape = {static_cast<Index>(iterations.size())};
    file_.arrays[absl::StrCat("iterations.", direction)] =
        HostArray::From<std::int64_t>(shape, iterations);
    file_.arrays[absl::StrCat("status.", direction)] = HostArray::From<std::int64_t>(shape, status);
  }

  const InputSamples& input_;
  Model& model_;
  const absl::optional<Normalization> normalization_;
  Replica replica_;
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
  MONDEQ_ASSIGN_OR_RETURN(const InputSamples samples,
                          ReadInput(input, *setup, KnownInput(*setup), dtype));
  const Index count = samples.x.count();
  MONDEQ_RETURN_IF_ERROR(MakeModelFor(samples.x, input, dtype, setup.get()));
  Model* model = setup->model.get();
  if (absl::GetFlag(FLAGS_alpha)) model->set_alpha(*absl::GetFlag(FLAGS_alpha));
  setup->PrepareSolve();
  MONDEQ_ASSIGN_OR_RETURN(const auto labels,
                          FindLabels(samples.file, input, count, model->classes()));
  if (!labels.has_value()) WarnOfLabelsMisnamed(samples.file, input, invocation.err);
  std::vector<HostArray> start;
  if (!absl::GetFlag(FLAGS_start).empty()) {
    MONDEQ_ASSIGN_OR_RETURN(start, ReadStart(absl::GetFlag(FLAGS_start), count, *model));
  }

  Solution solution(samples, *setup);
  std::vector<std::string> warnings;
  MONDEQ_RETURN_IF_ERROR(solution.Forward(input, start));
  AppendIfAny(Shortfall("forward", model->forward_stats(), model), &warnings);
  CertificateTally tally;
  tally.Add(model->certificate().relative_error, model->stopping_rule());
  AppendIfAny(tally.Shortfall(), &warnings);
  absl::Status backward;
  if (labels.has_value()) {
    backward = solution.Backward(*labels);
    if (backward.ok()) {
      AppendIfAny(Shortfall("backward", model->backward_stats(), model), &warnings);
    }
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
      {"config", "normalized", "resize", "start", "dtype", "tol", "max_iterations", "alpha",
       "data_dir", "device", "threads", "set"},
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
