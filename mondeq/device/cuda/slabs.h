// Plans the transforms of slabs of a torus (slab_transform.h).
#ifndef MONDEQ_DEVICE_CUDA_SLABS_H_
#define MONDEQ_DEVICE_CUDA_SLABS_H_

#include <map>
#include <memory>

#include "mondeq/device/cuda/cuda_context.h"
#include "mondeq/device/slab_transform.h"

namespace mondeq {

class Slabs {
 public:
  Slabs(Index rows, Index columns, std::shared_ptr<CudaContext> context);

  // Whether there are transforms of slabs of such states, in float32: sides are products of 2, 3
  // and 5, a few lanes of a channel fit the memory that threads share, and samples come in fours.
  bool Serve(Index batch) const { return planned_ && batch % 4 == 0 && Width(batch / 2) > 0; }
  // The transform of spectra; `in` and `out` may be the same.
  SlabTransform Transform(Index channels, Index batch, const void* in, void* out);

 private:
  // What a SlabSide points at.
  struct Tables {
    Tensor turns, elements;
  };

  const Tables& TablesOf(const SlabSide& side);
  // The lanes of a slab, or 0 where none fits.
  int Width(Index lanes) const;

  std::shared_ptr<CudaContext> context_;
  SlabSide rows_, columns_;
  bool planned_;
  std::map<int, Tables> tables_;  // by the length of a side
};

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_CUDA_SLABS_H_
