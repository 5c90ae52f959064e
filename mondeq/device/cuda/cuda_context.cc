#include "mondeq/device/cuda/cuda_context.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "mondeq/device/cuda/probe.h"

namespace mondeq {
namespace {

// A workspace of our own: with it cuBLAS gives the same bits in every run.
constexpr Index kBlasSpace = Index{1} << 25;

// Bytes as error messages give them.
std::string Gigabytes(std::size_t bytes) {
  return absl::StrFormat("%.2f GB", static_cast<double>(bytes) / 1e9);
}

// Without a driver the runtime complains about an old one.
absl::Status CheckDriver() {
  int version = 0;
  if (cudaDriverGetVersion(&version) == cudaSuccess && version == 0)
    return absl::UnavailableError("no usable CUDA device: there is no NVIDIA driver");
  return absl::OkStatus();
}

absl::Status Unavailable(const char* what, cudaError_t error) {
  return absl::UnavailableError(
      absl::StrCat("no usable CUDA device: ", what, ": ", cudaGetErrorString(error)));
}

}  // namespace

absl::StatusOr<std::shared_ptr<CudaContext>> CudaContext::Create(int gpu) {
  MONDEQ_RETURN_IF_ERROR(CheckDriver());
  int count = 0;
  if (const cudaError_t error = cudaGetDeviceCount(&count); error != cudaSuccess)
    return Unavailable("looking for one", error);
  if (count == 0) return absl::UnavailableError("no usable CUDA device: found none");
  gpu %= count;
  if (const cudaError_t error = cudaSetDevice(gpu); error != cudaSuccess)
    return Unavailable("taking one", error);
  cudaDeviceProp properties;
  if (const cudaError_t error = cudaGetDeviceProperties(&properties, gpu); error != cudaSuccess)
    return Unavailable("asking for its properties", error);

  std::shared_ptr<CudaContext> context(new CudaContext);
  context->memory_.total = properties.totalGlobalMem;
  context->shared_bytes_ = properties.sharedMemPerBlockOptin;
  context->reads_host_memory_ = properties.pageableMemoryAccessUsesHostPageTables != 0;
  context->name_ = absl::StrCat(properties.name, ", compute capability ", properties.major, ".",
                                properties.minor);
  if (properties.memoryPoolsSupported == 0) {
    return absl::UnavailableError(
        absl::StrCat("no usable CUDA device: ", context->name_, " has no memory pools"));
  }
  // Freed memory stays in the pool.
  cudaMemPool_t pool;
  std::uint64_t keep = std::numeric_limits<std::uint64_t>::max();
  context->Check(cudaDeviceGetDefaultMemPool(&pool, 0), "finding the memory pool");
  context->Check(cudaMemPoolSetAttribute(pool, cudaMemPoolAttrReleaseThreshold, &keep),
                 "setting up the memory pool");
  cudaStream_t queue = nullptr;
  context->Check(cudaStreamCreateWithFlags(&queue, cudaStreamNonBlocking), "making a stream");
  context->stream_.cuda = queue;
  context->CheckBlas(cublasCreate(&context->blas_), "starting cuBLAS");
  if (!context->ok()) return absl::UnavailableError(context->status_.message());
  MONDEQ_RETURN_IF_ERROR(ProbeKernels(context->stream_, context->name_));
  context->CheckBlas(cublasSetStream(context->blas_, queue), "setting cuBLAS' stream");
  context->blas_space_ = context->Allocate(DType::kUInt8, {kBlasSpace});
  context->CheckBlas(
      cublasSetWorkspace(context->blas_, context->blas_space_.raw(), context->blas_space_.bytes()),
      "setting cuBLAS' workspace");
  MONDEQ_RETURN_IF_ERROR(context->status());
  return context;
}

std::shared_ptr<CudaContext> CudaContext::CreatePlan(const CudaContext& like) {
  std::shared_ptr<CudaContext> context(new CudaContext);
  context->plan_ = true;
  context->name_ = like.name_;
  context->memory_.total = like.memory_.total;
  context->shared_bytes_ = like.shared_bytes_;
  context->Fail(absl::FailedPreconditionError("a plan computes nothing"));
  context->blas_space_ = context->Allocate(DType::kUInt8, {kBlasSpace});
  return context;
}

CudaContext::~CudaContext() {
  // Nobody is left to hear of errors.
  if (!plan_) cudaStreamSynchronize(queue());
  transform_space_ = Scratch();
  blas_space_ = Tensor();
  if (pinned_ != nullptr) cudaFreeHost(pinned_);
  if (blas_ != nullptr) cublasDestroy(blas_);
  if (queue() != nullptr) cudaStreamDestroy(queue());
}

void CudaContext::Fail(absl::Status status) {
  status_.Update(std::move(status));  // the first one stays
  if (stream_.error == 0) stream_.error = -1;
}

void CudaContext::Check(cudaError_t error, const char* what) {
  if (error != cudaSuccess)
    Fail(absl::UnavailableError(absl::StrCat("CUDA: ", what, ": ", cudaGetErrorString(error))));
}

void CudaContext::CheckBlas(cublasStatus_t status, const char* what) {
  if (status == CUBLAS_STATUS_ALLOC_FAILED) return OutOfMemory(what);
  if (status != CUBLAS_STATUS_SUCCESS) {
    Fail(absl::UnavailableError(
        absl::StrCat("cuBLAS: ", what, ": ", cublasGetStatusString(status))));
  }
}

void CudaContext::CheckFft(cufftResult result, const char* what) {
  if (result == CUFFT_ALLOC_FAILED) return OutOfMemory(what);
  if (result != CUFFT_SUCCESS)
    Fail(absl::UnavailableError(
        absl::StrCat("cuFFT: ", what, ": error ", static_cast<int>(result))));
}

absl::Status CudaContext::status() {
  // A launch leaves only its number.
  if (stream_.error != 0 && status_.ok())
    Check(static_cast<cudaError_t>(stream_.error), "starting a kernel");
  if (ok()) Check(cudaStreamSynchronize(queue()), "running a kernel");
  return status_;
}

void CudaContext::AllowTf32(bool allow) {
  tf32_ = allow;
  if (!ok()) return;
  CheckBlas(cublasSetMathMode(blas_, allow ? CUBLAS_TF32_TENSOR_OP_MATH : CUBLAS_DEFAULT_MATH),
            "setting the precision");  // the default keeps all bits
}

DeviceMemory CudaContext::memory() {
  DeviceMemory memory = memory_;
  memory.free = 0;
  std::size_t total = 0;
  if (ok()) Check(cudaMemGetInfo(&memory.free, &total), "asking for free memory");
  return memory;
}

Tensor CudaContext::Allocate(DType dtype, Shape shape) {
  const std::size_t bytes = static_cast<std::size_t>(shape.size()) * SizeOf(dtype);
  // A plan's tensors are never read or written: any address will do.
  constexpr std::size_t kAligned = 256;
  if (plan_) return Tensor(dtype, shape, Own(reinterpret_cast<void*>(kAligned), bytes));
  if (!ok()) return Tensor(dtype, shape, nullptr);
  void* memory = nullptr;
  const cudaError_t error = cudaMallocAsync(&memory, std::max<std::size_t>(bytes, 1), queue());
  if (error == cudaErrorMemoryAllocation) {
    OutOfMemory(absl::StrCat("asked for ", Gigabytes(bytes)));
  } else {
    Check(error, "allocating memory");
  }
  return Tensor(dtype, shape, ok() ? Own(memory, bytes) : nullptr);
}

std::shared_ptr<void> CudaContext::Own(void* memory, std::size_t bytes) {
  allocated_ += bytes;
  memory_.peak = std::max(memory_.peak, allocated_);
  // Tensors may outlive the stream, and those that the context itself keeps must not keep it.
  const std::weak_ptr<CudaContext> weak = weak_from_this();
  return std::shared_ptr<void>(memory, [weak, bytes, plan = plan_](void* p) {
    const std::shared_ptr<CudaContext> context = weak.lock();
    if (context != nullptr) context->allocated_ -= bytes;
    if (plan) return;
    context != nullptr ? cudaFreeAsync(p, context->queue()) : cudaFree(p);
  });
}

void CudaContext::OutOfMemory(const std::string& for_what) {
  std::size_t free = 0, total = 0;
  cudaMemGetInfo(&free, &total);
  cudaGetLastError();  // takes it back, lest it counts as the next launch's
  Fail(absl::AbortedError(absl::StrCat("out of memory on ", name_, ": ", for_what, ", found ",
                                       Gigabytes(free), " of ", Gigabytes(total), " free")));
}

void CudaContext::CopyToHost(const void* source, std::size_t bytes, void* target) {
  if (ok()) {
    Check(cudaMemcpyAsync(target, source, bytes, cudaMemcpyDeviceToHost, queue()),
          "copying to the host");
    Check(cudaStreamSynchronize(queue()), "running a kernel");
  }
  // These are NaNs: they end whatever loop waits for the numbers.
  if (!ok()) std::memset(target, 0xff, bytes);
}

void CudaContext::CopyFromHost(const void* source, std::size_t bytes, void* target) {
  if (!ok() || bytes == 0) return;
  Check(cudaMemcpyAsync(target, source, bytes, cudaMemcpyHostToDevice, queue()),
        "copying from the host");
  // On other systems the driver has taken the values before it returns.
  if (reads_host_memory_) Check(cudaStreamSynchronize(queue()), "copying from the host");
}

void CudaContext::Copy(const void* source, std::size_t bytes, void* target) {
  if (!ok()) return;
  Check(cudaMemcpyAsync(target, source, bytes, cudaMemcpyDeviceToDevice, queue()), "copying");
}

const double* CudaContext::Read(const double* source, Index count) {
  if (!ok()) {
    not_read_.assign(static_cast<std::size_t>(count), std::numeric_limits<double>::quiet_NaN());
    return not_read_.data();
  }
  if (count > pinned_count_) {
    if (pinned_ != nullptr) cudaFreeHost(pinned_);
    pinned_ = nullptr;
    pinned_count_ = 2 * count;
    void* memory = nullptr;
    Check(cudaMallocHost(&memory, static_cast<std::size_t>(pinned_count_) * sizeof(double)),
          "allocating pinned memory");
    pinned_ = static_cast<double*>(memory);
  }
  if (pinned_ == nullptr) return Read(source, count);  // it failed
  CopyToHost(source, static_cast<std::size_t>(count) * sizeof(double), pinned_);
  return pinned_;
}

void* CudaContext::TransformSpace(std::size_t bytes) {
  return transform_space_.Get(*this, DType::kUInt8, {static_cast<Index>(bytes)}).raw();
}

}  // namespace mondeq
