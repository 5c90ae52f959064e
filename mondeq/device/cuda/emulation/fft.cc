#include <cmath>
#include <mutex>
#include <vector>

#include "cufft.h"

namespace {

constexpr std::size_t kWorkBytes = 64;

struct Plan {
  int rows = 0, columns = 0, stride = 0, batch = 0;
};

std::vector<Plan>& Plans() {
  static std::vector<Plan>& plans = *new std::vector<Plan>;
  return plans;
}
std::mutex plans_mutex;

// Transforms n numbers `stride` apart, in place.
template <class T>
void TransformLine(std::complex<T>* x, int n, std::ptrdiff_t stride,
                   const std::vector<std::complex<double>>& roots) {
  std::vector<std::complex<double>> sums(static_cast<std::size_t>(n));
  for (int k = 0; k < n; ++k) {
    for (int j = 0; j < n; ++j) {
      sums[static_cast<std::size_t>(k)] +=
          std::complex<double>(x[j * stride]) * roots[static_cast<std::size_t>(j * k % n)];
    }
  }
  for (int k = 0; k < n; ++k) x[k * stride] = std::complex<T>(sums[static_cast<std::size_t>(k)]);
}

std::vector<std::complex<double>> Roots(int n, int direction) {
  std::vector<std::complex<double>> roots;
  for (int k = 0; k < n; ++k) roots.push_back(std::polar(1.0, direction * 2 * M_PI * k / n));
  return roots;
}

template <class T>
cufftResult Execute(cufftHandle handle, const std::complex<T>* in, std::complex<T>* out,
                    int direction) {
  Plan plan;
  {
    const std::lock_guard<std::mutex> lock(plans_mutex);
    plan = Plans()[static_cast<std::size_t>(handle)];
  }
  const std::ptrdiff_t pixels = std::ptrdiff_t{plan.rows} * plan.columns, stride = plan.stride;
  for (std::ptrdiff_t p = 0; p < pixels; ++p) {
    for (int i = 0; i < plan.batch; ++i) out[p * stride + i] = in[p * stride + i];
  }
  const auto along_row = Roots(plan.columns, direction), along_column = Roots(plan.rows, direction);
  for (int i = 0; i < plan.batch; ++i) {
    for (int y = 0; y < plan.rows; ++y)
      TransformLine(out + y * plan.columns * stride + i, plan.columns, stride, along_row);
    for (int x = 0; x < plan.columns; ++x)
      TransformLine(out + x * stride + i, plan.rows, plan.columns * stride, along_column);
  }
  return CUFFT_SUCCESS;
}

}  // namespace

cufftResult cufftCreate(cufftHandle* plan) {
  const std::lock_guard<std::mutex> lock(plans_mutex);
  *plan = static_cast<int>(Plans().size());
  Plans().emplace_back();
  return CUFFT_SUCCESS;
}
cufftResult cufftDestroy(cufftHandle) { return CUFFT_SUCCESS; }
cufftResult cufftSetStream(cufftHandle, cudaStream_t) { return CUFFT_SUCCESS; }
cufftResult cufftSetAutoAllocation(cufftHandle, int) { return CUFFT_SUCCESS; }
cufftResult cufftSetWorkArea(cufftHandle, void*) { return CUFFT_SUCCESS; }

// Only lines side by side are known, in the same layout in and out.
cufftResult cufftMakePlanMany(cufftHandle plan, int rank, int* n, int* in_embed, int in_stride,
                              int in_distance, int* out_embed, int out_stride, int out_distance,
                              cufftType, int batch, std::size_t* work_bytes) {
  if (rank != 2 || in_distance != 1 || out_distance != 1 || in_stride != out_stride ||
      in_embed[1] != n[1] || out_embed[1] != n[1]) {
    return 1;
  }
  const std::lock_guard<std::mutex> lock(plans_mutex);
  Plans()[static_cast<std::size_t>(plan)] = {n[0], n[1], in_stride, batch};
  *work_bytes = kWorkBytes;
  return CUFFT_SUCCESS;
}

cufftResult cufftEstimateMany(int, int*, int*, int, int, int*, int, int, cufftType, int,
                              std::size_t* work_bytes) {
  *work_bytes = kWorkBytes;
  return CUFFT_SUCCESS;
}

cufftResult cufftExecC2C(cufftHandle plan, cufftComplex* in, cufftComplex* out, int direction) {
  return Execute(plan, in, out, direction);
}
cufftResult cufftExecZ2Z(cufftHandle plan, cufftDoubleComplex* in, cufftDoubleComplex* out,
                         int direction) {
  return Execute(plan, in, out, direction);
}
