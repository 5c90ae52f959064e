// Ranks that compute one thing together: processes on one machine or many, or threads of one
// process. Three calls are all that a back end must bring; what ranks do together is made of them
// (collective.h, shard_reducer.h), in an order that does not depend on the back end.
#ifndef MONDEQ_COLLECTIVE_COMMUNICATOR_H_
#define MONDEQ_COLLECTIVE_COMMUNICATOR_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace mondeq {

// Used by one thread at a time.
class Communicator {
 public:
  virtual ~Communicator() = default;

  virtual int rank() const = 0;  // 0 <= rank() < size()
  virtual int size() const = 0;
  // Where this rank runs, for messages: "node7".
  virtual std::string host() const = 0;

  // How long a rank waits for another's message before it gives up.
  virtual double timeout_seconds() const = 0;
  virtual void set_timeout_seconds(double seconds) = 0;

  // Messages from one rank to another arrive in the order in which they were sent, and are received
  // with the length that they were sent with. Send may wait until the message is received, or not.
  // Errors of all: kUnavailable where the other rank has ended or cannot be reached,
  // kDeadlineExceeded where it does not answer in time.
  virtual absl::Status Send(int to, absl::string_view bytes) = 0;
  virtual absl::Status Receive(int from, absl::Span<char> bytes) = 0;
  // Sends to one rank and receives from another, or the same, without waiting for either first.
  virtual absl::Status SendReceive(int to, absl::string_view bytes, int from,
                                   absl::Span<char> into) = 0;
};

// The only rank, which has nobody to talk to.
class SingleRank final : public Communicator {
 public:
  int rank() const override { return 0; }
  int size() const override { return 1; }
  std::string host() const override { return "localhost"; }
  double timeout_seconds() const override { return 0; }
  void set_timeout_seconds(double) override {}
  absl::Status Send(int, absl::string_view) override { return Nobody(); }
  absl::Status Receive(int, absl::Span<char>) override { return Nobody(); }
  absl::Status SendReceive(int, absl::string_view, int, absl::Span<char>) override {
    return Nobody();
  }

 private:
  static absl::Status Nobody() { return absl::InternalError("there is one rank only"); }
};

}  // namespace mondeq

#endif  // MONDEQ_COLLECTIVE_COMMUNICATOR_H_
