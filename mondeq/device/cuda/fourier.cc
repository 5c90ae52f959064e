#include "mondeq/device/cuda/fourier.h"

namespace mondeq {
namespace {

// The names that cuFFT has for a floating-point type.
template <class T>
struct Cufft;
template <>
struct Cufft<float> {
  using Number = cufftComplex;
  static constexpr cufftType kType = CUFFT_C2C;
  static constexpr auto kExecute = &cufftExecC2C;
};
template <>
struct Cufft<double> {
  using Number = cufftDoubleComplex;
  static constexpr cufftType kType = CUFFT_Z2Z;
  static constexpr auto kExecute = &cufftExecZ2Z;
};

template <class T>
cufftResult Execute(cufftHandle plan, const std::complex<T>* in, std::complex<T>* out,
                    int direction) {
  using Number = typename Cufft<T>::Number;
  // cuFFT writes to its input only where that is the output.
  auto* from = const_cast<std::complex<T>*>(in);
  return Cufft<T>::kExecute(plan, reinterpret_cast<Number*>(from), reinterpret_cast<Number*>(out),
                            direction);
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
  // All plans share one work area, which is as large as the largest needs it.
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
  constexpr cufftType type = Cufft<T>::kType;
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
