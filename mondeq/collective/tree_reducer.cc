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

absl::Status TreeReducer::Send(int to, const Node& node) {
  message_.Pack(node.numbers, InMessage(node.values));
  const absl::Span<char> bytes = message_.bytes();
  MONDEQ_RETURN_IF_ERROR(ranks_.Send(to, {bytes.data(), bytes.size()}));
  return tensors_ == nullptr ? absl::OkStatus() : tensors_->Send(to, node.values);
}

absl::Status TreeReducer::Receive(int from, Node* node) {
  MONDEQ_RETURN_IF_ERROR(ranks_.Receive(from, message_.bytes()));
  message_.Unpack(&node->numbers, InMessage(node->values));
  return tensors_ == nullptr ? absl::OkStatus() : tensors_->Receive(from, node->values);
}

absl::Status TreeReducer::Exchange(const ReductionTree::Exchange& exchange) {
  const auto at = [&](int place) -> Node& { return nodes_[static_cast<std::size_t>(place)]; };
  if (exchange.left < 0) return Send(exchange.other, at(exchange.right));
  if (exchange.right < 0) MONDEQ_RETURN_IF_ERROR(Receive(exchange.other, &received_));
  Node& left = at(exchange.left);
  const Node& right = exchange.right < 0 ? received_ : at(exchange.right);
  left.numbers.Add(right.numbers);
  device_.Axpby(1, right.values, 1, left.values);
  return absl::OkStatus();
}

absl::Status TreeReducer::Finish(ShardNumbers* numbers, const Tensor& values) {
  MONDEQ_CHECK(next_ == tree_.merges().size() && count_ == tree_.nodes());
  next_ = 0;
  count_ = 0;
  const Node& first = nodes_.front();
  *numbers = first.numbers;
  if (ranks_.size() == 1) {
    device_.Copy(first.values, values);
    return absl::OkStatus();
  }
  if (received_.values.empty())
    received_ = {first.numbers, device_.Allocate(values.dtype(), values.shape())};
  message_.Reserve(first.numbers, InMessage(values));
  for (const ReductionTree::Exchange& exchange : tree_.exchanges())
    MONDEQ_RETURN_IF_ERROR(Exchange(exchange));
  if (ranks_.rank() == 0) message_.Pack(first.numbers, InMessage(first.values));
  MONDEQ_RETURN_IF_ERROR(Broadcast(ranks_, message_.bytes()));
  message_.Unpack(numbers, InMessage(values));
  if (tensors_ == nullptr) return absl::OkStatus();
  if (ranks_.rank() == 0) device_.Copy(first.values, values);
  return tensors_->Broadcast(values);
}

}  // namespace mondeq
