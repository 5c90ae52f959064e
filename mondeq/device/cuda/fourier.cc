#include "mondeq/device/cuda/fourier.h"

namespace mondeq {
namespace {

cufftResult Execute(cufftHandle plan, const std::complex<float>* in, std::complex<float>* out,
                    int direction) {
  // cuFFT writes to its input only where that is the output.
  auto* from = const_cast<std::complex<float>*>(in);
  return cufftExecC2C(plan, reinterpret_cast<cufftComplex*>(from),
                      reinterpret_cast<cufftComplex*>(out), direction);
}

cufftResult Execute(cufftHandle plan, const std::complex<double>* in, std::complex<double>* out,
                    int direction) {
  auto* from = const_cast<std::complex<double>*>(in);
  return cufftExecZ2Z(plan, reinterpret_cast<cufftDoubleComplex*>(from),
                      reinterpret_cast<cufftDoubleComplex*>(out), direction);
}

}  // namespace

Fourier::~Fourier() {
  for (const auto& plan : plans_) cufftDestroy(plan.second.handle);
}

const Fourier::Plan& Fourier::PlanFor(Index lines, cufftType type) {
  const auto found = plans_.find({lines, type});
  if (found != plans_.end()) return found->second;
  Plan plan = {};
  int size[] = {static_cast<int>(rows_), static_cast<int>(columns_)};
  const int count = static_cast<int>(lines);
  context_->CheckFft(cufftCreate(&plan.handle), "making a plan");
  // Their work areas are one, which is as large as the largest.
  context_->CheckFft(cufftSetAutoAllocation(plan.handle, 0), "setting a plan's work area");
  context_->CheckFft(cufftMakePlanMany(plan.handle, 2, size, size, count, 1, size, count, 1, type,
                                       count, &plan.space),
                     "planning a transform");
  context_->CheckFft(cufftSetStream(plan.handle, context_->queue()), "setting a plan's stream");
  return plans_.emplace(std::make_pair(lines, type), plan).first->second;
}

void Fourier::EstimateSpace(Index lines, cufftType type) {
  int size[] = {static_cast<int>(rows_), static_cast<int>(columns_)};
  const int count = static_cast<int>(lines);
  std::size_t space = 0;
  cufftEstimateMany(2, size, size, count, 1, size, count, 1, type, count, &space);
  context_->TransformSpace(space);
}

template <class T>
void Fourier::Run(bool inverse, Index lines, const std::complex<T>* in, std::complex<T>* out) {
  const cufftType type = std::is_same_v<T, float> ? CUFFT_C2C : CUFFT_Z2Z;
  if (context_->is_plan()) return EstimateSpace(lines, type);
  if (!context_->ok()) return;
  if (rows_ * columns_ == 1) {
    // The transform of one pixel is the pixel.
    if (in != out) context_->Copy(in, static_cast<std::size_t>(lines) * sizeof(*in), out);
    return;
  }
  const Plan& plan = PlanFor(lines, type);
  void* space = context_->TransformSpace(plan.space);
  if (!context_->ok()) return;
  context_->CheckFft(cufftSetWorkArea(plan.handle, space), "setting a plan's work area");
  context_->CheckFft(Execute(plan.handle, in, out, inverse ? CUFFT_INVERSE : CUFFT_FORWARD),
                     "a transform");
}

template void Fourier::Run(bool, Index, const std::complex<float>*, std::complex<float>*);
template void Fourier::Run(bool, Index, const std::complex<double>*, std::complex<double>*);

}  // namespace mondeq
