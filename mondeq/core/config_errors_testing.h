// What the suites of configs ask of a drawing (testing/drawing.proto) that has an error.
#ifndef MONDEQ_CORE_CONFIG_ERRORS_TESTING_H_
#define MONDEQ_CORE_CONFIG_ERRORS_TESTING_H_

#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "mondeq/core/config_source.h"
#include "mondeq/core/testing/drawing.pb.h"

namespace mondeq {

// The error's text; "" if the config is good.
inline std::string ErrorOf(const std::string& text,
                           const std::vector<std::string>& overrides = {}) {
  testing::Drawing drawing;
  ConfigSource source;
  const absl::Status status = ParseConfig(text, "f", overrides, &drawing, &source);
  EXPECT_TRUE(status.ok() || absl::IsInvalidArgument(status)) << status;
  return std::string(status.message());
}

// Checks the error of every text.
inline void ExpectErrors(const std::vector<std::pair<std::string, std::string>>& cases) {
  for (const auto& bad : cases) EXPECT_EQ(ErrorOf(bad.first), bad.second) << bad.first;
}

}  // namespace mondeq

#endif  // MONDEQ_CORE_CONFIG_ERRORS_TESTING_H_
