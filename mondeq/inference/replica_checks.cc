// What callers hand to a replica, before anything is computed (replica.h).
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "mondeq/core/status.h"
#include "mondeq/inference/replica.h"

namespace mondeq {
namespace {

// Checks an array of floats of this shape, if there is one.
template <class Array>
absl::Status CheckIfThere(const Array& array, const Shape& shape, absl::string_view name) {
  return array.empty() ? absl::OkStatus() : CheckFloats(array.layout, shape, name);
}

// The same for samples of these features.
template <class Array>
absl::Status CheckIfThere(const Array& array, const Features& features, Index count,
                          absl::string_view name) {
  if (array.empty()) return absl::OkStatus();
  MONDEQ_RETURN_IF_ERROR(CheckFloats(array.layout, name));
  return CheckSamples(array.layout, features, count, name);
}

}  // namespace

absl::Status Replica::CheckSettings(const SolveSettings& settings, Index count) const {
  const double tolerance = settings.tolerance.value_or(0.5);
  if (!(tolerance > 0 && tolerance < 1)) {
    return absl::InvalidArgumentError(
        absl::StrCat("tolerance: expected a number between 0 and 1, found ", tolerance));
  }
  const int iterations = settings.max_iterations.value_or(1);
  if (iterations < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("max_iterations: expected 1 or more, found ", iterations));
  }
  return CheckTiers(settings.start, count, "start");
}

absl::Status Replica::CheckInput(const ConstArray& x, const SolveSettings& settings) const {
  const auto wrong = [&](const auto&... text) {
    return absl::InvalidArgumentError(absl::StrCat(settings.name, ": ", text...));
  };
  if (x.empty()) return wrong("expected an array, found none");
  const ArrayLayout& layout = x.layout;
  const bool pixels = layout.dtype == DType::kUInt8;
  if (!pixels && !layout.is_float()) {
    return wrong("expected float32, float64 or uint8, found ", ToString(layout.dtype));
  }
  if (pixels || settings.normalize) {
    const Index channels = model_->input().channels;
    if (normalization_ == nullptr) {
      return wrong("found ", ToString(layout.dtype), ", but the model does not say how ",
                   pixels ? "pixels are normalised; give float32" : "values are normalised");
    }
    if (static_cast<Index>(normalization_->mean.size()) != channels) {
      return wrong("expected a normalisation of ", channels,
                   " channels, as the model's input has, ", "found one of ",
                   normalization_->mean.size());
    }
  }
  const Index count = layout.shape.rank() > 0 ? layout.shape[0] : 0;
  if (count < 1) {
    return wrong("expected one sample or more, found shape ", layout.shape.ToString());
  }
  return CheckSamples(layout, model_->input(), count, settings.name);
}

template <class Array>
absl::Status Replica::CheckTiers(absl::Span<const Array> tiers, Index count,
                                 const char* what) const {
  const std::vector<Tier>& all = model_->op().layout().tiers();
  if (!tiers.empty() && tiers.size() != all.size()) {
    return absl::InvalidArgumentError(absl::StrCat(
        what, ": expected ", all.size(), " arrays, one for each tier, found ", tiers.size()));
  }
  for (std::size_t i = 0; i < tiers.size(); ++i) {
    const absl::Status status = CheckIfThere(tiers[i], all[i].visible, count, what);
    // Names are made where there is an error only: else nothing is to be allocated.
    if (!status.ok()) {
      return CheckIfThere(tiers[i], all[i].visible, count, absl::StrCat(what, ".", i));
    }
  }
  return absl::OkStatus();
}

absl::Status Replica::CheckAnswers(const Answers& answers, Index count) const {
  const Shape shape{count, model_->classes()};
  MONDEQ_RETURN_IF_ERROR(CheckIfThere(answers.logits, shape, "logits"));
  MONDEQ_RETURN_IF_ERROR(CheckIfThere(answers.probabilities, shape, "probabilities"));
  return CheckTiers(answers.z, count, "z");
}

absl::Status Replica::CheckCotangents(const Cotangents& cotangents, Index count) const {
  MONDEQ_RETURN_IF_ERROR(
      CheckIfThere(cotangents.logits, {count, model_->classes()}, "the cotangent of the logits"));
  return CheckTiers(cotangents.z, count, "the cotangent of z");
}

absl::Status Replica::CheckGradients(const Gradients& gradients, Index count) const {
  MONDEQ_RETURN_IF_ERROR(CheckIfThere(gradients.x, model_->input(), count, "the gradient of x"));
  const auto& parameters = model_->parameters().parameters();
  if (gradients.parameters.empty()) return absl::OkStatus();
  if (gradients.parameters.size() != parameters.size()) {
    return absl::InvalidArgumentError(absl::StrCat("gradients: expected ", parameters.size(),
                                                   " arrays, one for each parameter, found ",
                                                   gradients.parameters.size()));
  }
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const absl::Status status =
        CheckIfThere(gradients.parameters[i], parameters[i].shape, parameters[i].name);
    if (!status.ok()) return Annotate(status, "gradients");
  }
  return absl::OkStatus();
}

}  // namespace mondeq
