#include "mondeq/collective/fast_reducer.h"

#include "mondeq/collective/all_reduce.h"
#include "mondeq/core/status.h"

namespace mondeq {

void FastReducer::Add(const ShardNumbers& numbers, const Tensor& values) {
  if (!first_) {
    numbers_.Add(numbers);
    return device_.Axpby(1, values, 1, values_);
  }
  first_ = false;
  numbers_ = numbers;
  if (values_.empty()) values_ = device_.Allocate(values.dtype(), values.shape());
  numbers_.failed = numbers_.failed || values_.empty();
  device_.Copy(values, values_);
}

absl::Status FastReducer::Finish(ShardNumbers* numbers, const Tensor& values) {
  MONDEQ_CHECK(!first_);
  first_ = true;
  *numbers = numbers_;
  if (ranks_.size() == 1) {
    device_.Copy(values_, values);
    return absl::OkStatus();
  }
  message_.Pack(numbers_, values_);
  MONDEQ_RETURN_IF_ERROR(AllReduce(ranks_, message_.bytes(), sizeof(double), &received_,
                                   [&](std::size_t begin, std::size_t end, const char* received) {
                                     message_.Combine(begin, end, received);
                                   }));
  message_.Unpack(numbers, values);
  // Nobody begins what another rank cannot do.
  if (tensors_ == nullptr || numbers->failed) return absl::OkStatus();
  device_.Copy(values_, values);
  MONDEQ_RETURN_IF_ERROR(tensors_->Sum(values));
  return tensors_->Finish();
}

}  // namespace mondeq
