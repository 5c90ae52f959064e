// main() of suites that run on any device: where the device is not there, every test is named as
// skipped and the program succeeds.
#include <cstdio>

#include "gmock/gmock.h"
#include "mondeq/testing/test_device.h"

namespace mondeq {
namespace {

void NameAllAsSkipped(const absl::Status& reason) {
  const testing::UnitTest& all = *testing::UnitTest::GetInstance();
  int skipped = 0;
  for (int i = 0; i < all.total_test_suite_count(); ++i) {
    const testing::TestSuite& suite = *all.GetTestSuite(i);
    for (int j = 0; j < suite.total_test_count(); ++j, ++skipped)
      std::printf("[  SKIPPED ] cuda: %s.%s\n", suite.name(), suite.GetTestInfo(j)->name());
  }
  std::printf("%d tests skipped: %s\n", skipped, std::string(reason.message()).c_str());
}

}  // namespace
}  // namespace mondeq

int main(int argc, char** argv) {
  testing::InitGoogleMock(&argc, argv);
  const absl::Status status = mondeq::TestDeviceStatus();
  if (status.ok()) return RUN_ALL_TESTS();
  mondeq::NameAllAsSkipped(status);
  return 0;
}
