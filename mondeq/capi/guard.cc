#include "mondeq/capi/guard.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "mondeq/core/exit_code.h"
#include "mondeq/core/utf8.h"
#include "mondeq/core/version.h"

namespace mondeq::capi {
namespace {

thread_local std::string last_error;

}  // namespace

int Fail(const absl::Status& status) {
  try {
    last_error = Printable(status.message());
  } catch (const std::exception&) {
    // There is no memory for the text.
    last_error.clear();
  }
  return ExitCodeOf(status);
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

}  // namespace mondeq::capi

const char* mondeq_last_error(void) { return mondeq::capi::last_error.c_str(); }
const char* mondeq_version(void) { return mondeq::kVersion; }
int mondeq_api_version(void) { return MONDEQ_API_VERSION; }
