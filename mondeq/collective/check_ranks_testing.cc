#include "mondeq/collective/check_ranks_testing.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "mondeq/collective/collective.h"
#include "mondeq/collective/tree_reducer.h"
#include "mondeq/core/random.h"
#include "mondeq/core/status.h"
#include "mondeq/device/host_memory.h"
#include "mondeq/testing/test_device.h"

namespace mondeq {
namespace {

absl::Status Expect(bool holds, const std::string& what) {
  return holds ? absl::OkStatus() : absl::InternalError(what);
}

// Text that only `rank` sends.
std::string TextOf(int rank, std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i)
    text[i] = static_cast<char>(i * 7 + static_cast<std::size_t>(rank));
  return text;
}

absl::Status CheckPair(Communicator& ranks, int from, int to) {
  for (const std::size_t size : {std::size_t{1}, std::size_t{8}, std::size_t{300000}}) {
    const std::string text = TextOf(from, size);
    if (ranks.rank() == from) MONDEQ_RETURN_IF_ERROR(ranks.Send(to, text));
    if (ranks.rank() != to) continue;
    std::string received(size, '\0');
    MONDEQ_RETURN_IF_ERROR(ranks.Receive(from, absl::MakeSpan(received)));
    MONDEQ_RETURN_IF_ERROR(
        Expect(received == text, absl::StrCat(size, " bytes from ", from, " to ", to)));
  }
  return absl::OkStatus();
}

// What shard `shard` of `shards` gives in round `round`: numbers whose sums depend on their order.
void MakeShard(Index shards, Index shard, int round, ShardNumbers* numbers, Tensor values) {
  Random random(static_cast<std::uint64_t>(shards * 1000 + shard + round * 100000));
  for (double& x : numbers->sums) x = random.Normal() * 1e6;
  for (double& x : numbers->maxima) x = random.Normal();
  for (Index i = 0; i < values.size(); ++i)
    values.data<float>()[i] = static_cast<float>(random.Normal());
}

struct Sum {
  ShardNumbers numbers{std::vector<double>(3), std::vector<double>(2)};
  Tensor values = AllocateHost(DType::kFloat32, {17, 3});
};

absl::Status Reduce(TreeReducer* reducer, Index shards, int round, Sum* sum) {
  Sum shard;
  for (Index i = reducer->tree().begin(); i < reducer->tree().end(); ++i) {
    MakeShard(shards, i, round, &shard.numbers, shard.values);
    reducer->Add(shard.numbers, shard.values);
  }
  return reducer->Finish(&sum->numbers, sum->values);
}

}  // namespace

absl::Status CheckMessages(Communicator& ranks) {
  for (int from = 0; from < ranks.size(); ++from) {
    for (int to = 0; to < ranks.size(); ++to) {
      if (from != to) MONDEQ_RETURN_IF_ERROR(CheckPair(ranks, from, to));
    }
  }
  std::string bytes = ranks.rank() == 0 ? "from rank 0" : "-----------";
  MONDEQ_RETURN_IF_ERROR(Broadcast(ranks, absl::MakeSpan(bytes)));
  MONDEQ_RETURN_IF_ERROR(Expect(bytes == "from rank 0", "Broadcast"));
  for (const std::size_t size : {std::size_t{0}, std::size_t{5}, std::size_t{70000}}) {
    const std::string text = TextOf(9, size);
    MONDEQ_ASSIGN_OR_RETURN(const std::string received,
                            BroadcastText(ranks, ranks.rank() == 0 ? text : "other"));
    MONDEQ_RETURN_IF_ERROR(Expect(received == text, "BroadcastText"));
  }
  const auto length = [](int rank) { return static_cast<std::size_t>(rank % 3 * 1000); };
  MONDEQ_ASSIGN_OR_RETURN(const std::vector<std::string> all,
                          AllGather(ranks, TextOf(ranks.rank(), length(ranks.rank()))));
  for (int rank = 0; rank < ranks.size(); ++rank) {
    MONDEQ_RETURN_IF_ERROR(
        Expect(all.at(static_cast<std::size_t>(rank)) == TextOf(rank, length(rank)), "AllGather"));
  }
  return Barrier(ranks);
}

absl::Status CheckSums(Communicator& ranks) {
  const std::unique_ptr<Device> device = MakeTestDevice();
  SingleRank alone;
  for (Index shards = 1; shards <= 24; ++shards) {
    if (shards % ranks.size() != 0) continue;
    TreeReducer here(&ranks, device.get(), shards), reference(&alone, device.get(), shards);
    for (int round = 0; round < 3; ++round) {
      Sum sum, expected;
      MONDEQ_RETURN_IF_ERROR(Reduce(&here, shards, round, &sum));
      MONDEQ_RETURN_IF_ERROR(Reduce(&reference, shards, round, &expected));
      const bool same =
          sum.numbers.sums == expected.numbers.sums &&
          sum.numbers.maxima == expected.numbers.maxima &&
          std::equal(sum.values.data<float>(), sum.values.data<float>() + sum.values.size(),
                     expected.values.data<float>());
      MONDEQ_RETURN_IF_ERROR(Expect(same, absl::StrCat("sums of ", shards, " shards")));
    }
  }
  return absl::OkStatus();
}

}  // namespace mondeq
