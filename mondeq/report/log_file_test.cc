#include "mondeq/report/log_file.h"

#include <sstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/core/file.h"

namespace mondeq {
namespace {

class LogFileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    path_ = ::testing::TempDir() + "/" +
            ::testing::UnitTest::GetInstance()->current_test_info()->name() + ".log";
  }
  std::string Logged() const { return ReadFile(path_).value(); }

  std::string path_;
  std::time_t now_ = 1769903999;  // 2026-01-31T23:59:59Z
};

TEST_F(LogFileTest, LinesHaveTheirTimeAndAreThereAtOnce) {
  LogFile log([this] { return now_; });
  log << "nobody reads this\n";
  ASSERT_TRUE(log.Open(path_).ok());
  log << "one " << 1 << "\n";
  EXPECT_EQ(Logged(), "2026-01-31T23:59:59Z one 1\n");
  now_ += 1;
  log << "half";
  EXPECT_EQ(Logged(), "2026-01-31T23:59:59Z one 1\n");
  log << " a line" << std::endl;
  EXPECT_EQ(Logged(), "2026-01-31T23:59:59Z one 1\n2026-02-01T00:00:00Z half a line\n");
  EXPECT_TRUE(log.status().ok());
}

TEST_F(LogFileTest, ALaterRunAppends) {
  for (const char* line : {"first\n", "second\n"}) {
    LogFile log([this] { return now_; });
    ASSERT_TRUE(log.Open(path_).ok());
    log << line;
  }
  EXPECT_EQ(Logged(), "2026-01-31T23:59:59Z first\n2026-01-31T23:59:59Z second\n");
}

TEST_F(LogFileTest, ErrorsNameTheFile) {
  LogFile nowhere;
  EXPECT_TRUE(absl::IsNotFound(nowhere.Open(path_ + "/no/such")));
  LogFile full;
  ASSERT_TRUE(full.Open("/dev/full").ok());
  full << "a line\n";
  EXPECT_TRUE(absl::IsResourceExhausted(full.status()));
  EXPECT_THAT(std::string(full.status().message()), ::testing::StartsWith("/dev/full: cannot "));
  full << "another\n";
  EXPECT_FALSE(full.status().ok()) << "an error stays";
}

TEST(TeeTest, WritesToBoth) {
  std::ostringstream one, other;
  Tee both(&one, &other);
  both << "x = " << 0.5 << std::endl;
  EXPECT_EQ(one.str(), "x = 0.5\n");
  EXPECT_EQ(other.str(), one.str());
  std::ostream nowhere(nullptr);
  Tee half(&nowhere, &one);
  half << "more";
  EXPECT_EQ(one.str(), "x = 0.5\nmore");
}

}  // namespace
}  // namespace mondeq
