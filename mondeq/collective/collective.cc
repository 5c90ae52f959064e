#include "mondeq/collective/collective.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "mondeq/collective/dealt.h"
#include "mondeq/core/status.h"

namespace mondeq {
namespace {

// Lengths travel as eight bytes.
absl::Status SendText(Communicator& ranks, int to, absl::string_view text) {
  const std::uint64_t size = text.size();
  char bytes[sizeof(size)];
  std::memcpy(bytes, &size, sizeof(size));
  MONDEQ_RETURN_IF_ERROR(ranks.Send(to, {bytes, sizeof(bytes)}));
  return text.empty() ? absl::OkStatus() : ranks.Send(to, text);
}

absl::StatusOr<std::string> ReceiveText(Communicator& ranks, int from) {
  std::uint64_t size = 0;
  char bytes[sizeof(size)];
  MONDEQ_RETURN_IF_ERROR(ranks.Receive(from, absl::MakeSpan(bytes)));
  std::memcpy(&size, bytes, sizeof(size));
  std::string text(size, '\0');
  if (size > 0) MONDEQ_RETURN_IF_ERROR(ranks.Receive(from, absl::MakeSpan(text)));
  return text;
}

void Append(absl::string_view text, std::string* list) {
  const std::uint64_t size = text.size();
  list->append(reinterpret_cast<const char*>(&size), sizeof(size));
  list->append(text.data(), text.size());
}

std::vector<std::string> Split(absl::string_view list) {
  std::vector<std::string> texts;
  while (!list.empty()) {
    std::uint64_t size = 0;
    std::memcpy(&size, list.data(), sizeof(size));
    texts.emplace_back(list.substr(sizeof(size), size));
    list.remove_prefix(sizeof(size) + size);
  }
  return texts;
}

// Rank 0 gets the lists of all ranks one after the other, each of which it or another has joined
// to those of the ranks that follow it.
absl::Status Gather(Communicator& ranks, std::string* list) {
  const int rank = ranks.rank();
  for (int step = 1; step < ranks.size(); step *= 2) {
    if (rank % (2 * step) != 0) return SendText(ranks, rank - step, *list);
    if (rank + step >= ranks.size()) continue;
    MONDEQ_ASSIGN_OR_RETURN(const std::string others, ReceiveText(ranks, rank + step));
    list->append(others);
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Broadcast(Communicator& ranks, absl::Span<char> bytes) {
  if (bytes.empty()) return absl::OkStatus();
  const int rank = ranks.rank(), size = ranks.size();
  int step = 1;
  while (step < size) step *= 2;
  for (step /= 2; step > 0; step /= 2) {
    if (rank % (2 * step) == step) {
      MONDEQ_RETURN_IF_ERROR(ranks.Receive(rank - step, bytes));
    } else if (rank % (2 * step) == 0 && rank + step < size) {
      MONDEQ_RETURN_IF_ERROR(ranks.Send(rank + step, {bytes.data(), bytes.size()}));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> BroadcastText(Communicator& ranks, absl::string_view text) {
  std::uint64_t size = text.size();
  MONDEQ_RETURN_IF_ERROR(
      Broadcast(ranks, absl::MakeSpan(reinterpret_cast<char*>(&size), sizeof(size))));
  std::string all(text);
  all.resize(size);
  MONDEQ_RETURN_IF_ERROR(Broadcast(ranks, absl::MakeSpan(all)));
  return all;
}

absl::StatusOr<std::vector<std::string>> AllGather(Communicator& ranks, absl::string_view mine) {
  std::string list;
  Append(mine, &list);
  MONDEQ_RETURN_IF_ERROR(Gather(ranks, &list));
  MONDEQ_ASSIGN_OR_RETURN(const std::string all, BroadcastText(ranks, list));
  return Split(all);
}

absl::StatusOr<std::vector<std::string>> GatherDealtTexts(Communicator& ranks,
                                                          const std::vector<std::string>& mine) {
  std::string list;
  for (const std::string& one : mine) Append(one, &list);
  MONDEQ_ASSIGN_OR_RETURN(const std::vector<std::string> lists, AllGather(ranks, list));
  std::vector<std::vector<std::string>> of_ranks;
  std::size_t count = 0;
  for (const std::string& one : lists) {
    of_ranks.push_back(Split(one));
    count += of_ranks.back().size();
  }
  std::vector<std::string> all;
  for (std::size_t item = 0; item < count; ++item)
    all.push_back(std::move(of_ranks[item % of_ranks.size()][item / of_ranks.size()]));
  return all;
}

absl::Status SumOverRanks(Communicator& ranks, std::vector<double>* numbers) {
  MONDEQ_ASSIGN_OR_RETURN(const std::vector<std::vector<double>> all,
                          GatherDealt<double>(ranks, {*numbers}));
  std::fill(numbers->begin(), numbers->end(), 0);
  for (const std::vector<double>& one : all) {
    MONDEQ_CHECK(one.size() == numbers->size());
    for (std::size_t i = 0; i < one.size(); ++i) (*numbers)[i] += one[i];
  }
  return absl::OkStatus();
}

absl::Status AllGather(Communicator& ranks, absl::Span<const absl::Span<char>> parts) {
  const int rank = ranks.rank(), size = ranks.size();
  MONDEQ_CHECK(parts.size() == static_cast<std::size_t>(size));
  const auto part = [&](int of) { return parts[static_cast<std::size_t>((of + size) % size)]; };
  for (int step = 0; step + 1 < size; ++step) {
    const absl::Span<char> sent = part(rank - step);
    MONDEQ_RETURN_IF_ERROR(ranks.SendReceive((rank + 1) % size, {sent.data(), sent.size()},
                                             (rank + size - 1) % size, part(rank - step - 1)));
  }
  return absl::OkStatus();
}

std::string RankName(const Communicator& ranks, int rank, absl::string_view host) {
  return absl::StrCat("rank ", rank, " of ", ranks.size(), " on ", host);
}

absl::Status Barrier(Communicator& ranks) { return AllGather(ranks, "").status(); }

absl::Status AgreeOn(Communicator& ranks, const absl::Status& mine) {
  if (ranks.size() == 1) return mine;
  std::string text;
  if (!mine.ok()) text = absl::StrCat(static_cast<int>(mine.code()), " ", mine.message());
  const absl::StatusOr<std::vector<std::string>> all = AllGather(ranks, text);
  if (!all.ok()) return mine.ok() ? all.status() : mine;
  const auto first =
      std::find_if(all->begin(), all->end(), [](const std::string& one) { return !one.empty(); });
  if (first == all->end()) return absl::OkStatus();
  const auto rank = static_cast<int>(first - all->begin());
  const bool same = static_cast<int>(std::count(all->begin(), all->end(), *first)) == ranks.size();
  const absl::StatusOr<std::vector<std::string>> hosts = AllGather(ranks, ranks.host());
  const std::size_t space = first->find(' ');
  const absl::Status error(static_cast<absl::StatusCode>(std::stoi(first->substr(0, space))),
                           first->substr(space + 1));
  if (same || !hosts.ok()) return error;
  return Annotate(error, RankName(ranks, rank, (*hosts)[static_cast<std::size_t>(rank)]));
}

}  // namespace mondeq
