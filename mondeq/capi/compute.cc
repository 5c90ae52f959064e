// The functions of mondeq.h that compute, and those of parameters.
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <vector>

#include "absl/status/status.h"
#include "mondeq/capi/arguments.h"
#include "mondeq/capi/guard.h"
#include "mondeq/capi/handles.h"
#include "mondeq/capi/mondeq.h"
#include "mondeq/core/status.h"

namespace {

using mondeq::capi::Find;
using mondeq::capi::Guard;
using mondeq::capi::Held;
using mondeq::capi::NoNull;
using mondeq::capi::TakeArray;
using mondeq::capi::TakeArrays;
using mondeq::capi::TakeMutableArray;
using mondeq::capi::TakeMutableArrays;
using mondeq::capi::TakeStruct;
using std::shared_ptr;

// The arrays of a solve, as mondeq takes them.
struct SolveArguments {
  mondeq::ConstArray x;
  mondeq::SolveSettings settings;
  std::vector<mondeq::ConstArray> start;
  mondeq::Answers answers;
  std::vector<mondeq::MutableArray> z;
};

absl::Status TakeSolve(const mondeq_array* x, const mondeq_settings* settings,
                       const mondeq_answers* answers, SolveArguments* taken) {
  MONDEQ_RETURN_IF_ERROR(NoNull(x, "x"));
  MONDEQ_ASSIGN_OR_RETURN(taken->x, TakeArray(*x, "x"));
  MONDEQ_ASSIGN_OR_RETURN(const mondeq_settings own, TakeStruct(settings, "settings", true));
  MONDEQ_ASSIGN_OR_RETURN(taken->settings, mondeq::capi::TakeSettings(own));
  MONDEQ_ASSIGN_OR_RETURN(taken->start, TakeArrays(own.start, own.start_count, "start"));
  taken->settings.start = taken->start;
  MONDEQ_ASSIGN_OR_RETURN(const mondeq_answers to, TakeStruct(answers, "answers", true));
  MONDEQ_ASSIGN_OR_RETURN(taken->answers.logits, TakeMutableArray(to.logits, "logits"));
  MONDEQ_ASSIGN_OR_RETURN(taken->answers.probabilities,
                          TakeMutableArray(to.probabilities, "probabilities"));
  MONDEQ_ASSIGN_OR_RETURN(taken->z, TakeMutableArrays(to.z, to.z_count, "z"));
  taken->answers.z = taken->z;
  return absl::OkStatus();
}

}  // namespace

int mondeq_solve(const mondeq_predictor* predictor, const mondeq_array* x,
                 const mondeq_settings* settings, const mondeq_answers* answers,
                 const mondeq_report* report) {
  return Guard([&]() -> absl::Status {
    MONDEQ_ASSIGN_OR_RETURN(const shared_ptr<Held> held, Find(predictor));
    SolveArguments taken;
    MONDEQ_RETURN_IF_ERROR(TakeSolve(x, settings, answers, &taken));
    MONDEQ_ASSIGN_OR_RETURN(const mondeq_report to, TakeStruct(report, "report", true));
    const std::shared_lock<std::shared_mutex> lock(held->in_use);
    mondeq::SolveReport found;
    MONDEQ_RETURN_IF_ERROR(held->predictor->Solve(taken.x, taken.settings, taken.answers, &found));
    mondeq::capi::GiveReport(found, to);
    return absl::OkStatus();
  });
}

