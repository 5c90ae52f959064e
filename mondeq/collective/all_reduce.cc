#include "mondeq/collective/all_reduce.h"

#include <utility>

#include "mondeq/core/status.h"

namespace mondeq {
namespace {

struct Range {
  std::size_t begin, end;
};

}  // namespace

absl::Status AllReduce(
    Communicator& ranks, absl::Span<char> bytes, std::size_t element, std::vector<char>* received,
    absl::FunctionRef<void(std::size_t begin, std::size_t end, const char* received)> combine) {
  const int rank = ranks.rank(), size = ranks.size();
  int half = 1;
  while (2 * half <= size) half *= 2;
  // Those beyond a power of two have others take part for them.
  const int beyond = size - half;
  if (rank >= half) {
    MONDEQ_RETURN_IF_ERROR(ranks.Send(rank - half, {bytes.data(), bytes.size()}));
    return ranks.Receive(rank - half, bytes);
  }
  const std::size_t count = bytes.size() / element;
  received->resize(bytes.size());
  const auto of = [&](absl::Span<char> memory, const Range& range) {
    return memory.subspan(range.begin * element, (range.end - range.begin) * element);
  };
  if (rank < beyond) {
    MONDEQ_RETURN_IF_ERROR(ranks.Receive(rank + half, absl::MakeSpan(*received)));
    combine(0, count, received->data());
  }
  // With each partner a rank keeps one half of what it has and gives away the other.
  struct Step {
    int partner;
    Range kept, given;
  };
  std::vector<Step> steps;
  Range mine{0, count};
  for (int distance = half / 2; distance > 0; distance /= 2) {
    const std::size_t middle = (mine.begin + mine.end) / 2;
    Step step{rank ^ distance, {mine.begin, middle}, {middle, mine.end}};
    if ((rank & distance) != 0) std::swap(step.kept, step.given);
    const absl::Span<char> into = of(absl::MakeSpan(*received), step.kept);
    const absl::Span<char> given = of(bytes, step.given);
    MONDEQ_RETURN_IF_ERROR(
        ranks.SendReceive(step.partner, {given.data(), given.size()}, step.partner, into));
    combine(step.kept.begin, step.kept.end, into.data());
    steps.push_back(step);
    mine = step.kept;
  }
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    const absl::Span<char> kept = of(bytes, step->kept);
    MONDEQ_RETURN_IF_ERROR(ranks.SendReceive(step->partner, {kept.data(), kept.size()},
                                             step->partner, of(bytes, step->given)));
  }
  if (rank >= beyond) return absl::OkStatus();
  return ranks.Send(rank + half, {bytes.data(), bytes.size()});
}

}  // namespace mondeq
