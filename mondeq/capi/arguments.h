// From what callers of mondeq.h pass to what mondeq takes, and back. Errors: kInvalidArgument.
#ifndef MONDEQ_CAPI_ARGUMENTS_H_
#define MONDEQ_CAPI_ARGUMENTS_H_

#include <cstddef>
#include <cstring>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "mondeq/capi/mondeq.h"
#include "mondeq/inference/predictor.h"

namespace mondeq::capi {

// A struct of a caller, which may be of an earlier version, as one of this: what it does not have
// is zero. A null pointer gives all zero where that is allowed.
template <class T>
absl::StatusOr<T> TakeStruct(const T* given, const char* name, bool may_be_null) {
  T taken = {};
  taken.struct_size = sizeof(T);
  if (given == nullptr) {
    if (may_be_null) return taken;
    return absl::InvalidArgumentError(absl::StrCat(name, ": expected a struct, found NULL"));
  }
  // The size alone must be there.
  if (given->struct_size <= sizeof(given->struct_size) || given->struct_size > sizeof(T)) {
    return absl::InvalidArgumentError(absl::StrCat(name, ": expected struct_size up to ", sizeof(T),
                                                   ", found ", given->struct_size,
                                                   "; set it to sizeof the struct"));
  }
  std::memcpy(&taken, given, given->struct_size);
  return taken;
}

absl::StatusOr<ConstArray> TakeArray(const mondeq_array& array, const std::string& name);
absl::StatusOr<MutableArray> TakeMutableArray(const mondeq_array& array, const std::string& name);
absl::StatusOr<std::vector<ConstArray>> TakeArrays(const mondeq_array* arrays, std::size_t count,
                                                   const char* name);
absl::StatusOr<std::vector<MutableArray>> TakeMutableArrays(const mondeq_array* arrays,
                                                            std::size_t count, const char* name);

absl::StatusOr<PredictorOptions> TakeOptions(const mondeq_options& options);
// Without the start.
absl::StatusOr<SolveSettings> TakeSettings(const mondeq_settings& settings);

// Copies a report to where the caller wants it.
void GiveReport(const SolveReport& report, const mondeq_report& to);
void GiveCertificates(const std::vector<CertifiedSample>& samples, const mondeq_certificates& to);

}  // namespace mondeq::capi

#endif  // MONDEQ_CAPI_ARGUMENTS_H_
