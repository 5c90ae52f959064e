#include "mondeq/collective/rank_threads.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "mondeq/core/status.h"

namespace mondeq {
namespace {

using Clock = std::chrono::steady_clock;

Clock::duration Seconds(double seconds) {
  return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

// What is under way from one rank to another.
class Mailbox {
 public:
  void Put(absl::string_view bytes, const ThreadNetwork& network) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const Clock::time_point begin = std::max(Clock::now(), free_);
    free_ = begin + Seconds(network.seconds_per_byte * static_cast<double>(bytes.size()));
    letters_.push_back({free_ + Seconds(network.seconds_per_message), std::string(bytes)});
    changed_.notify_all();
  }

  enum class Got { kLetter, kNothing, kTooLate };
  Got Take(double timeout_seconds, std::string* bytes) {
    std::unique_lock<std::mutex> lock(mutex_);
    const auto come = [&] { return !letters_.empty() || closed_; };
    if (!changed_.wait_for(lock, Seconds(timeout_seconds), come)) return Got::kTooLate;
    if (letters_.empty()) return Got::kNothing;
    Letter letter = std::move(letters_.front());
    letters_.pop_front();
    lock.unlock();
    std::this_thread::sleep_until(letter.arrival);
    *bytes = std::move(letter.bytes);
    return Got::kLetter;
  }

  // Nothing will come any more.
  void Close() {
    const std::lock_guard<std::mutex> lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }

 private:
  struct Letter {
    Clock::time_point arrival;
    std::string bytes;
  };

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Letter> letters_;
  Clock::time_point free_;
  bool closed_ = false;
};

// The mailboxes from every rank to every other.
class Post {
 public:
  Post(int ranks, const ThreadNetwork& network)
      : ranks_(ranks),
        network_(network),
        boxes_(static_cast<std::size_t>(ranks) * static_cast<std::size_t>(ranks)) {}

  int ranks() const { return ranks_; }
  const ThreadNetwork& network() const { return network_; }
  Mailbox& Box(int from, int to) { return boxes_[static_cast<std::size_t>(from * ranks_ + to)]; }

  // Who waits for this rank waits in vain.
  void Leave(int rank) {
    for (int to = 0; to < ranks_; ++to) Box(rank, to).Close();
  }

 private:
  const int ranks_;
  const ThreadNetwork network_;
  std::vector<Mailbox> boxes_;
};

class RankThread final : public Communicator {
 public:
  RankThread(int rank, Post* post)
      : rank_(rank), post_(*post), timeout_seconds_(post->network().timeout_seconds) {}

  int rank() const override { return rank_; }
  int size() const override { return post_.ranks(); }
  std::string host() const override { return absl::StrCat("thread ", rank_); }
  double timeout_seconds() const override { return timeout_seconds_; }
  void set_timeout_seconds(double seconds) override { timeout_seconds_ = seconds; }

  absl::Status Send(int to, absl::string_view bytes) override {
    post_.Box(rank_, to).Put(bytes, post_.network());
    return absl::OkStatus();
  }

  absl::Status Receive(int from, absl::Span<char> bytes) override {
    std::string letter;
    switch (post_.Box(from, rank_).Take(timeout_seconds_, &letter)) {
      case Mailbox::Got::kNothing:
        return absl::UnavailableError(absl::StrCat("rank ", from, " of ", size(), " has ended"));
      case Mailbox::Got::kTooLate:
        return absl::DeadlineExceededError(absl::StrCat(
            "rank ", from, " of ", size(), " sent nothing for ", timeout_seconds_, " s"));
      case Mailbox::Got::kLetter:
        break;
    }
    MONDEQ_CHECK(letter.size() == bytes.size());
    if (!letter.empty()) std::memcpy(bytes.data(), letter.data(), letter.size());
    return absl::OkStatus();
  }

  absl::Status SendReceive(int to, absl::string_view bytes, int from,
                           absl::Span<char> into) override {
    MONDEQ_RETURN_IF_ERROR(Send(to, bytes));  // it does not wait
    return Receive(from, into);
  }

 private:
  const int rank_;
  Post& post_;
  double timeout_seconds_;
};

}  // namespace

absl::Status RunOnThreads(int ranks, const ThreadNetwork& network,
                          absl::FunctionRef<absl::Status(Communicator&)> f) {
  Post post(ranks, network);
  std::vector<absl::Status> ends(static_cast<std::size_t>(ranks));
  std::vector<std::thread> threads;
  for (int rank = 0; rank < ranks; ++rank) {
    threads.emplace_back([&, rank] {
      RankThread communicator(rank, &post);
      ends[static_cast<std::size_t>(rank)] = f(communicator);
      post.Leave(rank);
    });
  }
  for (std::thread& thread : threads) thread.join();
  const auto first = [&](auto&& counts) { return std::find_if(ends.begin(), ends.end(), counts); };
  auto end = first([](const absl::Status& one) { return !one.ok() && !absl::IsUnavailable(one); });
  if (end == ends.end()) end = first([](const absl::Status& one) { return !one.ok(); });
  return end == ends.end() ? absl::OkStatus() : *end;
}

}  // namespace mondeq
