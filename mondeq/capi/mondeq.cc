#include "mondeq/capi/mondeq.h"

#include <cxxabi.h>

#include <exception>
#include <mutex>
#include <new>
#include <ostream>
#include <shared_mutex>
#include <streambuf>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "mondeq/capi/arguments.h"
#include "mondeq/capi/handles.h"
#include "mondeq/cli/interrupt.h"
#include "mondeq/cli/run.h"
#include "mondeq/core/exit_code.h"
#include "mondeq/core/status.h"
#include "mondeq/core/utf8.h"
#include "mondeq/core/version.h"

namespace {

using mondeq::capi::Find;
using mondeq::capi::Held;
using mondeq::capi::TakeArray;
using mondeq::capi::TakeArrays;
using mondeq::capi::TakeMutableArray;
using mondeq::capi::TakeMutableArrays;
using mondeq::capi::TakeStruct;
using std::shared_ptr;

thread_local std::string last_error;

int Fail(const absl::Status& status) {
  try {
    last_error = mondeq::Printable(status.message());
  } catch (const std::exception&) {
    // There is no memory for the text.
    last_error.clear();
  }
  return mondeq::ExitCodeOf(status);
}

// Runs what a function does, which returns an absl::Status: no exception leaves the library.
template <class F>
int Guard(F&& body) {
  try {
    const absl::Status status = body();
    return status.ok() ? MONDEQ_OK : Fail(status);
  } catch (const abi::__forced_unwind&) {
    // The thread is being ended, which cannot be stopped.
    throw;
  } catch (const std::bad_alloc&) {
    return Fail(absl::UnavailableError(
        "out of memory: the model or the batch is too large for this machine"));
  } catch (const std::exception& exception) {
    return Fail(absl::InternalError(exception.what()));
  } catch (...) {
    return Fail(absl::InternalError("an exception of unknown type"));
  }
}

absl::Status NoNull(const void* pointer, const char* name) {
  if (pointer != nullptr) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(name, ": expected a pointer, found NULL"));
}

absl::Status CheckIndex(std::size_t index, std::size_t count, const char* name) {
  if (index < count) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(name, ": expected less than ", count, ", found ", index));
}

void GiveFeatures(const mondeq::Features& features, std::int64_t shape[3], std::int32_t* is_image) {
  shape[0] = features.channels;
  shape[1] = features.rows;
  shape[2] = features.columns;
  if (is_image != nullptr) *is_image = features.is_image() ? 1 : 0;
}

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

// Hands on what is printed to a caller's function.
class CallbackBuffer final : public std::streambuf {
 public:
  CallbackBuffer(mondeq_write write, void* user, int stream)
      : write_(write), user_(user), stream_(stream) {}

 protected:
  int overflow(int character) override {
    if (character != traits_type::eof()) text_ += static_cast<char>(character);
    if (character == '\n' || character == '\r') sync();
    return 0;
  }
  std::streamsize xsputn(const char* text, std::streamsize count) override {
    text_.append(text, static_cast<std::size_t>(count));
    if (text_.find_first_of("\n\r") != std::string::npos) sync();
    return count;
  }
  int sync() override {
    if (text_.empty()) return 0;
    std::string text;
    text.swap(text_);
    if (write_ != nullptr && write_(user_, stream_, text.data(), text.size()) != 0) {
      mondeq::NoteInterrupt();
    }
    return 0;
  }

 private:
  mondeq_write write_;
  void* user_;
  int stream_;
  std::string text_;
};

}  // namespace

const char* mondeq_last_error(void) { return last_error.c_str(); }
const char* mondeq_version(void) { return mondeq::kVersion; }
int mondeq_api_version(void) { return MONDEQ_API_VERSION; }

int mondeq_load(const char* path, const mondeq_options* options, mondeq_predictor** predictor) {
  return Guard([&]() -> absl::Status {
    MONDEQ_RETURN_IF_ERROR(NoNull(path, "path"));
    MONDEQ_RETURN_IF_ERROR(NoNull(predictor, "predictor"));
    MONDEQ_ASSIGN_OR_RETURN(const mondeq_options own, TakeStruct(options, "options", true));
    MONDEQ_ASSIGN_OR_RETURN(const auto taken, mondeq::capi::TakeOptions(own));
    MONDEQ_ASSIGN_OR_RETURN(auto made, mondeq::Predictor::Load(path, taken));
    *predictor = mondeq::capi::Hold(std::move(made));
    return absl::OkStatus();
  });
}

int mondeq_from_config(const char* text, uint64_t seed, const mondeq_options* options,
                       mondeq_predictor** predictor) {
  return Guard([&]() -> absl::Status {
    MONDEQ_RETURN_IF_ERROR(NoNull(text, "text"));
    MONDEQ_RETURN_IF_ERROR(NoNull(predictor, "predictor"));
    MONDEQ_ASSIGN_OR_RETURN(const mondeq_options own, TakeStruct(options, "options", true));
    MONDEQ_ASSIGN_OR_RETURN(const auto taken, mondeq::capi::TakeOptions(own));
    MONDEQ_ASSIGN_OR_RETURN(
        auto made, mondeq::Predictor::FromConfig(text, seed, taken,
                                                 own.data_dir == nullptr ? "" : own.data_dir));
    *predictor = mondeq::capi::Hold(std::move(made));
    return absl::OkStatus();
  });
}

void mondeq_free(mondeq_predictor* predictor) {
  if (predictor != nullptr) mondeq::capi::Drop(predictor);
}

