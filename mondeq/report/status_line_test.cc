#include "mondeq/report/status_line.h"

#include <sstream>

#include "gtest/gtest.h"

namespace mondeq {
namespace {

TEST(FitLineTest, DropsTheLightestFirstAndKeepsTheOrder) {
  const std::vector<LineField> fields = {{"aa", 2}, {"b", 1}, {"ccc", 3}};
  EXPECT_EQ(FitLine(fields, 10), "aa  b  ccc");
  EXPECT_EQ(FitLine(fields, 9), "aa  ccc");
  EXPECT_EQ(FitLine(fields, 6), "ccc");
  EXPECT_EQ(FitLine(fields, 2), "");
  EXPECT_EQ(FitLine(fields, -1), "");
}

TEST(DurationTest, IsReadable) {
  EXPECT_EQ(Duration(0.25), "0.2 s");
  EXPECT_EQ(Duration(9.94), "9.9 s");
  EXPECT_EQ(Duration(9.96), "10 s");
  EXPECT_EQ(Duration(59.4), "59 s");
  EXPECT_EQ(Duration(59.9), "1:00");
  EXPECT_EQ(Duration(754), "12:34");
  EXPECT_EQ(Duration(11045), "3:04:05");
}

TEST(StatusLineTest, IsOverwrittenOnATerminal) {
  std::ostringstream out;
  int columns = 6;
  StatusLine line(out, /*terminal=*/true, [&columns] { return columns; });
  line.Clear();
  EXPECT_EQ(out.str(), "") << "there is none";
  line.Show({{"aa", 2}, {"bb", 1}});
  EXPECT_EQ(out.str(), "\r\033[K\033[?7laa  bb\033[?7h");
  EXPECT_TRUE(line.shown());
  columns = 5;
  out.str("");
  line.Show({{"aa", 2}, {"bb", 1}});
  EXPECT_EQ(out.str(), "\r\033[K\033[?7laa\033[?7h");
  out.str("");
  line.Clear();
  line.Clear();
  EXPECT_EQ(out.str(), "\r\033[K");
  EXPECT_FALSE(line.shown());
}

TEST(StatusLineTest, IsALineOfItsOwnElsewhere) {
  std::ostringstream out;
  StatusLine line(out, /*terminal=*/false, [] { return 1; });
  line.Show({{"aa", 2}, {"bb", 1}});
  line.Clear();
  EXPECT_EQ(out.str(), "aa  bb\n") << "whatever the terminal's width";
}

}  // namespace
}  // namespace mondeq
