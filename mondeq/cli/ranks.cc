#include "mondeq/cli/ranks.h"

#include <sched.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "mondeq/collective/collective.h"
#include "mondeq/core/exit_code.h"
#include "mondeq/core/file.h"
#include "mondeq/core/safetensors.h"
#include "mondeq/core/status.h"

namespace mondeq {
namespace {

// The processors that this process may run on, as bits in words.
std::string Processors(int* count) {
  cpu_set_t set;
  CPU_ZERO(&set);
  std::string text;
  *count = 1;
  if (sched_getaffinity(0, sizeof(set), &set) != 0) return text;
  *count = std::max(CPU_COUNT(&set), 1);
  for (int i = 0; i < CPU_SETSIZE; ++i) {
    if (CPU_ISSET(i, &set)) absl::StrAppend(&text, i, " ");
  }
  return text;
}

std::string NameOf(Communicator& ranks, int rank, const std::string& host) {
  return absl::StrCat("rank ", rank, " of ", ranks.size(), " on ", host);
}

// What a rank says at its end: its exit code, whether its error is only that others are gone, its
// host, and the error.
std::string EndText(Communicator& ranks, const absl::Status& mine, int exit_code) {
  const bool of_others = absl::IsUnavailable(mine) || absl::IsDeadlineExceeded(mine);
  return absl::StrCat(exit_code, "\n", of_others ? 1 : 0, "\n", ranks.host(), "\n", mine.message());
}

struct OneEnd {
  int exit_code = kExitInternal;
  bool of_others = false;
  std::string host, message;
};

OneEnd ParseEnd(const std::string& text) {
  const std::vector<std::string> parts = absl::StrSplit(text, absl::MaxSplits('\n', 3));
  OneEnd end;
  if (parts.size() != 4 || !absl::SimpleAtoi(parts[0], &end.exit_code)) return end;
  end.of_others = parts[1] == "1";
  end.host = parts[2];
  end.message = parts[3];
  return end;
}

}  // namespace

absl::StatusOr<RankPlace> FindPlace(Communicator& ranks) {
  int count = 1;
  const std::string processors = Processors(&count);
  const std::string mine = absl::StrCat(ranks.host(), "\n", processors);
  MONDEQ_ASSIGN_OR_RETURN(const std::vector<std::string> all, AllGather(ranks, mine));
  std::set<std::string> hosts;
  for (const std::string& one : all) hosts.insert(one.substr(0, one.find('\n')));
  const auto beside = static_cast<int>(std::count(all.begin(), all.end(), mine));
  return RankPlace{static_cast<int>(hosts.size()), std::max(count / beside, 1)};
}

absl::Status CheckSameOnAllRanks(Communicator& ranks, const std::string& experiment,
                                 const std::string& weights) {
  if (ranks.size() == 1) return absl::OkStatus();
  const absl::StatusOr<std::string> program = ReadFile("/proc/self/exe");
  const std::vector<std::string> mine = {SafetensorsChecksum(experiment), weights,
                                         program.ok() ? SafetensorsChecksum(*program) : "",
                                         ranks.host()};
  MONDEQ_ASSIGN_OR_RETURN(const std::vector<std::string> all,
                          AllGather(ranks, absl::StrJoin(mine, "\n")));
  const std::vector<std::string> first = absl::StrSplit(all[0], '\n');
  const char* const kinds[] = {"experiment", "weights to begin with", "program"};
  for (int rank = 1; rank < ranks.size(); ++rank) {
    const std::vector<std::string> one = absl::StrSplit(all[static_cast<std::size_t>(rank)], '\n');
    for (std::size_t i = 0; i < std::size(kinds); ++i) {
      if (one[i] == first[i]) continue;
      return absl::InvalidArgumentError(absl::StrCat(NameOf(ranks, rank, one[3]), " has another ",
                                                     kinds[i], " than rank 0 on ", first[3]));
    }
  }
  return absl::OkStatus();
}

RankEnd EndTogether(MpiRanks& ranks, const absl::Status& mine, int exit_code) {
  constexpr double kSeconds = 5;
  ranks.set_timeout_seconds(kSeconds);
  const auto all = AllGather(ranks, EndText(ranks, mine, exit_code));
  RankEnd end{exit_code, ""};
  if (!all.ok()) {  // somebody is gone: each says what it knows
    if (exit_code == kExitDone) end.exit_code = kExitInternal;
    end.error = absl::StrCat(NameOf(ranks, ranks.rank(), ranks.host()), ": ",
                             mine.ok() ? all.status().message() : mine.message());
    ranks.Leave(end.exit_code);
    return end;
  }
  std::vector<OneEnd> ends;
  for (const std::string& text : *all) ends.push_back(ParseEnd(text));
  const auto failed = [](bool of_others) {
    return [of_others](const OneEnd& one) {
      return one.exit_code != kExitDone && one.of_others == of_others;
    };
  };
  auto cause = std::find_if(ends.begin(), ends.end(), failed(false));
  if (cause == ends.end()) cause = std::find_if(ends.begin(), ends.end(), failed(true));
  if (cause != ends.end()) {
    end.exit_code = cause->exit_code;
    for (const OneEnd& one : ends) {  // a signal that one rank got, and others did not
      if (cause->exit_code >= kExitInterrupted)
        end.exit_code = std::max(end.exit_code, one.exit_code);
    }
    // What all have agreed on, rank 0 knows best.
    const bool agreed = ends[0].exit_code != kExitDone && !ends[0].of_others;
    const auto rank = static_cast<int>(cause - ends.begin());
    if (ranks.rank() == 0) {
      end.error = agreed ? ends[0].message
                         : absl::StrCat(NameOf(ranks, rank, cause->host), ": ", cause->message);
    }
  }
  ranks.Leave(end.exit_code);
  return end;
}

}  // namespace mondeq