int mondeq_describe(const mondeq_predictor* predictor, mondeq_info* info) {
  return Guard([&]() -> absl::Status {
    MONDEQ_ASSIGN_OR_RETURN(const shared_ptr<Held> held, Find(predictor));
    MONDEQ_ASSIGN_OR_RETURN(mondeq_info filled, TakeStruct(info, "info", false));
    const std::shared_lock<std::shared_mutex> lock(held->in_use);
    const mondeq::Predictor& model = *held->predictor;
    GiveFeatures(model.input(), filled.input, &filled.input_is_image);
    filled.dtype = model.dtype() == mondeq::DType::kFloat32 ? MONDEQ_FLOAT32 : MONDEQ_FLOAT64;
    filled.classes = model.classes();
    filled.tiers = model.tiers().size();
    filled.parameters = model.parameters().size();
    filled.alpha = model.alpha();
    filled.normalizes = model.normalization().has_value() ? 1 : 0;
    filled.struct_size = info->struct_size;
    std::memcpy(info, &filled, info->struct_size);
    return absl::OkStatus();
  });
}

int mondeq_tier(const mondeq_predictor* predictor, size_t tier, int64_t shape[3],
                int32_t* is_image) {
  return Guard([&]() -> absl::Status {
    MONDEQ_ASSIGN_OR_RETURN(const shared_ptr<Held> held, Find(predictor));
    MONDEQ_RETURN_IF_ERROR(NoNull(shape, "shape"));
    MONDEQ_RETURN_IF_ERROR(CheckIndex(tier, held->predictor->tiers().size(), "tier"));
    GiveFeatures(held->predictor->tiers()[tier], shape, is_image);
    return absl::OkStatus();
  });
}

int mondeq_parameter(const mondeq_predictor* predictor, size_t parameter, const char** name,
                     int32_t* rank, int64_t shape[4]) {
  return Guard([&]() -> absl::Status {
    MONDEQ_ASSIGN_OR_RETURN(const shared_ptr<Held> held, Find(predictor));
    const auto& all = held->predictor->parameters();
    MONDEQ_RETURN_IF_ERROR(NoNull(name, "name"));
    MONDEQ_RETURN_IF_ERROR(NoNull(rank, "rank"));
    MONDEQ_RETURN_IF_ERROR(NoNull(shape, "shape"));
    MONDEQ_RETURN_IF_ERROR(CheckIndex(parameter, all.size(), "parameter"));
    *name = all[parameter].name.c_str();
    *rank = all[parameter].shape.rank();
    for (int axis = 0; axis < *rank; ++axis) shape[axis] = all[parameter].shape[axis];
    return absl::OkStatus();
  });
}

int mondeq_normalization(const mondeq_predictor* predictor, size_t channel, double* mean,
                         double* stddev) {
  return Guard([&]() -> absl::Status {
    MONDEQ_ASSIGN_OR_RETURN(const shared_ptr<Held> held, Find(predictor));
    MONDEQ_RETURN_IF_ERROR(NoNull(mean, "mean"));
    MONDEQ_RETURN_IF_ERROR(NoNull(stddev, "stddev"));
    const auto& normalization = held->predictor->normalization();
    if (!normalization.has_value()) {
      return absl::InvalidArgumentError("the model does not say how pixels are normalised");
    }
    MONDEQ_RETURN_IF_ERROR(CheckIndex(channel, normalization->mean.size(), "channel"));
    *mean = normalization->mean[channel];
    *stddev = normalization->stddev[channel];
    return absl::OkStatus();
  });
}

int mondeq_config(const mondeq_predictor* predictor, const char** text) {
  return Guard([&]() -> absl::Status {
    MONDEQ_ASSIGN_OR_RETURN(const shared_ptr<Held> held, Find(predictor));
    MONDEQ_RETURN_IF_ERROR(NoNull(text, "text"));
    *text = held->config.c_str();
    return absl::OkStatus();
  });
}

int mondeq_device(const mondeq_predictor* predictor, const char** text) {
  return Guard([&]() -> absl::Status {
    MONDEQ_ASSIGN_OR_RETURN(const shared_ptr<Held> held, Find(predictor));
    MONDEQ_RETURN_IF_ERROR(NoNull(text, "text"));
    *text = held->device.c_str();
    return absl::OkStatus();
  });
}

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

void mondeq_interrupt(void) { mondeq::NoteInterrupt(); }

int mondeq_run(int argument_count, const char* const* arguments, mondeq_write write, void* user) {
  int code = MONDEQ_INTERNAL;
  const int guarded = Guard([&]() -> absl::Status {
    std::vector<std::string> texts;
    for (int i = 0; i < argument_count; ++i) {
      MONDEQ_RETURN_IF_ERROR(NoNull(arguments, "arguments"));
      MONDEQ_RETURN_IF_ERROR(NoNull(arguments[i], "arguments"));
      texts.emplace_back(arguments[i]);
    }
    static std::mutex one_at_a_time;
    const std::unique_lock<std::mutex> lock(one_at_a_time, std::try_to_lock);
    if (!lock.owns_lock()) {
      return absl::InvalidArgumentError("a command runs already; one runs at a time");
    }
    mondeq::ForgetInterrupt();
    CallbackBuffer out_buffer(write, user, 1), err_buffer(write, user, 2);
    std::ostream out(&out_buffer), err(&err_buffer);
    code = mondeq::Run(texts, out, err, /*terminal=*/false);
    out.flush();
    err.flush();
    return absl::OkStatus();
  });
  return guarded == MONDEQ_OK ? code : guarded;
}
