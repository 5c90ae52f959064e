#include "mondeq/collective/mpi/mpi.h"

#include <mpi.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "mondeq/collective/collective.h"
#include "mondeq/core/exit_code.h"
#include "mondeq/core/machine.h"
#include "mondeq/core/status.h"
#include "mondeq/core/stopwatch.h"

namespace mondeq {
namespace {

// How long ranks wait for each other at the end.
constexpr double kLeaveSeconds = 5;
// A message's length is an int.
constexpr std::size_t kMostBytes = std::size_t{1} << 30;
// Of messages; of those that ranks send each other at their end; of the news that one has failed.
constexpr int kTag = 1, kEndTag = 2, kFailureTag = 3;
constexpr int kNobody = -1;

// The rank that has told of its failure; -1 if there is none.
int FailedRank() {
  int found = 0;
  MPI_Status status;
  if (MPI_Iprobe(MPI_ANY_SOURCE, kFailureTag, MPI_COMM_WORLD, &found, &status) != MPI_SUCCESS)
    return -1;
  return found != 0 ? status.MPI_SOURCE : -1;
}

// Waits until a request is done, with that status. Returns whether it is; it is not after the time,
// or when give_up() says so.
template <class F>
bool Wait(MPI_Request* request, double seconds, MPI_Status* status, int* error, const F& give_up) {
  // An answer mostly comes soon; after that the core is left to others.
  constexpr double kSpinSeconds = 2e-4;
  // A message may still be on its way when its sender has failed.
  constexpr double kPatience = 1;
  constexpr auto kPause = std::chrono::microseconds(50);
  const Stopwatch watch;
  while (true) {
    int done = 0;
    *error = MPI_Test(request, &done, status);
    if (done != 0 || *error != MPI_SUCCESS) return true;
    const double waited = watch.seconds();
    if (waited > seconds) return false;
    if (waited < kSpinSeconds) continue;
    if (waited > kPatience && give_up()) return false;
    std::this_thread::sleep_for(kPause);
  }
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
  double timeout_seconds() const override { return timeout_seconds_; }
  void set_timeout_seconds(double seconds) override { timeout_seconds_ = seconds; }

  absl::Status Send(int to, absl::string_view bytes) override {
    return SendReceive(to, bytes, kNobody, {});
  }
  absl::Status Receive(int from, absl::Span<char> bytes) override {
    return SendReceive(kNobody, {}, from, bytes);
  }

  absl::Status SendReceive(int to, absl::string_view bytes, int from,
                           absl::Span<char> into) override {
    for (std::size_t first = 0; first < std::max(bytes.size(), into.size()); first += kMostBytes) {
      MONDEQ_RETURN_IF_ERROR(Pass(to, bytes.substr(std::min(first, bytes.size()), kMostBytes), from,
                                  into.subspan(std::min(first, into.size()), kMostBytes)));
    }
    return absl::OkStatus();
  }

  void StartEnd(bool failed) override {
    tag_ = kEndTag;
    for (int other = 0; failed && other < size_; ++other) {
      if (other == rank_) continue;
      MPI_Request request = MPI_REQUEST_NULL;
      // It is of no bytes, and nobody waits for it to be received.
      if (MPI_Isend(nullptr, 0, MPI_BYTE, other, kFailureTag, MPI_COMM_WORLD, &request) ==
          MPI_SUCCESS) {
        MPI_Request_free(&request);
      }
    }
  }

  void Leave(int exit_code) override {
    MPI_Request request = MPI_REQUEST_NULL;
    int error = MPI_Ibarrier(MPI_COMM_WORLD, &request);
    const bool all_came =
        error == MPI_SUCCESS &&
        Wait(&request, kLeaveSeconds, MPI_STATUS_IGNORE, &error, [] { return false; }) &&
        error == MPI_SUCCESS;
    // After an error there may be messages that nobody has received, with which MPI does not end.
    if (!all_came || exit_code != 0) MPI_Abort(MPI_COMM_WORLD, exit_code);
    MPI_Finalize();
  }

 private:
  // Sends and receives at once what one message can hold; nothing if it is empty.
  absl::Status Pass(int to, absl::string_view bytes, int from, absl::Span<char> into) const {
    MPI_Request send = MPI_REQUEST_NULL, receive = MPI_REQUEST_NULL;
    MPI_Status status;
    const auto sent = static_cast<int>(bytes.size()), count = static_cast<int>(into.size());
    int error = MPI_SUCCESS;
    if (count > 0)
      error = MPI_Irecv(into.data(), count, MPI_BYTE, from, tag_, MPI_COMM_WORLD, &receive);
    if (sent > 0 && error == MPI_SUCCESS) {
      MONDEQ_RETURN_IF_ERROR(WithTheOther(
          Finish(MPI_Isend(bytes.data(), sent, MPI_BYTE, to, tag_, MPI_COMM_WORLD, &send), to,
                 "took", &send, &status),
          &receive));
    }
    if (count == 0) return absl::OkStatus();
    MONDEQ_RETURN_IF_ERROR(Finish(error, from, "sent", &receive, &status));
    int received = 0;
    MPI_Get_count(&status, MPI_BYTE, &received);
    if (received == count) return absl::OkStatus();
    return absl::InternalError(absl::StrCat("ranks are out of step: expected ", count,
                                            " bytes of rank ", from, " of ", size_, ", found ",
                                            received));
  }

  // How one of two requests ended; after an error the other, if there is one, is taken back.
  absl::Status WithTheOther(const absl::Status& ended, MPI_Request* other) const {
    if (!ended.ok() && *other != MPI_REQUEST_NULL) Abandon(other, std::string(ended.message()));
    return ended;
  }

  // Waits for a request to another rank that was started with this error code.
  absl::Status Finish(int error, int other, const char* does, MPI_Request* request,
                      MPI_Status* status) const {
    int failed = -1;
    const auto give_up = [&] {
      failed = tag_ == kTag ? FailedRank() : -1;
      return failed >= 0;
    };
    if (error == MPI_SUCCESS && !Wait(request, timeout_seconds_, status, &error, give_up)) {
      const std::string why = failed >= 0
                                  ? absl::StrCat("rank ", failed, " of ", size_, " has failed")
                                  : absl::StrCat("rank ", other, " of ", size_, " ", does,
                                                 " nothing for ", timeout_seconds_, " s");
      Abandon(request, why);
      return failed >= 0 ? absl::UnavailableError(why) : absl::DeadlineExceededError(why);
    }
    if (error == MPI_SUCCESS) return absl::OkStatus();
    char text[MPI_MAX_ERROR_STRING + 1] = {};
    int length = 0;
    MPI_Error_string(error, text, &length);
    return absl::UnavailableError(
        absl::StrCat("rank ", other, " of ", size_, " cannot be reached: ", text));
  }

  // Takes a request back, whose memory is the caller's again after that. Where MPI does not let go
  // of it, it is the end.
  void Abandon(MPI_Request* request, const std::string& why) const {
    constexpr double kSeconds = 1;
    int error = MPI_Cancel(request);
    if (error == MPI_SUCCESS &&
        Wait(request, kSeconds, MPI_STATUS_IGNORE, &error, [] { return false; })) {
      return;
    }
    std::fprintf(stderr, "mondeq: %s: %s\n", RankName(*this, rank_, host_).c_str(), why.c_str());
    MPI_Abort(MPI_COMM_WORLD, kExitInternal);
  }

  double timeout_seconds_ = 600;
  const std::string host_;
  int rank_ = 0, size_ = 1, tag_ = kTag;
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
