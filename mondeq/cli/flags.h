// Every flag of the program. A verb lists the names of those it takes (verb.h).
#ifndef MONDEQ_CLI_FLAGS_H_
#define MONDEQ_CLI_FLAGS_H_

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "absl/flags/declare.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"

namespace mondeq {

// The values of a flag that may be given several times. Its text form has one value a line.
struct Repeated {
  std::vector<std::string> values;
};
bool AbslParseFlag(absl::string_view text, Repeated* flag, std::string* error);
std::string AbslUnparseFlag(const Repeated& flag);

// Of what a program may also choose for itself: --resume, --resume=no, --resume=auto.
enum class Choice { kNo, kYes, kAuto };
bool AbslParseFlag(absl::string_view text, Choice* flag, std::string* error);
std::string AbslUnparseFlag(Choice flag);

// Refuses a value <= 0, infinite or NaN of a flag that was given. T is a number.
template <class T>
absl::Status CheckPositiveFlag(const char* name, const absl::optional<T>& value) {
  if (!value.has_value()) return absl::OkStatus();
  if (*value > T{0} && *value <= std::numeric_limits<T>::max()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("--", name, ": must be > 0 and finite, found ", *value));
}

}  // namespace mondeq

ABSL_DECLARE_FLAG(std::string, config);
ABSL_DECLARE_FLAG(mondeq::Repeated, set);
ABSL_DECLARE_FLAG(std::string, data_dir);
ABSL_DECLARE_FLAG(std::string, device);
ABSL_DECLARE_FLAG(int, threads);

ABSL_DECLARE_FLAG(std::string, out);
ABSL_DECLARE_FLAG(mondeq::Choice, resume);
ABSL_DECLARE_FLAG(bool, extend);
ABSL_DECLARE_FLAG(double, checkpoint_minutes);
ABSL_DECLARE_FLAG(absl::optional<std::int64_t>, checkpoint_steps);
ABSL_DECLARE_FLAG(std::int64_t, checkpoints);
ABSL_DECLARE_FLAG(absl::optional<std::int64_t>, limit_batches);
ABSL_DECLARE_FLAG(double, collective_timeout);
ABSL_DECLARE_FLAG(mondeq::Choice, share_matrices);
ABSL_DECLARE_FLAG(double, warn_unconverged);
ABSL_DECLARE_FLAG(bool, quiet);
ABSL_DECLARE_FLAG(std::string, log);
ABSL_DECLARE_FLAG(bool, tensorboard);
ABSL_DECLARE_FLAG(absl::optional<std::int64_t>, seed);
ABSL_DECLARE_FLAG(std::string, seeds);
ABSL_DECLARE_FLAG(absl::optional<std::int64_t>, epochs);

ABSL_DECLARE_FLAG(std::string, weights);
ABSL_DECLARE_FLAG(std::string, input);
ABSL_DECLARE_FLAG(std::string, split);
ABSL_DECLARE_FLAG(bool, normalized);
ABSL_DECLARE_FLAG(bool, resize);
ABSL_DECLARE_FLAG(std::string, start);
ABSL_DECLARE_FLAG(std::string, output);
ABSL_DECLARE_FLAG(mondeq::Repeated, run);
ABSL_DECLARE_FLAG(std::string, charts);
ABSL_DECLARE_FLAG(std::string, dtype);
ABSL_DECLARE_FLAG(absl::optional<double>, tol);
ABSL_DECLARE_FLAG(absl::optional<std::int64_t>, max_iterations);
ABSL_DECLARE_FLAG(absl::optional<double>, alpha);
ABSL_DECLARE_FLAG(std::string, format);
ABSL_DECLARE_FLAG(std::string, names);

ABSL_DECLARE_FLAG(absl::optional<std::int64_t>, batch);
ABSL_DECLARE_FLAG(absl::optional<std::int64_t>, steps);
ABSL_DECLARE_FLAG(std::string, methods);
ABSL_DECLARE_FLAG(std::string, alphas);
ABSL_DECLARE_FLAG(absl::optional<std::int64_t>, samples);
ABSL_DECLARE_FLAG(std::int64_t, iterations);
ABSL_DECLARE_FLAG(std::int64_t, attack_steps);
ABSL_DECLARE_FLAG(std::string, bits);

ABSL_DECLARE_FLAG(std::string, mirror);
ABSL_DECLARE_FLAG(std::string, dir);

ABSL_DECLARE_FLAG(bool, json);
ABSL_DECLARE_FLAG(bool, latency);
ABSL_DECLARE_FLAG(bool, allreduce);
ABSL_DECLARE_FLAG(std::string, simulate);

#endif  // MONDEQ_CLI_FLAGS_H_
