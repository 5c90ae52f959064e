#include "mondeq/core/status.h"
#include "mondeq/device/cpu/kernels/kernels.h"

namespace mondeq {

// What kernels.cc defines for each instruction set.
#define MONDEQ_DECLARE_TABLE(isa)       \
  namespace isa {                       \
  template <class T>                    \
  struct Table {                        \
    static const Kernels<T> kernels;    \
  };                                    \
  extern template struct Table<float>;  \
  extern template struct Table<double>; \
  }

MONDEQ_DECLARE_TABLE(generic)
#if defined(__x86_64__)
MONDEQ_DECLARE_TABLE(avx2)
MONDEQ_DECLARE_TABLE(avx512)
#endif

template <class T>
const Kernels<T>& GetKernels(Isa isa) {
#if defined(__x86_64__)
  if (isa == Isa::kAvx512) return avx512::Table<T>::kernels;
  if (isa == Isa::kAvx2) return avx2::Table<T>::kernels;
#endif
  MONDEQ_CHECK(isa == Isa::kGeneric);
  return generic::Table<T>::kernels;
}

template const Kernels<float>& GetKernels(Isa);
template const Kernels<double>& GetKernels(Isa);

}  // namespace mondeq
