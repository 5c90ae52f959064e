#include "mondeq/core/machine.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mondeq {
namespace {

TEST(MachineTest, TimesAreOfUtc) {
  EXPECT_EQ(UtcTime(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(UtcTime(1800000000), "2027-01-15T08:00:00Z");
}

TEST(MachineTest, NamesAreOneLine) {
  for (const std::string& name : {HostName(), SystemName(), ProcessorName()}) {
    EXPECT_THAT(name, ::testing::Not(::testing::HasSubstr("\n")));
  }
  EXPECT_THAT(SystemName(), ::testing::StartsWith("Linux "));
}

}  // namespace
}  // namespace mondeq
