#include "mondeq/collective/tree_reducer.h"

#include <algorithm>
#include <cstring>

#include "mondeq/collective/collective.h"
#include "mondeq/core/status.h"

namespace mondeq {
namespace {

std::size_t BytesOf(const std::vector<double>& numbers) { return numbers.size() * sizeof(double); }

std::size_t BytesOf(const Tensor& values) {
  return static_cast<std::size_t>(values.size()) * SizeOf(values.dtype());
}

}  // namespace

void TreeReducer::AddNumbers(const ShardNumbers& from, ShardNumbers* to) {
  MONDEQ_CHECK(from.sums.size() == to->sums.size() && from.maxima.size() == to->maxima.size());
  for (std::size_t i = 0; i < from.sums.size(); ++i) to->sums[i] += from.sums[i];
  for (std::size_t i = 0; i < from.maxima.size(); ++i)
    to->maxima[i] = std::max(to->maxima[i], from.maxima[i]);
}

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
    AddNumbers(numbers, &left.numbers);
    device_.Axpby(1, values, 1, left.values);
    --merges;
  } else {
    device_.Copy(values, NodeAt(count_++, numbers, values).values);
  }
  for (; merges > 0; --merges) {
    const Node& right = nodes_[static_cast<std::size_t>(--count_)];
    Node& left = nodes_[static_cast<std::size_t>(count_ - 1)];
    AddNumbers(right.numbers, &left.numbers);
    device_.Axpby(1, right.values, 1, left.values);
  }
}

absl::Status TreeReducer::Exchange(const ReductionTree::Exchange& exchange) {
  const auto at = [&](int place) -> Node& { return nodes_[static_cast<std::size_t>(place)]; };
  if (exchange.left < 0) {
    const Node& right = at(exchange.right);
    Pack(right.numbers, right.values);
    return ranks_.Send(exchange.other, {message_.data(), message_.size()});
  }
  Node& left = at(exchange.left);
  if (exchange.right < 0) {
    MONDEQ_RETURN_IF_ERROR(ranks_.Receive(exchange.other, absl::MakeSpan(message_)));
    Unpack(&received_.numbers, received_.values);
  }
  const Node& right = exchange.right < 0 ? received_ : at(exchange.right);
  AddNumbers(right.numbers, &left.numbers);
  device_.Axpby(1, right.values, 1, left.values);
  return absl::OkStatus();
}

absl::Status TreeReducer::Finish(ShardNumbers* numbers, const Tensor& values) {
  MONDEQ_CHECK(next_ == tree_.merges().size() && count_ == tree_.nodes());
  next_ = 0;
  count_ = 0;
  const Node& first = nodes_.front();
  if (ranks_.size() > 1) {
    ReserveMessage(first.numbers, values);
    for (const ReductionTree::Exchange& exchange : tree_.exchanges())
      MONDEQ_RETURN_IF_ERROR(Exchange(exchange));
    if (ranks_.rank() == 0) Pack(first.numbers, first.values);
    MONDEQ_RETURN_IF_ERROR(Broadcast(ranks_, absl::MakeSpan(message_)));
    *numbers = first.numbers;  // as many
    Unpack(numbers, values);
    return absl::OkStatus();
  }
  *numbers = first.numbers;
  device_.Copy(first.values, values);
  return absl::OkStatus();
}

void TreeReducer::ReserveMessage(const ShardNumbers& numbers, const Tensor& values) {
  if (!received_.values.empty()) return;
  received_.numbers = numbers;
  received_.values = device_.Allocate(values.dtype(), values.shape());
  message_.resize(BytesOf(numbers.sums) + BytesOf(numbers.maxima) + BytesOf(values));
}

void TreeReducer::Pack(const ShardNumbers& numbers, const Tensor& values) {
  char* to = message_.data();
  for (const std::vector<double>* list : {&numbers.sums, &numbers.maxima}) {
    std::memcpy(to, list->data(), BytesOf(*list));
    to += BytesOf(*list);
  }
  device_.CopyToHost(values, to);
}

void TreeReducer::Unpack(ShardNumbers* numbers, const Tensor& values) const {
  const char* from = message_.data();
  for (std::vector<double>* list : {&numbers->sums, &numbers->maxima}) {
    std::memcpy(list->data(), from, BytesOf(*list));
    from += BytesOf(*list);
  }
  device_.CopyFromHost(from, values);
}

}  // namespace mondeq
