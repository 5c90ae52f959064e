// No allocation in a training step after the first: operator new and malloc of this binary are
// counted.
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <new>

#include "gmock/gmock.h"
#include "mondeq/training/small_experiment_testing.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MONDEQ_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define MONDEQ_SANITIZED 1
#endif
#endif

namespace {

std::atomic<bool> counting{false};
std::atomic<long> allocations{0};

}  // namespace

#ifndef MONDEQ_SANITIZED
namespace {

void Count() {
  if (counting.load(std::memory_order_relaxed)) allocations.fetch_add(1);
}

}  // namespace

// glibc's own entry points, which ours stand in front of; operator new calls these.
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* pointer, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);

void* malloc(std::size_t size) {
  Count();
  return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
  Count();
  return __libc_calloc(count, size);
}
void* realloc(void* pointer, std::size_t size) {
  Count();
  return __libc_realloc(pointer, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
  Count();
  return __libc_memalign(alignment, size);
}
int posix_memalign(void** pointer, std::size_t alignment, std::size_t size) {
  Count();
  *pointer = __libc_memalign(alignment, size);
  return *pointer == nullptr ? ENOMEM : 0;
}
}
#endif

namespace mondeq {
namespace {

TEST(Allocation, IsCounted) {
#ifdef MONDEQ_SANITIZED
  GTEST_SKIP() << "the sanitizer has an allocator of its own";
#endif
  counting = true;
  allocations = 0;
  const std::vector<double> memory(100);
  counting = false;
  EXPECT_GE(allocations, 1);
  EXPECT_EQ(memory.size(), 100u);
}

// The shape of configs/mnist_dense.textproto, with every optimiser and splitting method.
TEST(Allocation, NoneInAStepAfterTheFirst) {
#ifdef MONDEQ_SANITIZED
  GTEST_SKIP() << "the sanitizer has an allocator of its own";
#endif
  constexpr Index kWarmUp = 3, kSteps = 20;
  for (const char* method : {"peaceman_rachford.alpha.tune.at_batch=[1, 7]",
                             "douglas_rachford.alpha.value=0.5", "forward_backward={}"}) {
    for (const char* optimizer : {"adam={}", "sgd={}"}) {
      for (const int threads : {1, 2}) {
        SmallExperimentOptions options;
        options.threads = threads;
        options.batch_size = 128;
        options.samples = (kWarmUp + kSteps) * 128;
        options.overrides = {"model.input={ rows: 28 columns: 28 channels: 1 }", "model.classes=10",
                             "model.equilibrium.operator.dense.units=87",
                             absl::StrCat("model.equilibrium.splitting.", method),
                             absl::StrCat("training.optimizer.", optimizer)};
        SmallExperiment small(options);
        const auto trainer = small.MakeTrainer();
        for (Index i = 0; i < kWarmUp; ++i) ASSERT_TRUE(trainer->Step(i, i).ok());
        allocations = 0;
        counting = true;
        bool good = true;
        for (Index i = kWarmUp; i < kWarmUp + kSteps; ++i) good &= trainer->Step(i, i).ok();
        counting = false;
        EXPECT_TRUE(good);
        EXPECT_EQ(allocations, 0) << method << " " << optimizer << " " << threads;
      }
    }
  }
}

}  // namespace
}  // namespace mondeq
