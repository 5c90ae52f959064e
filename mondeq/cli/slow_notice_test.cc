#include "mondeq/cli/slow_notice.h"

#include <atomic>
#include <sstream>

#include "gtest/gtest.h"

namespace mondeq {
namespace {

// Tells when it has been flushed.
struct Text : std::stringbuf {
  int sync() override {
    flushed = true;
    return 0;
  }
  std::atomic<bool> flushed{false};
};

TEST(SlowNoticeTest, ComesWhereItTakesLong) {
  Text text;
  std::ostream err(&text);
  {
    const SlowNotice notice(err, "working", std::chrono::milliseconds(1));
    while (!text.flushed) std::this_thread::yield();
  }
  EXPECT_EQ(text.str(), "mondeq: working\n");
}

TEST(SlowNoticeTest, DoesNotComeElse) {
  std::ostringstream err;
  { const SlowNotice notice(err, "working", std::chrono::hours(1)); }
  EXPECT_EQ(err.str(), "");
}

}  // namespace
}  // namespace mondeq
