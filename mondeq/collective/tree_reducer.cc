#include "mondeq/collective/tree_reducer.h"

#include "mondeq/collective/collective.h"
#include "mondeq/core/status.h"

namespace mondeq {

TreeReducer::Node& TreeReducer::NodeAt(int place, const ShardNumbers& numbers,
                                       const Tensor& values) {
  if (nodes_.empty()) nodes_.resize(static_cast<std::size_t>(tree_.most_nodes()));
  Node& node = nodes_[static_cast<std::size_t>(place)];
  node.numbers = numbers;
  if (node.values.empty()) node.values = device_.Allocate(values.dtype(), values.shape());
  node.numbers.failed = node.numbers.failed || node.values.empty();
  return node;
}

void TreeReducer::Add(const ShardNumbers& numbers, const Tensor& values) {
  MONDEQ_CHECK(next_ < tree_.merges().size());
  int merges = tree_.merges()[next_++];
  if (merges > 0) {  // with the node before, in whose place the sum is
    Node& left = nodes_[static_cast<std::size_t>(count_ - 1)];
    left.numbers.Add(numbers);
    device_.Axpby(1, values, 1, left.values);
    --merges;
  } else {
    device_.Copy(values, NodeAt(count_++, numbers, values).values);
  }
  for (; merges > 0; --merges) {
    const Node& right = nodes_[static_cast<std::size_t>(--count_)];
    Node& left = nodes_[static_cast<std::size_t>(count_ - 1)];
    left.numbers.Add(right.numbers);
    device_.Axpby(1, right.values, 1, left.values);
  }
}

absl::Status TreeReducer::ExchangeMessages(ShardNumbers* numbers, const Tensor& values) {
  const auto at = [&](int place) -> Node& { return nodes_[static_cast<std::size_t>(place)]; };
  message_.Reserve(*numbers, values);
  for (const ReductionTree::Exchange& exchange : tree_.exchanges()) {
    if (exchange.left < 0) {
      const Node& right = at(exchange.right);
      message_.Pack(right.numbers, right.values);
      const absl::Span<char> bytes = message_.bytes();
      MONDEQ_RETURN_IF_ERROR(ranks_.Send(exchange.other, {bytes.data(), bytes.size()}));
      continue;
    }
    if (exchange.right < 0) {
      MONDEQ_RETURN_IF_ERROR(ranks_.Receive(exchange.other, message_.bytes()));
      message_.Unpack(&received_.numbers, received_.values);
    }
    Node& left = at(exchange.left);
    const Node& right = exchange.right < 0 ? received_ : at(exchange.right);
    left.numbers.Add(right.numbers);
    if (tensors_ == nullptr) device_.Axpby(1, right.values, 1, left.values);
  }
  if (ranks_.rank() == 0) message_.Pack(nodes_.front().numbers, nodes_.front().values);
  MONDEQ_RETURN_IF_ERROR(Broadcast(ranks_, message_.bytes()));
  message_.Unpack(numbers, values);
  return absl::OkStatus();
}

absl::Status TreeReducer::ExchangeTensors(const Tensor& values) {
  const auto at = [&](int place) { return nodes_[static_cast<std::size_t>(place)].values; };
  for (const ReductionTree::Exchange& exchange : tree_.exchanges()) {
    if (exchange.left < 0) {
      MONDEQ_RETURN_IF_ERROR(tensors_->Send(exchange.other, at(exchange.right)));
      continue;
    }
    const Tensor right = exchange.right < 0 ? received_.values : at(exchange.right);
    if (exchange.right < 0) MONDEQ_RETURN_IF_ERROR(tensors_->Receive(exchange.other, right));
    device_.Axpby(1, right, 1, at(exchange.left));
  }
  if (ranks_.rank() == 0) device_.Copy(nodes_.front().values, values);
  MONDEQ_RETURN_IF_ERROR(tensors_->Broadcast(values));
  return tensors_->Finish();
}

absl::Status TreeReducer::Finish(ShardNumbers* numbers, const Tensor& values) {
  MONDEQ_CHECK(next_ == tree_.merges().size() && count_ == tree_.nodes());
  next_ = 0;
  count_ = 0;
  Node& first = nodes_.front();
  *numbers = first.numbers;
  if (ranks_.size() == 1) {
    device_.Copy(first.values, values);
    return absl::OkStatus();
  }
  if (received_.values.empty())
    received_ = {first.numbers, device_.Allocate(values.dtype(), values.shape())};
  first.numbers.failed = first.numbers.failed || received_.values.empty();
  MONDEQ_RETURN_IF_ERROR(ExchangeMessages(numbers, values));
  // Nobody begins what another rank cannot do.
  if (tensors_ == nullptr || numbers->failed) return absl::OkStatus();
  return ExchangeTensors(values);
}

}  // namespace mondeq
