#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <unordered_map>

#include "cuda_runtime.h"

namespace {

struct Memory {
  std::mutex mutex;
  std::unordered_map<void*, std::size_t> blocks;
  std::size_t used = 0;

  // MONDEQ_EMULATED_MEMORY in the environment sets how many bytes there are, for tests of running
  // out.
  std::size_t total() const {
    const char* text = std::getenv("MONDEQ_EMULATED_MEMORY");
    return text == nullptr ? std::size_t{1} << 34 : std::strtoull(text, nullptr, 10);
  }
};

Memory& TheMemory() {
  static Memory& memory = *new Memory;
  return memory;
}

}  // namespace

const char* cudaGetErrorString(cudaError_t error) {
  return error == cudaErrorMemoryAllocation ? "out of memory" : "emulated error";
}

cudaError_t cudaGetLastError() { return cudaSuccess; }

cudaError_t cudaDriverGetVersion(int* version) {
  *version = 13000;
  return cudaSuccess;
}

cudaError_t cudaGetDeviceCount(int* count) {
  *count = 1;
  return cudaSuccess;
}

cudaError_t cudaSetDevice(int) { return cudaSuccess; }

cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int) {
  *properties = {};
  std::snprintf(properties->name, sizeof(properties->name), "emulated GPU");
  properties->totalGlobalMem = TheMemory().total();
  properties->sharedMemPerBlockOptin = std::size_t{227} << 10;
  properties->major = 9;
  properties->memoryPoolsSupported = 1;
  return cudaSuccess;
}

cudaError_t cudaDeviceGetDefaultMemPool(cudaMemPool_t* pool, int) {
  *pool = nullptr;
  return cudaSuccess;
}

cudaError_t cudaMemPoolSetAttribute(cudaMemPool_t, cudaMemPoolAttr, void*) { return cudaSuccess; }

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned) {
  *stream = nullptr;
  return cudaSuccess;
}

cudaError_t cudaStreamDestroy(cudaStream_t) { return cudaSuccess; }
cudaError_t cudaStreamSynchronize(cudaStream_t) { return cudaSuccess; }

cudaError_t cudaMallocAsync(void** memory, std::size_t bytes, cudaStream_t) {
  Memory& all = TheMemory();
  const std::lock_guard<std::mutex> lock(all.mutex);
  *memory = nullptr;
  if (bytes + all.used > all.total()) return cudaErrorMemoryAllocation;
  *memory = std::malloc(std::max<std::size_t>(bytes, 1));
  if (*memory == nullptr) return cudaErrorMemoryAllocation;
  // Like a real device's memory it holds whatever was there: here NaNs.
  std::memset(*memory, 0xff, bytes);
  all.blocks[*memory] = bytes;
  all.used += bytes;
  return cudaSuccess;
}

cudaError_t cudaFree(void* memory) {
  Memory& all = TheMemory();
  const std::lock_guard<std::mutex> lock(all.mutex);
  const auto block = all.blocks.find(memory);
  if (block == all.blocks.end()) std::abort();
  all.used -= block->second;
  all.blocks.erase(block);
  std::free(memory);
  return cudaSuccess;
}

cudaError_t cudaFreeAsync(void* memory, cudaStream_t) { return cudaFree(memory); }

cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* total) {
  *total = TheMemory().total();
  *free = *total - std::min(*total, TheMemory().used);
  return cudaSuccess;
}

cudaError_t cudaMallocHost(void** memory, std::size_t bytes) {
  *memory = std::malloc(bytes);
  return *memory == nullptr ? cudaErrorMemoryAllocation : cudaSuccess;
}

cudaError_t cudaFreeHost(void* memory) {
  std::free(memory);
  return cudaSuccess;
}

cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind,
                            cudaStream_t) {
  if (bytes > 0) std::memcpy(to, from, bytes);
  return cudaSuccess;
}

cudaError_t cudaMemsetAsync(void* memory, int value, std::size_t bytes, cudaStream_t) {
  if (bytes > 0) std::memset(memory, value, bytes);
  return cudaSuccess;
}
