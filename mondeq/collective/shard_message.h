// What a shard or several give, as bytes: the tensor, padded to whole doubles, unless tensors go
// another way; the sums; the maxima and whether one has failed.
#ifndef MONDEQ_COLLECTIVE_SHARD_MESSAGE_H_
#define MONDEQ_COLLECTIVE_SHARD_MESSAGE_H_

#include <cstddef>
#include <vector>

#include "absl/types/span.h"
#include "mondeq/collective/shard_reducer.h"
#include "mondeq/device/device.h"

namespace mondeq {

class ShardMessage {
 public:
  ShardMessage(Device* device, bool has_tensor) : device_(*device), has_tensor_(has_tensor) {}

  void Pack(const ShardNumbers& numbers, const Tensor& values);
  // To what is as large as what was packed or reserved last.
  void Unpack(ShardNumbers* numbers, const Tensor& values) const;
  // Makes the message as large as if these were packed.
  void Reserve(const ShardNumbers& numbers, const Tensor& values);

  absl::Span<char> bytes() { return absl::MakeSpan(bytes_); }

  // Adds the units [begin, end) of another message, of eight bytes each, which begin at `other`, to
  // those of this one; of maxima the larger is taken.
  void Combine(std::size_t begin, std::size_t end, const char* other);

 private:
  Device& device_;
  const bool has_tensor_;
  std::vector<char> bytes_;
  DType dtype_ = DType::kFloat32;
  // In units: where the sums begin, the maxima begin, and all ends.
  std::size_t sums_ = 0, maxima_ = 0, end_ = 0;
};

}  // namespace mondeq

#endif  // MONDEQ_COLLECTIVE_SHARD_MESSAGE_H_
