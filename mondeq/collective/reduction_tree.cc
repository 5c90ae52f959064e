#include "mondeq/collective/reduction_tree.h"

#include <algorithm>

#include "mondeq/core/status.h"

namespace mondeq {
namespace {

Index Middle(Index begin, Index end) {
  Index half = 1;
  while (2 * half < end - begin) half *= 2;
  return begin + half;
}

}  // namespace

ReductionTree::ReductionTree(Index shards, int ranks, int rank) : rank_(rank) {
  MONDEQ_CHECK(shards > 0 && ranks > 0 && shards % ranks == 0 && rank >= 0 && rank < ranks);
  per_rank_ = shards / ranks;
  begin_ = rank * per_rank_;
  end_ = begin_ + per_rank_;
  merges_.assign(static_cast<std::size_t>(per_rank_), 0);
  AddExchanges(0, shards);
}

// Adds the shards of a node that lies within the run.
void ReductionTree::AddNode(Index begin, Index end) {
  if (end - begin == 1) {
    first_shards_.push_back(begin);
    most_nodes_ = std::max(most_nodes_, nodes());
    return;
  }
  const Index middle = Middle(begin, end);
  AddNode(begin, middle);
  AddNode(middle, end);
  first_shards_.pop_back();
  ++merges_[static_cast<std::size_t>(end - 1 - begin_)];
}

void ReductionTree::AddExchanges(Index begin, Index end) {
  if (end <= begin_ || begin >= end_) return;
  if (begin >= begin_ && end <= end_) return AddNode(begin, end);
  const Index middle = Middle(begin, end);
  AddExchanges(begin, middle);
  AddExchanges(middle, end);
  const int left = RankOf(begin), right = RankOf(middle);
  if (left != rank_ && right != rank_) return;
  exchanges_.push_back({left == rank_ ? PlaceOf(begin) : -1, right == rank_ ? PlaceOf(middle) : -1,
                        left == rank_ ? right : left});
}

int ReductionTree::PlaceOf(Index shard) const {
  const auto at = std::find(first_shards_.begin(), first_shards_.end(), shard);
  return at == first_shards_.end() ? -1 : static_cast<int>(at - first_shards_.begin());
}

}  // namespace mondeq
