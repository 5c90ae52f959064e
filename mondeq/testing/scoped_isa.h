// Runs a scope's loops with an instruction set other than the best.
#ifndef MONDEQ_TESTING_SCOPED_ISA_H_
#define MONDEQ_TESTING_SCOPED_ISA_H_

#include "mondeq/device/isa.h"

namespace mondeq {

class ScopedIsa {
 public:
  explicit ScopedIsa(Isa isa) { SetBestIsa(isa); }
  ~ScopedIsa() { SetBestIsa(AvailableIsas().back()); }
  ScopedIsa(const ScopedIsa&) = delete;
  ScopedIsa& operator=(const ScopedIsa&) = delete;
};

}  // namespace mondeq

#endif  // MONDEQ_TESTING_SCOPED_ISA_H_
