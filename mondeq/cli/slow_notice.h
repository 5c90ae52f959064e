// A word to a user who waits.
#ifndef MONDEQ_CLI_SLOW_NOTICE_H_
#define MONDEQ_CLI_SLOW_NOTICE_H_

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <ostream>
#include <string>
#include <thread>

namespace mondeq {

// Writes "mondeq: TEXT" on `err` if it still lives after a second, or another time. Nobody else may
// write there meanwhile.
class SlowNotice {
 public:
  SlowNotice(std::ostream& err, const std::string& text,
             std::chrono::milliseconds patience = std::chrono::seconds(1));
  ~SlowNotice();
  SlowNotice(const SlowNotice&) = delete;
  SlowNotice& operator=(const SlowNotice&) = delete;

 private:
  std::mutex mutex_;
  std::condition_variable ended_;
  bool end_ = false;
  std::thread thread_;
};

// What may make a user wait before anything is solved.
inline constexpr char kFindingLipschitz[] = "finding L = ||I - W||, for the step size alpha";
// The same where weights come from a file, which may tell L.
inline constexpr char kTakingWeights[] =
    "taking the weights, and finding L = ||I - W|| where they do not tell it (those that train or "
    "import wrote do)";

}  // namespace mondeq

#endif  // MONDEQ_CLI_SLOW_NOTICE_H_
