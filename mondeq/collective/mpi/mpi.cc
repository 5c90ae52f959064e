#include "mondeq/collective/mpi/mpi.h"

#include <mpi.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "mondeq/core/status.h"

namespace mondeq {
namespace {

using Clock = std::chrono::steady_clock;

// How long ranks wait for each other at the end.
constexpr double kLeaveSeconds = 5;
// A message's length is an int.
constexpr std::size_t kMostBytes = std::size_t{1} << 30;
constexpr int kTag = 1;

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Waits until a request is done. Returns whether it is; after the time it is not.
bool Wait(MPI_Request* request, double seconds, int* error) {
  // An answer mostly comes soon; after that the core is left to others.
  constexpr double kSpinSeconds = 2e-4;
  constexpr auto kPause = std::chrono::microseconds(50);
  const Clock::time_point start = Clock::now();
  while (true) {
    int done = 0;
    *error = MPI_Test(request, &done, MPI_STATUS_IGNORE);
    if (done != 0 || *error != MPI_SUCCESS) return true;
    const double waited = SecondsSince(start);
    if (waited > seconds) return false;
    if (waited > kSpinSeconds) std::this_thread::sleep_for(kPause);
  }
}

std::string HostName() {
  char name[MPI_MAX_PROCESSOR_NAME + 1] = {};
  int length = 0;
  MPI_Get_processor_name(name, &length);
  return name;
}

class Mpi final : public MpiRanks {
 public:
  Mpi() : host_(HostName()) {
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
    MPI_Comm_size(MPI_COMM_WORLD, &size_);
  }

  int rank() const override { return rank_; }
  int size() const override { return size_; }
  std::string host() const override { return host_; }
  void set_timeout_seconds(double seconds) override { timeout_seconds_ = seconds; }

  absl::Status Send(int to, absl::string_view bytes) override {
    return InParts(bytes.size(), to, "took",
                   [&](std::size_t first, int count, MPI_Request* request) {
                     return MPI_Isend(bytes.data() + first, count, MPI_BYTE, to, kTag,
                                      MPI_COMM_WORLD, request);
                   });
  }

  absl::Status Receive(int from, absl::Span<char> bytes) override {
    return InParts(bytes.size(), from, "sent",
                   [&](std::size_t first, int count, MPI_Request* request) {
                     return MPI_Irecv(bytes.data() + first, count, MPI_BYTE, from, kTag,
                                      MPI_COMM_WORLD, request);
                   });
  }

  void Leave(int exit_code) override {
    MPI_Request request = MPI_REQUEST_NULL;
    int error = MPI_Ibarrier(MPI_COMM_WORLD, &request);
    const bool all_came =
        error == MPI_SUCCESS && Wait(&request, kLeaveSeconds, &error) && error == MPI_SUCCESS;
    if (!all_came) MPI_Abort(MPI_COMM_WORLD, exit_code);
    MPI_Finalize();
  }

 private:
  // Starts a request for every part of a message, start(first byte, count, request), and waits.
  template <class F>
  absl::Status InParts(std::size_t bytes, int other, const char* does, const F& start) {
    for (std::size_t first = 0; first < bytes; first += kMostBytes) {
      MPI_Request request = MPI_REQUEST_NULL;
      int error = start(first, static_cast<int>(std::min(kMostBytes, bytes - first)), &request);
      if (error == MPI_SUCCESS && !Wait(&request, timeout_seconds_, &error)) {
        return absl::DeadlineExceededError(absl::StrCat("rank ", other, " of ", size_, " ", does,
                                                        " nothing for ", timeout_seconds_, " s"));
      }
      if (error == MPI_SUCCESS) continue;
      char text[MPI_MAX_ERROR_STRING + 1] = {};
      int length = 0;
      MPI_Error_string(error, text, &length);
      return absl::UnavailableError(
          absl::StrCat("rank ", other, " of ", size_, " cannot be reached: ", text));
    }
    return absl::OkStatus();
  }

  double timeout_seconds_ = 600;
  const std::string host_;
  int rank_ = 0, size_ = 1;
};

}  // namespace

absl::StatusOr<std::unique_ptr<MpiRanks>> JoinMpi() {
  int provided = MPI_THREAD_SINGLE;
  if (MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided) != MPI_SUCCESS ||
      provided < MPI_THREAD_FUNNELED) {
    return absl::UnavailableError("MPI does not start, or not beside threads");
  }
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  return std::make_unique<Mpi>();
}

}  // namespace mondeq
