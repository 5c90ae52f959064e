#include "mondeq/cli/slow_notice.h"

namespace mondeq {

SlowNotice::SlowNotice(std::ostream& err, const std::string& text,
                       std::chrono::milliseconds patience)
    : thread_([this, &err, text, patience] {
        std::unique_lock<std::mutex> lock(mutex_);
        if (ended_.wait_for(lock, patience, [this] { return end_; })) return;
        err << "mondeq: " << text << std::endl;
      }) {}

SlowNotice::~SlowNotice() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    end_ = true;
  }
  ended_.notify_one();
  thread_.join();
}

}  // namespace mondeq
