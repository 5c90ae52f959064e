#include "mondeq/device/isa.h"

#include <atomic>

#include "mondeq/device/isa_features.h"

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
  if (MONDEQ_AVX2_AVAILABLE) isas.push_back(Isa::kAvx2);
  if (MONDEQ_AVX512_AVAILABLE) isas.push_back(Isa::kAvx512);
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
