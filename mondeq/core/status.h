// Status helpers. Errors that a user can cause are absl::Status, one clear line each; their codes
// decide the exit code of the command line (see exit_code.h). Programming errors end the
// process.
#ifndef MONDEQ_CORE_STATUS_H_
#define MONDEQ_CORE_STATUS_H_

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

#define MONDEQ_STATUS_CONCAT_(a, b) a##b
#define MONDEQ_STATUS_CONCAT(a, b) MONDEQ_STATUS_CONCAT_(a, b)

// Returns from the enclosing function when `expr`, an absl::Status, is an error.
#define MONDEQ_RETURN_IF_ERROR(expr)                 \
  do {                                               \
    absl::Status mondeq_status_ = (expr);            \
    if (!mondeq_status_.ok()) return mondeq_status_; \
  } while (false)

// MONDEQ_ASSIGN_OR_RETURN(auto x, F()): x is F()'s value, or the enclosing function returns its
// error.
#define MONDEQ_ASSIGN_OR_RETURN(lhs, expr) \
  MONDEQ_ASSIGN_OR_RETURN_(MONDEQ_STATUS_CONCAT(mondeq_result_, __LINE__), lhs, expr)
#define MONDEQ_ASSIGN_OR_RETURN_(result, lhs, expr) \
  auto result = (expr);                             \
  if (!result.ok()) return result.status();         \
  lhs = *std::move(result)

// Ends the process on a programming error.
#define MONDEQ_CHECK(condition)                                                          \
  do {                                                                                   \
    if (!(condition)) {                                                                  \
      std::fprintf(stderr, "%s:%d: check failed: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                      \
    }                                                                                    \
  } while (false)

namespace mondeq {

// `status` with "PREFIX: " before its message; an OK status stays OK.
inline absl::Status Annotate(const absl::Status& status, absl::string_view prefix) {
  if (status.ok()) return status;
  return absl::Status(status.code(), absl::StrCat(prefix, ": ", status.message()));
}

}  // namespace mondeq

#endif  // MONDEQ_CORE_STATUS_H_
