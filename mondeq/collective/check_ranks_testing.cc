#include "mondeq/collective/check_ranks_testing.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "mondeq/collective/all_reduce.h"
#include "mondeq/collective/collective.h"
#include "mondeq/collective/dealt.h"
#include "mondeq/collective/fast_reducer.h"
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

absl::Status Reduce(ShardReducer* reducer, const Communicator& ranks, Index shards, int round,
                    Sum* sum) {
  Sum shard;
  const Index run = shards / ranks.size();
  for (Index i = run * ranks.rank(); i < run * (ranks.rank() + 1); ++i) {
    MakeShard(shards, i, round, &shard.numbers, shard.values);
    reducer->Add(shard.numbers, shard.values);
  }
  return reducer->Finish(&sum->numbers, sum->values);
}

// Every number of a sum, as a double.
std::vector<double> NumbersOf(const Sum& sum) {
  std::vector<double> all = sum.numbers.sums;
  all.insert(all.end(), sum.numbers.maxima.begin(), sum.numbers.maxima.end());
  const float* values = sum.values.data<float>();
  all.insert(all.end(), values, values + sum.values.size());
  return all;
}

// Errors of sums of a few dozen numbers, in double and in float, relative to the largest.
bool AreClose(const std::vector<double>& a, const std::vector<double>& b) {
  constexpr double kTolerance = 1e-5;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!(std::abs(a[i] - b[i]) <= kTolerance * std::max(1.0, std::abs(a[i])))) return false;
  }
  return a.size() == b.size();
}

// Parts of a ring that differ in length, some of none.
absl::Status CheckRing(Communicator& ranks) {
  const auto length = [](int rank) { return static_cast<std::size_t>(rank % 3 * 100001); };
  std::vector<std::string> parts;
  for (int rank = 0; rank < ranks.size(); ++rank)
    parts.push_back(rank == ranks.rank() ? TextOf(rank, length(rank))
                                         : std::string(length(rank), '-'));
  std::vector<absl::Span<char>> spans;
  for (std::string& part : parts) spans.push_back(absl::MakeSpan(part));
  MONDEQ_RETURN_IF_ERROR(AllGather(ranks, spans));
  for (int rank = 0; rank < ranks.size(); ++rank) {
    MONDEQ_RETURN_IF_ERROR(
        Expect(parts[static_cast<std::size_t>(rank)] == TextOf(rank, length(rank)), "ring"));
  }
  return absl::OkStatus();
}

// Items of different lengths, fewer than ranks and more.
absl::Status CheckDealt(Communicator& ranks) {
  for (const Index count : {0, 1, 5, 17}) {
    std::vector<std::vector<int>> mine;
    const auto item = [](Index i) {
      return std::vector<int>(static_cast<std::size_t>(i % 3 * 50), static_cast<int>(i));
    };
    for (Index i = 0; i < count; ++i)
      if (IsDealt(ranks, i)) mine.push_back(item(i));
    MONDEQ_ASSIGN_OR_RETURN(const std::vector<std::vector<int>> all, GatherDealt(ranks, mine));
    MONDEQ_RETURN_IF_ERROR(
        Expect(static_cast<Index>(all.size()) == count, absl::StrCat(count, " items")));
    for (Index i = 0; i < count; ++i) {
      MONDEQ_RETURN_IF_ERROR(Expect(all[static_cast<std::size_t>(i)] == item(i),
                                    absl::StrCat("item ", i, " of ", count)));
    }
  }
  std::vector<double> numbers = {1.0 + ranks.rank(), 0.25};
  MONDEQ_RETURN_IF_ERROR(SumOverRanks(ranks, &numbers));
  const double size = ranks.size();
  return Expect(numbers == std::vector<double>{size * (size + 1) / 2, size / 4}, "SumOverRanks");
}

// The largest of every place, of arrays from none to many.
absl::Status CheckAllReduce(Communicator& ranks) {
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, std::size_t{5}, std::size_t{50000}}) {
    const auto of = [&](int rank) {
      std::vector<int> values(size);
      for (std::size_t i = 0; i < size; ++i)
        values[i] = static_cast<int>((i + 1) * 7919 * static_cast<std::size_t>(rank + 1) % 10007);
      return values;
    };
    std::vector<int> mine = of(ranks.rank());
    std::vector<char> received;
    MONDEQ_RETURN_IF_ERROR(AllReduce(
        ranks, absl::MakeSpan(reinterpret_cast<char*>(mine.data()), size * sizeof(int)),
        sizeof(int), &received, [&](std::size_t begin, std::size_t end, const char* from) {
          const int* other = reinterpret_cast<const int*>(from);
          for (std::size_t i = begin; i < end; ++i) mine[i] = std::max(mine[i], other[i - begin]);
        }));
    std::vector<int> expected(size);
    for (int rank = 0; rank < ranks.size(); ++rank) {
      const std::vector<int> values = of(rank);
      for (std::size_t i = 0; i < size; ++i) expected[i] = std::max(expected[i], values[i]);
    }
    MONDEQ_RETURN_IF_ERROR(Expect(mine == expected, absl::StrCat("AllReduce of ", size)));
  }
  return absl::OkStatus();
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
  MONDEQ_RETURN_IF_ERROR(CheckRing(ranks));
  MONDEQ_RETURN_IF_ERROR(CheckDealt(ranks));
  MONDEQ_RETURN_IF_ERROR(CheckAllReduce(ranks));
  return Barrier(ranks);
}

absl::Status CheckSums(Communicator& ranks) {
  const std::unique_ptr<Device> device = MakeTestDevice();
  SingleRank alone;
  for (Index shards = 1; shards <= 24; ++shards) {
    if (shards % ranks.size() != 0) continue;
    TreeReducer here(&ranks, nullptr, device.get(), shards),
        reference(&alone, nullptr, device.get(), shards);
    FastReducer fast(&ranks, nullptr, device.get());
    for (int round = 0; round < 3; ++round) {
      Sum sum, expected, quick;
      MONDEQ_RETURN_IF_ERROR(Reduce(&here, ranks, shards, round, &sum));
      MONDEQ_RETURN_IF_ERROR(Reduce(&reference, alone, shards, round, &expected));
      MONDEQ_RETURN_IF_ERROR(Reduce(&fast, ranks, shards, round, &quick));
      const std::string what = absl::StrCat("sums of ", shards, " shards");
      MONDEQ_RETURN_IF_ERROR(Expect(NumbersOf(sum) == NumbersOf(expected), what));
      MONDEQ_RETURN_IF_ERROR(
          Expect(AreClose(NumbersOf(expected), NumbersOf(quick)), absl::StrCat("fast ", what)));
      std::vector<double> of_0 = NumbersOf(quick);
      const std::size_t bytes = of_0.size() * sizeof(double);
      MONDEQ_RETURN_IF_ERROR(
          Broadcast(ranks, absl::MakeSpan(reinterpret_cast<char*>(of_0.data()), bytes)));
      MONDEQ_RETURN_IF_ERROR(
          Expect(of_0 == NumbersOf(quick), absl::StrCat("fast ", what, ", the same on all ranks")));
    }
  }
  return absl::OkStatus();
}

}  // namespace mondeq
