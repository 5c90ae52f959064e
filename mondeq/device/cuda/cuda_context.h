// What everything on one CUDA device shares: the stream, cuBLAS, memory, and what went wrong. After
// a failure nothing more is queued (launch.h); status() says what it was.
#ifndef MONDEQ_DEVICE_CUDA_CUDA_CONTEXT_H_
#define MONDEQ_DEVICE_CUDA_CUDA_CONTEXT_H_

#include <cublas_v2.h>
#include <cuda_runtime.h>
#include <cufft.h>

#include <memory>

#include "absl/status/statusor.h"
#include "mondeq/device/launch.h"
#include "mondeq/device/scratch.h"
#include "mondeq/device/tensor.h"

namespace mondeq {

class CudaContext : public std::enable_shared_from_this<CudaContext> {
 public:
  // The first device. Errors: kUnavailable.
  static absl::StatusOr<std::shared_ptr<CudaContext>> Create();
  ~CudaContext();

  CudaContext(const CudaContext&) = delete;
  CudaContext& operator=(const CudaContext&) = delete;

  const Stream& stream() const { return stream_; }
  cudaStream_t queue() const { return static_cast<cudaStream_t>(stream_.cuda); }
  cublasHandle_t blas() const { return blas_; }
  const std::string& name() const { return name_; }

  // Whether nothing has gone wrong yet, as far as the host knows.
  bool ok() const { return stream_.error == 0; }
  // What has, after all that was queued is done.
  absl::Status status();
  // Notes a failure of `what`.
  void Check(cudaError_t error, const char* what);
  void CheckBlas(cublasStatus_t status, const char* what);
  void CheckFft(cufftResult result, const char* what);

  // 0 after a failure.
  std::size_t free_bytes();
  // Uninitialised memory, from the device's pool, or none after a failure.
  Tensor Allocate(DType dtype, Shape shape);

  // Waits for what is queued, then copies.
  void CopyToHost(const void* source, std::size_t bytes, void* target);
  void CopyFromHost(const void* source, std::size_t bytes, void* target);
  void Copy(const void* source, std::size_t bytes, void* target);
  // A few numbers from the device, in memory of the host that is valid until the next call.
  const double* Read(const double* source, Index count);

  // Memory for what a transform or a product writes before it goes elsewhere; valid until the next
  // call of the same function.
  void* TransformSpace(std::size_t bytes);

 private:
  CudaContext() = default;

  void Fail(absl::Status status);
  Tensor OutOfMemory(std::size_t bytes, DType dtype, Shape shape);

  Stream stream_;
  cublasHandle_t blas_ = nullptr;
  std::string name_;
  absl::Status status_;
  Tensor transform_space_, blas_space_;
  double* pinned_ = nullptr;
  Index pinned_count_ = 0;
};

}  // namespace mondeq

#endif  // MONDEQ_DEVICE_CUDA_CUDA_CONTEXT_H_
