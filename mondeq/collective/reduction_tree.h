// The one order in which numbers of many shards are added up: a binary tree over the shards, whose
// node of the shards [begin, end) is the sum of its nodes [begin, middle) and [middle, end) with
// middle = begin + the largest power of two < end - begin. A rank holds a run of shards, adds up
// the nodes that lie within it, and passes on what it has: so sums do not depend, bit for bit, on
// how many ranks there are.
//
//          [0, 6)                        two ranks: rank 0 has the shards 0 1 2, rank 1 3 4 5.
//        /        \                      Within runs are the nodes [0, 2), 2, 3 and [4, 6);
//     [0, 4)     [4, 6)                  rank 1 passes 3, then [4, 6), to rank 0.
//     /    \      /   \               .
//  [0, 2) [2, 4) 4     5
//  /  \    /  \                       .
// 0    1  2    3
#ifndef MONDEQ_COLLECTIVE_REDUCTION_TREE_H_
#define MONDEQ_COLLECTIVE_REDUCTION_TREE_H_

#include <vector>

#include "mondeq/core/features.h"

namespace mondeq {

// What one rank does of it.
class ReductionTree {
 public:
  // `ranks` must divide `shards`.
  ReductionTree(Index shards, int ranks, int rank);

  // The run of this rank.
  Index begin() const { return begin_; }
  Index end() const { return end_; }

  // How many times, after shard begin() + i, the two last nodes of the run are added up to one.
  const std::vector<int>& merges() const { return merges_; }
  // How many nodes are left of the run then.
  int nodes() const { return static_cast<int>(first_shards_.size()); }
  // The most nodes that there are at a time.
  int most_nodes() const { return most_nodes_; }

  // After that ranks pass nodes to each other: the one with the right child to the one with the
  // left, which holds the sum. The last of all is at rank 0.
  struct Exchange {
    // This rank's nodes of both, by their place among nodes(); -1 for one that is elsewhere, at
    // rank `other`.
    int left, right;
    int other;
  };
  // Those of this rank, in the order in which it is to make them, left and right never both -1.
  const std::vector<Exchange>& exchanges() const { return exchanges_; }

 private:
  int RankOf(Index shard) const { return static_cast<int>(shard / per_rank_); }
  void AddNode(Index begin, Index end);
  void AddExchanges(Index begin, Index end);
  // The place of the node that begins with this shard, or -1.
  int PlaceOf(Index shard) const;

  Index per_rank_, begin_, end_;
  int rank_, most_nodes_ = 0;
  std::vector<int> merges_;
  std::vector<Index> first_shards_;
  std::vector<Exchange> exchanges_;
};

}  // namespace mondeq

#endif  // MONDEQ_COLLECTIVE_REDUCTION_TREE_H_
