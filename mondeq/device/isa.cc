#include "mondeq/device/isa.h"

#include <atomic>

namespace mondeq {

const char* ToString(Isa isa) {
  switch (isa) {
    case Isa::kGeneric:
      return "generic";
    case Isa::kAvx2:
      return "avx2";
    case Isa::kAvx512:
      return "avx512";
  }
  return "?";
}

std::vector<Isa> AvailableIsas() {
  std::vector<Isa> isas = {Isa::kGeneric};
#if defined(__x86_64__)
  // What tools/mondeq.bzl and vectorize.h compile for.
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    isas.push_back(Isa::kAvx2);
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) {
      isas.push_back(Isa::kAvx512);
    }
  }
#endif
  return isas;
}

namespace {

std::atomic<Isa>& Best() {
  static std::atomic<Isa> best{AvailableIsas().back()};
  return best;
}

}  // namespace

Isa BestIsa() { return Best().load(std::memory_order_relaxed); }

void SetBestIsa(Isa isa) { Best() = isa; }

}  // namespace mondeq
