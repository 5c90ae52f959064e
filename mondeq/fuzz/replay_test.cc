// Reads the seeds of every fuzz target, their beginnings, and mutations of them that are the same
// every time. With MONDEQ_FUZZ_SEEDS=DIR it writes the seeds into DIR/TARGET/ for the fuzzer
// instead, and with MONDEQ_FUZZ_INPUT=FILE, MONDEQ_FUZZ_TARGET=NAME it reads one file.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>

#include "gtest/gtest.h"
#include "mondeq/core/file.h"
#include "mondeq/fuzz/targets.h"

namespace mondeq {
namespace {

constexpr int kMutations = 300;

std::string Environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// Changes a few bytes, or cuts some out, or doubles them.
std::string Mutate(std::string bytes, std::mt19937* random) {
  const auto below = [&](std::size_t n) { return (*random)() % n; };
  for (std::size_t changes = 1 + below(4); changes > 0 && !bytes.empty(); --changes) {
    const std::size_t at = below(bytes.size()), length = below(9);
    switch (below(4)) {
      case 0:
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8)));
        break;
      case 1:
        bytes[at] = static_cast<char>(below(256));
        break;
      case 2:
        bytes.erase(at, length);
        break;
      default:
        bytes.insert(at, bytes.substr(at, length));
    }
  }
  return bytes;
}

class ReplayTest : public ::testing::TestWithParam<FuzzTarget> {};

TEST_P(ReplayTest, EndsWhateverTheBytes) {
  const FuzzTarget& target = GetParam();
  const std::string folder = Environment("MONDEQ_FUZZ_SEEDS"),
                    input = Environment("MONDEQ_FUZZ_INPUT");
  if (!input.empty()) {
    if (target.name != Environment("MONDEQ_FUZZ_TARGET")) GTEST_SKIP();
    target.read(ReadFile(input).value());
    return;
  }
  std::mt19937 random(1);
  int number = 0;
  for (const std::string& seed : target.seeds()) {
    if (!folder.empty()) {
      std::filesystem::create_directories(folder + "/" + target.name);
      std::ofstream(folder + "/" + target.name + "/seed" + std::to_string(number++),
                    std::ios::binary)
          << seed;
      continue;
    }
    target.read(seed);
    const std::size_t stride = 1 + seed.size() / 200;
    for (std::size_t size = 0; size < seed.size(); size += stride) {
      target.read(absl::string_view(seed).substr(0, size));
    }
    for (int i = 0; i < kMutations; ++i) target.read(Mutate(seed, &random));
  }
}

INSTANTIATE_TEST_SUITE_P(All, ReplayTest, ::testing::ValuesIn(FuzzTargets()),
                         [](const auto& target) { return target.param.name; });

}  // namespace
}  // namespace mondeq
