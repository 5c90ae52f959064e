// The program that libFuzzer runs on the target that MONDEQ_FUZZ_TARGET names.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "mondeq/fuzz/targets.h"

namespace {

const mondeq::FuzzTarget* target = nullptr;

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  const char* const name = std::getenv("MONDEQ_FUZZ_TARGET");
  for (const mondeq::FuzzTarget& one : mondeq::FuzzTargets()) {
    if (name != nullptr && one.name == name) target = &one;
  }
  if (target != nullptr) return 0;
  std::fputs("MONDEQ_FUZZ_TARGET: must name a target of mondeq/fuzz/targets.cc\n", stderr);
  std::exit(2);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  target->read({reinterpret_cast<const char*>(data), size});
  return 0;
}
