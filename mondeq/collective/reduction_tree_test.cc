#include "mondeq/collective/reduction_tree.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace mondeq {
namespace {

// The definition, in words: "((0+1)+2)".
std::string Tree(Index begin, Index end) {
  if (end - begin == 1) return absl::StrCat(begin);
  Index half = 1;
  while (2 * half < end - begin) half *= 2;
  return absl::StrCat("(", Tree(begin, begin + half), "+", Tree(begin + half, end), ")");
}

// Plays all ranks, each of which runs on until it needs a message, in words.
std::string Sum(Index shards, int ranks) {
  struct Rank {
    ReductionTree tree;
    std::vector<std::string> nodes;
    std::size_t next = 0;
  };
  std::vector<Rank> all;
  for (int rank = 0; rank < ranks; ++rank) {
    Rank one{ReductionTree(shards, ranks, rank), {}};
    EXPECT_EQ(one.tree.end() - one.tree.begin(), shards / ranks);
    for (Index i = one.tree.begin(); i < one.tree.end(); ++i) {
      one.nodes.push_back(absl::StrCat(i));
      EXPECT_LE(static_cast<int>(one.nodes.size()), one.tree.most_nodes());
      for (int m = one.tree.merges()[static_cast<std::size_t>(i - one.tree.begin())]; m > 0; --m) {
        const std::string right = one.nodes.back();
        one.nodes.pop_back();
        one.nodes.back() = absl::StrCat("(", one.nodes.back(), "+", right, ")");
      }
    }
    EXPECT_EQ(static_cast<int>(one.nodes.size()), one.tree.nodes());
    all.push_back(std::move(one));
  }
  const auto waiting = [&](int rank) -> const ReductionTree::Exchange* {
    const Rank& one = all[static_cast<std::size_t>(rank)];
    return one.next < one.tree.exchanges().size() ? &one.tree.exchanges()[one.next] : nullptr;
  };
  for (bool moved = true; moved;) {
    moved = false;
    for (int rank = 0; rank < ranks; ++rank) {
      const ReductionTree::Exchange* const mine = waiting(rank);
      if (mine == nullptr || mine->left < 0) continue;
      Rank& left = all[static_cast<std::size_t>(rank)];
      Rank& right = all[static_cast<std::size_t>(mine->other)];
      const ReductionTree::Exchange* const theirs = waiting(mine->other);
      if (mine->right < 0 && (theirs == nullptr || theirs->left >= 0 || theirs->other != rank)) {
        continue;
      }
      const int place = mine->right < 0 ? theirs->right : mine->right;
      std::string& sum = left.nodes[static_cast<std::size_t>(mine->left)];
      sum = absl::StrCat("(", sum, "+", right.nodes[static_cast<std::size_t>(place)], ")");
      ++left.next;
      if (mine->right < 0) ++right.next;
      moved = true;
    }
  }
  for (int rank = 0; rank < ranks; ++rank) EXPECT_EQ(waiting(rank), nullptr) << rank;
  return all[0].nodes[0];
}

TEST(ReductionTreeTest, IsTheSameOnAnyNumberOfRanks) {
  for (Index shards = 1; shards <= 40; ++shards) {
    for (int ranks = 1; ranks <= shards; ++ranks) {
      if (shards % ranks != 0) continue;
      EXPECT_EQ(Sum(shards, ranks), Tree(0, shards)) << ranks;
    }
  }
  EXPECT_EQ(Tree(0, 6), "(((0+1)+(2+3))+(4+5))");
}

TEST(ReductionTreeTest, KeepsFewNodes) {
  EXPECT_EQ(ReductionTree(1024, 1, 0).most_nodes(), 11);
  EXPECT_EQ(ReductionTree(1024, 512, 3).most_nodes(), 2);
}

}  // namespace
}  // namespace mondeq
