#include "mondeq/collective/fast_reducer.h"

#include "mondeq/collective/collective.h"
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
  message_.Pack(numbers_, tensors_ == nullptr ? values_ : Tensor());
  MONDEQ_RETURN_IF_ERROR(AllReduce(ranks_, message_.bytes(), sizeof(double), &received_,
                                   [&](std::size_t begin, std::size_t end, const char* received) {
                                     message_.Combine(begin, end, received);
                                   }));
  message_.Unpack(numbers, tensors_ == nullptr ? values : Tensor());
  if (tensors_ == nullptr) return absl::OkStatus();
  MONDEQ_RETURN_IF_ERROR(tensors_->Sum(values_));
  device_.Copy(values_, values);
  return absl::OkStatus();
}

}  // namespace mondeq
