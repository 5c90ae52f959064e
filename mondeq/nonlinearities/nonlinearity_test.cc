// What is particular to some nonlinearities; what holds for all of them is in conformance.cc.
#include "mondeq/nonlinearities/nonlinearity.h"

#include <cmath>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/core/registry.h"
#include "mondeq/testing/tensors.h"
#include "mondeq/testing/test_device.h"

namespace mondeq {
namespace {

NonlinearityConfig Parse(const std::string& text) {
  NonlinearityConfig config;
  ConfigSource source;
  EXPECT_TRUE(ParseConfig(text, "test", {}, &config, &source).ok());
  return config;
}

// prox^alpha is not sigma when alpha != 1.
TEST(TanhTest, ProxAtOtherAlphaIsNotTanh) {
  auto device = MakeTestDevice();
  auto sigma = *Registry<Nonlinearity>::Create(Parse("[mondeq.tanh] {}"), ConfigSource(), {});
  const Tensor one = FromMatrix(*device, DType::kFloat64, Eigen::MatrixXd::Ones(1, 1));
  ProxMap(sigma.get()).Prox(*device, 0.5, one, one);
  const double y = ToMatrix(*device, one)(0, 0);
  EXPECT_NEAR(0.5 * y + 0.5 * std::atanh(y), 1, 1e-14);
  EXPECT_GT(std::abs(y - std::tanh(1.0)), 0.05);
}

TEST(HardTanhTest, RefusesAnEmptyInterval) {
  const auto sigma = Registry<Nonlinearity>::Create(
      Parse("[mondeq.hard_tanh] { minimum: 2 maximum: 1 }"), ConfigSource(), {});
  EXPECT_EQ(sigma.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(sigma.status().message()),
              testing::HasSubstr("found minimum 2 and maximum 1"));
}

TEST(NonlinearityPluginsTest, FunctionsThatAreNoProxAreRefusedWithTheReason) {
  for (const char* name : {"gelu", "swish", "exp"}) {
    NonlinearityConfig config;
    ConfigSource source;
    const absl::Status status =
        ParseConfig(absl::StrCat("[mondeq.", name, "] {}"), "test", {}, &config, &source);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()), testing::HasSubstr("not the proximal operator"));
  }
}

}  // namespace
}  // namespace mondeq
