// What every function of mondeq.h is wrapped in: no exception leaves the library, and errors are
// kept for mondeq_last_error.
#ifndef MONDEQ_CAPI_GUARD_H_
#define MONDEQ_CAPI_GUARD_H_

#include <cxxabi.h>

#include <cstddef>
#include <exception>
#include <new>

#include "absl/status/status.h"
#include "mondeq/capi/mondeq.h"

namespace mondeq::capi {

// Keeps the error for the calling thread, and returns its mondeq_status.
int Fail(const absl::Status& status);

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

// Errors: kInvalidArgument.
absl::Status NoNull(const void* pointer, const char* name);
absl::Status CheckIndex(std::size_t index, std::size_t count, const char* name);

}  // namespace mondeq::capi

#endif  // MONDEQ_CAPI_GUARD_H_
