#include "mondeq/benchmarks/machine_rates.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <memory>
#include <thread>
#include <vector>

#include "absl/functional/function_ref.h"
#include "mondeq/benchmarks/timing.h"
#include "mondeq/device/cpu/kernels/kernels.h"
#include "mondeq/device/vectorize.h"

namespace mondeq {
namespace {

// The largest rate that trial() gives. Trials are short and many: on a machine that is shared, some
// of them have it for themselves.
double Best(absl::FunctionRef<double()> trial) {
  constexpr int kLeast = 3;
  constexpr double kSeconds = 0.3;
  const Clock::time_point start = Clock::now();
  double best = 0;
  for (int done = 0; done < kLeast || Seconds(start) < kSeconds; ++done) {
    best = std::max(best, trial());
  }
  return best;
}

// Seconds of body(thread) on all threads at once.
double SecondsOnAll(int threads, absl::FunctionRef<void(int)> body) {
  std::atomic<int> missing{threads};
  const auto run = [&](int thread) {
    --missing;
    while (missing > 0) std::this_thread::yield();
    body(thread);
  };
  std::vector<std::thread> others;
  for (int i = 1; i < threads; ++i) others.emplace_back(run, i);
  // The clock starts before any of them can.
  while (missing > 1) std::this_thread::yield();
  const Clock::time_point start = Clock::now();
  missing = 0;
  body(0);
  for (std::thread& other : others) other.join();
  return Seconds(start);
}

double FlopsPerSecond(int threads) {
  constexpr std::int64_t kSteps = 500'000;  // some milliseconds
  const Kernels<float>& kernels = GetKernels<float>(BestIsa());
  return Best([&] {
    double flops = 0;
    const double seconds = SecondsOnAll(threads, [&](int thread) {
      alignas(64) float sink[64];
      const double mine = kernels.multiply_adds(kSteps, sink);
      if (thread == 0) flops = mine;
    });
    return flops * threads / seconds;
  });
}

// Three arrays of one thread.
struct Arrays {
  std::unique_ptr<float[]> a, b, c;

  void Make(std::size_t size) {
    for (std::unique_ptr<float[]>* array : {&a, &b, &c}) *array = std::make_unique<float[]>(size);
  }
};

// a = b + s c, `rounds` times. Not inlined: what nobody reads would not be computed.
__attribute__((noinline)) void Stream(const Arrays& arrays, std::size_t size, int rounds) {
  float* a = arrays.a.get();
  const float *b = arrays.b.get(), *c = arrays.c.get();
  for (int round = 0; round < rounds; ++round) {
    const float s = static_cast<float>(round);
    Vectorized([=] {
      for (std::size_t i = 0; i < size; ++i) a[i] = b[i] + s * c[i];
    });
    asm volatile("" ::: "memory");
  }
}

// Counts `moved` arrays of `size` floats a round and thread.
double BytesPerSecond(int threads, std::size_t size, int rounds, int moved) {
  std::vector<Arrays> arrays(static_cast<std::size_t>(threads));
  const auto mine = [&](int thread) -> Arrays& { return arrays[static_cast<std::size_t>(thread)]; };
  // Each thread touches its own arrays first.
  SecondsOnAll(threads, [&](int thread) { mine(thread).Make(size); });
  const double bytes = static_cast<double>(size * sizeof(float)) * rounds * moved * threads;
  return Best([&] {
    return bytes / SecondsOnAll(threads, [&](int thread) { Stream(mine(thread), size, rounds); });
  });
}

// The median of short trials: where the threads run may change between them.
double HandoverSeconds() {
  constexpr int kTrials = 15, kRounds = 1000, kSpins = 10000;
  struct alignas(64) Line {
    std::atomic<int> round{0};
  };
  Line there, back;
  std::vector<double> seconds(kTrials);
  for (double& trial : seconds) {
    there.round = back.round = 0;
    trial = SecondsOnAll(2, [&](int thread) {
      Line &mine = thread == 0 ? there : back, &other = thread == 0 ? back : there;
      for (int round = 1; round <= kRounds; ++round) {
        if (thread == 0) mine.round.store(round, std::memory_order_release);
        // The other one may have to wait for this one's core.
        for (int spins = 0; other.round.load(std::memory_order_acquire) < round; ++spins) {
          if (spins > kSpins) std::this_thread::yield();
        }
        if (thread == 1) mine.round.store(round, std::memory_order_release);
      }
    });
  }
  std::nth_element(seconds.begin(), seconds.begin() + kTrials / 2, seconds.end());
  return seconds[kTrials / 2] / kRounds;
}

// How many bytes a cache has; the system may not know.
std::size_t CacheBytes(int name, std::size_t otherwise) {
  const long bytes = sysconf(name);
  return bytes > 0 ? static_cast<std::size_t>(bytes) : otherwise;
}

}  // namespace

MachineRates MeasureMachineRates(int threads) {
  const std::size_t last = CacheBytes(_SC_LEVEL3_CACHE_SIZE, std::size_t{32} << 20);
  const std::size_t second = CacheBytes(_SC_LEVEL2_CACHE_SIZE, std::size_t{256} << 10);
  // Far more than one core's share of the cache, but no more memory than a small machine has.
  const std::size_t large = std::min(2 * last, std::size_t{128} << 20) / sizeof(float) /
                            static_cast<std::size_t>(threads);
  const std::size_t small = second / 6 / sizeof(float);
  MachineRates rates;
  rates.flops_per_second = FlopsPerSecond(threads);
  rates.memory_bytes_per_second = BytesPerSecond(threads, large, 1, 4);
  rates.cache_bytes_per_second =
      BytesPerSecond(threads, small, static_cast<int>((std::size_t{128} << 20) / second), 3);
  rates.last_level_cache_bytes = static_cast<double>(last);
  if (threads > 1) rates.handover_seconds = HandoverSeconds();
  return rates;
}

}  // namespace mondeq
