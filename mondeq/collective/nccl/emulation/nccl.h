// The part of NCCL that mondeq/collective/nccl uses, between threads of one process and on host
// memory, beside the emulation of CUDA: for tests of all but the hardware.
#ifndef MONDEQ_COLLECTIVE_NCCL_EMULATION_NCCL_H_
#define MONDEQ_COLLECTIVE_NCCL_EMULATION_NCCL_H_

#include <cstddef>

using cudaStream_t = struct CUstream_st*;
using ncclComm_t = struct ncclComm*;

enum cudaStreamState { cudaStreamDone, cudaErrorNotReady };
inline cudaStreamState cudaStreamQuery(cudaStream_t) { return cudaStreamDone; }

enum ncclResult_t { ncclSuccess, ncclInvalidUsage };
enum ncclDataType_t { ncclFloat32, ncclFloat64 };
enum ncclRedOp_t { ncclSum };
struct ncclUniqueId {
  char internal[128];
};

const char* ncclGetErrorString(ncclResult_t result);
ncclResult_t ncclGetVersion(int* version);
ncclResult_t ncclGetUniqueId(ncclUniqueId* id);
// Waits until all ranks have called it. MONDEQ_EMULATED_NCCL=refuses makes it fail, as for two
// ranks of one GPU.
ncclResult_t ncclCommInitRank(ncclComm_t* communicator, int ranks, ncclUniqueId id, int rank);
ncclResult_t ncclCommAbort(ncclComm_t communicator);
ncclResult_t ncclCommGetAsyncError(ncclComm_t communicator, ncclResult_t* result);
ncclResult_t ncclSend(const void* from, std::size_t count, ncclDataType_t type, int to,
                      ncclComm_t communicator, cudaStream_t);
ncclResult_t ncclRecv(void* to, std::size_t count, ncclDataType_t type, int from,
                      ncclComm_t communicator, cudaStream_t);
ncclResult_t ncclBroadcast(const void* from, void* to, std::size_t count, ncclDataType_t type,
                           int root, ncclComm_t communicator, cudaStream_t);
ncclResult_t ncclAllReduce(const void* from, void* to, std::size_t count, ncclDataType_t type,
                           ncclRedOp_t, ncclComm_t communicator, cudaStream_t);

#endif  // MONDEQ_COLLECTIVE_NCCL_EMULATION_NCCL_H_
