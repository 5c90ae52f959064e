// The functions of mondeq.h that make predictors and describe them.
#include <cstring>
#include <memory>
#include <shared_mutex>
#include <utility>

#include "absl/status/status.h"
#include "mondeq/capi/arguments.h"
#include "mondeq/capi/guard.h"
#include "mondeq/capi/handles.h"
#include "mondeq/capi/mondeq.h"
#include "mondeq/core/status.h"

namespace {

using mondeq::capi::CheckIndex;
using mondeq::capi::Find;
using mondeq::capi::Guard;
using mondeq::capi::Held;
using mondeq::capi::NoNull;
using mondeq::capi::TakeStruct;
using std::shared_ptr;

void GiveFeatures(const mondeq::Features& features, std::int64_t shape[3], std::int32_t* is_image) {
  shape[0] = features.channels;
  shape[1] = features.rows;
  shape[2] = features.columns;
  if (is_image != nullptr) *is_image = features.is_image() ? 1 : 0;
}

}  // namespace

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
