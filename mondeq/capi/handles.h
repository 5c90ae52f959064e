// The predictors that callers hold. Handles are numbers, not addresses: one that is not of a
// predictor, or no longer, is an error.
#ifndef MONDEQ_CAPI_HANDLES_H_
#define MONDEQ_CAPI_HANDLES_H_

#include <memory>
#include <shared_mutex>
#include <string>

#include "absl/status/statusor.h"
#include "mondeq/capi/mondeq.h"
#include "mondeq/inference/predictor.h"

namespace mondeq::capi {

// A predictor, and what the texts that it hands out live in.
struct Held {
  explicit Held(std::unique_ptr<Predictor> made)
      : predictor(std::move(made)), config(predictor->config()), device(predictor->device()) {}

  const std::unique_ptr<Predictor> predictor;
  const std::string config, device;
  // Shared by those who compute, and held alone by those who change the predictor.
  std::shared_mutex in_use;
};

mondeq_predictor* Hold(std::unique_ptr<Predictor> predictor);
// It lives as long as somebody has it. Errors: kInvalidArgument.
absl::StatusOr<std::shared_ptr<Held>> Find(const mondeq_predictor* handle);
// Returns whether it was there.
bool Drop(const mondeq_predictor* handle);

}  // namespace mondeq::capi

#endif  // MONDEQ_CAPI_HANDLES_H_
