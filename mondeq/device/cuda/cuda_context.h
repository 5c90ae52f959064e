// CudaContext: all that one CUDA device's parts share, the stream, cuBLAS, memory, and errors.
// After a failure nothing more is queued (launch.h); status() says what it was.
#ifndef MONDEQ_DEVICE_CUDA_CUDA_CONTEXT_H_
#define MONDEQ_DEVICE_CUDA_CUDA_CONTEXT_H_

#include <cublas_v2.h>
#include <cuda_runtime.h>
#include <cufft.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "mondeq/device/device.h"
#include "mondeq/device/launch.h"
#include "mondeq/device/scratch.h"
#include "mondeq/device/tensor.h"

namespace mondeq {

class CudaContext : public std::enable_shared_from_this<CudaContext> {
 public:
  // A context on that device (cuda_device.h). Errors: kUnavailable.
  static absl::StatusOr<std::shared_ptr<CudaContext>> Create(int gpu);
  // A context that queues nothing, as after a failure, and only counts what is allocated.
  static std::shared_ptr<CudaContext> CreatePlan(const CudaContext& like);
  bool is_plan() const { return plan_; }
  ~CudaContext();

  CudaContext(const CudaContext&) = delete;
  CudaContext& operator=(const CudaContext&) = delete;

  const Stream& stream() const { return stream_; }
  cudaStream_t queue() const { return static_cast<cudaStream_t>(stream_.cuda); }
  cublasHandle_t blas() const { return blas_; }
  const std::string& name() const { return name_; }

  // The memory that the threads of a multiprocessor can share.
  std::size_t shared_bytes() const { return shared_bytes_; }

  // Whether nothing has gone wrong yet, as far as the host knows.
  bool ok() const { return stream_.error == 0; }
  // The first thing that went wrong, after all that was queued is done.
  absl::Status status();
  // Notes a failure of `what`.
  void Check(cudaError_t error, const char* what);
  void CheckBlas(cublasStatus_t status, const char* what);
  void CheckFft(cufftResult result, const char* what);

  // Whether products of float may use TF32, inverses excepted.
  void AllowTf32(bool allow);
  bool tf32() const { return tf32_; }

  // `peak` counts tensors; nothing is free after a failure.
  DeviceMemory memory();
  // Uninitialised memory, from the device's pool, or none after a failure.
  Tensor Allocate(DType dtype, Shape shape);

  // A tensor of what the host has.
  template <class T>
  Tensor Upload(const std::vector<T>& host, DType dtype, Shape shape) {
    const Tensor x = Allocate(dtype, shape);
    CopyFromHost(host.data(), host.size() * sizeof(T), x.raw());
    return x;
  }

  // Waits for what is queued, then copies.
  void CopyToHost(const void* source, std::size_t bytes, void* target);
  void CopyFromHost(const void* source, std::size_t bytes, void* target);
  void Copy(const void* source, std::size_t bytes, void* target);
  // A few numbers from the device, in memory of the host that is valid until the next call.
  const double* Read(const double* source, Index count);

  // The work area of a transform, which all share; valid until the next call.
  void* TransformSpace(std::size_t bytes);

 private:
  CudaContext() = default;

  void Fail(absl::Status status);
  void OutOfMemory(const std::string& for_what);
  // Owns memory of so many bytes until the last tensor is gone.
  std::shared_ptr<void> Own(void* memory, std::size_t bytes);

  Stream stream_;
  cublasHandle_t blas_ = nullptr;
  std::string name_;
  absl::Status status_;
  bool plan_ = false;
  // Whether copies from the host's memory may still be reading it when they return.
  bool reads_host_memory_ = false;
  bool tf32_ = false;
  std::size_t shared_bytes_ = 0;
  DeviceMemory memory_;
  std::size_t allocated_ = 0;
  Scratch transform_space_;
  Tensor blas_space_;
  double* pinned_ = nullptr;
  Index pinned_count_ = 0;
  // The numbers that Read gives after a failure.
  std::vector<double> not_read_;
};

// Keeps products in full precision while it lives: those that an inverse is computed by, whose
// errors would be in every step.
class FullPrecision {
 public:
  explicit FullPrecision(CudaContext* context) : context_(*context), tf32_(context->tf32()) {
    if (tf32_) context_.AllowTf32(false);
  }
  ~FullPrecision() {
    if (tf32_) context_.AllowTf32(true);
  }

  FullPrecision(const FullPrecision&) = delete;
  FullPrecision& operator=(const FullPrecision&) = delete;

 private:
  CudaContext& context_;
  bool tf32_;
};

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_CUDA_CUDA_CONTEXT_H_
