// Two-dimensional complex transforms of many lines side by side, by cuFFT.
#ifndef MONDEQ_DEVICE_CUDA_FOURIER_H_
#define MONDEQ_DEVICE_CUDA_FOURIER_H_

#include <complex>
#include <map>
#include <memory>
#include <utility>

#include "mondeq/device/cuda/cuda_context.h"

namespace mondeq {

class Fourier {
 public:
  Fourier(Index rows, Index columns, std::shared_ptr<CudaContext> context)
      : rows_(rows), columns_(columns), context_(std::move(context)) {}
  ~Fourier();

  // out = the transform of in, or its inverse without 1 / (rows columns); [rows][columns][lines].
  // They may be the same.
  template <class T>
  void Run(bool inverse, Index lines, const std::complex<T>* in, std::complex<T>* out);

 private:
  struct Plan {
    cufftHandle handle;
    std::size_t space;
  };

  // Allocates what a plan would, on a context that runs none.
  void EstimateSpace(Index lines, cufftType type);
  // The plan for so many lines, which is made when they are first seen.
  const Plan& PlanFor(Index lines, cufftType type);

  Index rows_, columns_;
  std::shared_ptr<CudaContext> context_;
  std::map<std::pair<Index, cufftType>, Plan> plans_;
};

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_CUDA_FOURIER_H_
