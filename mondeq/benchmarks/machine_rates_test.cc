// That the rates are numbers; how large they are decides nothing.
#include "mondeq/benchmarks/machine_rates.h"

#include <cmath>

#include "gtest/gtest.h"

namespace mondeq {
namespace {

TEST(MachineRatesTest, ArePositiveAndFinite) {
  for (int threads : {1, 2}) {
    const MachineRates rates = MeasureMachineRates(threads);
    for (double rate : {rates.flops_per_second, rates.memory_bytes_per_second,
                        rates.cache_bytes_per_second, rates.last_level_cache_bytes}) {
      EXPECT_TRUE(std::isfinite(rate));
      EXPECT_GT(rate, 0);
    }
    EXPECT_EQ(rates.handover_seconds > 0, threads > 1);
  }
}

}  // namespace
}  // namespace mondeq
