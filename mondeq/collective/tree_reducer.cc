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

absl::Status TreeReducer::Exchange(const ReductionTree::Exchange& exchange) {
  const auto at = [&](int place) -> Node& { return nodes_[static_cast<std::size_t>(place)]; };
  if (exchange.left < 0) {
    const Node& right = at(exchange.right);
    message_.Pack(right.numbers, right.values);
    return ranks_.Send(exchange.other, {message_.bytes().data(), message_.bytes().size()});
  }
  Node& left = at(exchange.left);
  if (exchange.right < 0) {
    MONDEQ_RETURN_IF_ERROR(ranks_.Receive(exchange.other, message_.bytes()));
    message_.Unpack(&received_.numbers, received_.values);
  }
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
  if (ranks_.size() > 1) {
    if (received_.values.empty())
      received_ = {first.numbers, device_.Allocate(values.dtype(), values.shape())};
    message_.Reserve(first.numbers, values);
    for (const ReductionTree::Exchange& exchange : tree_.exchanges())
      MONDEQ_RETURN_IF_ERROR(Exchange(exchange));
    if (ranks_.rank() == 0) message_.Pack(first.numbers, first.values);
    MONDEQ_RETURN_IF_ERROR(Broadcast(ranks_, message_.bytes()));
    *numbers = first.numbers;  // as many
    message_.Unpack(numbers, values);
    return absl::OkStatus();
  }
  *numbers = first.numbers;
  device_.Copy(first.values, values);
  return absl::OkStatus();
}

}  // namespace mondeq