int mondeq_gradient(const mondeq_predictor* predictor, const mondeq_array* x,
                    const mondeq_settings* settings, const mondeq_cotangents* cotangents,
                    const mondeq_answers* answers, const mondeq_gradients* gradients,
                    const mondeq_report* forward, const mondeq_report* backward) {
  return Guard([&]() -> absl::Status {
    MONDEQ_ASSIGN_OR_RETURN(const shared_ptr<Held> held, Find(predictor));
    SolveArguments taken;
    MONDEQ_RETURN_IF_ERROR(TakeSolve(x, settings, answers, &taken));
    MONDEQ_ASSIGN_OR_RETURN(const mondeq_report to_forward, TakeStruct(forward, "forward", true));
    MONDEQ_ASSIGN_OR_RETURN(const mondeq_report to_backward,
                            TakeStruct(backward, "backward", true));
    MONDEQ_ASSIGN_OR_RETURN(const mondeq_cotangents from,
                            TakeStruct(cotangents, "cotangents", false));
    MONDEQ_ASSIGN_OR_RETURN(const mondeq_gradients to, TakeStruct(gradients, "gradients", false));
    mondeq::Cotangents by;
    MONDEQ_ASSIGN_OR_RETURN(by.logits, TakeArray(from.logits, "cotangents: logits"));
    MONDEQ_ASSIGN_OR_RETURN(const auto by_z, TakeArrays(from.z, from.z_count, "cotangents: z"));
    by.z = by_z;
    mondeq::Gradients of;
    MONDEQ_ASSIGN_OR_RETURN(of.x, TakeMutableArray(to.x, "gradients: x"));
    MONDEQ_ASSIGN_OR_RETURN(
        const auto parameters,
        TakeMutableArrays(to.parameters, to.parameter_count, "gradients: parameters"));
    of.parameters = parameters;
    const std::shared_lock<std::shared_mutex> lock(held->in_use);
    mondeq::SolveReport found, found_backward;
    MONDEQ_RETURN_IF_ERROR(held->predictor->Gradient(taken.x, taken.settings, by, taken.answers, of,
                                                     &found, &found_backward));
    mondeq::capi::GiveReport(found, to_forward);
    mondeq::capi::GiveReport(found_backward, to_backward);
    return absl::OkStatus();
  });
}

int mondeq_certify(const mondeq_predictor* predictor, const mondeq_array* x,
                   const mondeq_certificates* certificates) {
  return Guard([&]() -> absl::Status {
    MONDEQ_ASSIGN_OR_RETURN(const shared_ptr<Held> held, Find(predictor));
    MONDEQ_RETURN_IF_ERROR(NoNull(x, "x"));
    MONDEQ_ASSIGN_OR_RETURN(const auto array, TakeArray(*x, "x"));
    MONDEQ_ASSIGN_OR_RETURN(const mondeq_certificates to,
                            TakeStruct(certificates, "certificates", false));
    const std::shared_lock<std::shared_mutex> lock(held->in_use);
    MONDEQ_ASSIGN_OR_RETURN(const auto samples, held->predictor->Certify(array));
    mondeq::capi::GiveCertificates(samples, to);
    return absl::OkStatus();
  });
}

int mondeq_get_parameter(const mondeq_predictor* predictor, size_t parameter,
                         const mondeq_array* value) {
  return Guard([&]() -> absl::Status {
    MONDEQ_ASSIGN_OR_RETURN(const shared_ptr<Held> held, Find(predictor));
    MONDEQ_RETURN_IF_ERROR(NoNull(value, "value"));
    MONDEQ_RETURN_IF_ERROR(NoNull(value->data, "value: data"));
    MONDEQ_ASSIGN_OR_RETURN(const auto array, TakeMutableArray(*value, "value"));
    const std::shared_lock<std::shared_mutex> lock(held->in_use);
    return held->predictor->GetParameter(parameter, array);
  });
}

int mondeq_set_parameters(mondeq_predictor* predictor, const mondeq_array* values, size_t count) {
  return Guard([&]() -> absl::Status {
    MONDEQ_ASSIGN_OR_RETURN(const shared_ptr<Held> held, Find(predictor));
    MONDEQ_ASSIGN_OR_RETURN(const auto arrays, TakeArrays(values, count, "values"));
    const std::lock_guard<std::shared_mutex> lock(held->in_use);
    return held->predictor->SetParameters(arrays);
  });
}

int mondeq_save(mondeq_predictor* predictor, const char* path) {
  return Guard([&]() -> absl::Status {
    MONDEQ_ASSIGN_OR_RETURN(const shared_ptr<Held> held, Find(predictor));
    MONDEQ_RETURN_IF_ERROR(NoNull(path, "path"));
    const std::lock_guard<std::shared_mutex> lock(held->in_use);
    return held->predictor->Save(path);
  });
}
