#include "mondeq/cli/ranks.h"

#include <sched.h>

#include <algorithm>
#include <set>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/types/optional.h"
#include "mondeq/cli/flags.h"
#include "mondeq/collective/collective.h"
#include "mondeq/core/config_difference.h"
#include "mondeq/core/config_source.h"
#include "mondeq/core/exit_code.h"
#include "mondeq/core/file.h"
#include "mondeq/core/safetensors.h"
#include "mondeq/core/status.h"
#include "mondeq/device/isa.h"
#include "mondeq/model/weights.h"
#include "mondeq/training/run_data.h"

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

// What an experiment has otherwise than the one of this text; empty for nothing.
std::string DifferencesFrom(const std::string& text, const Experiment& experiment) {
  if (ToTextproto(experiment) == text) return "";
  Experiment other, own = experiment;
  ConfigSource source;
  if (!ParseConfig(text, "rank 0", {}, &other, &source).ok()) return "another experiment";
  for (Experiment* const one : {&own, &other}) MakeDefaultsExplicit(one);
  std::vector<std::string> list;
  for (const ConfigDifference& one : Differences(other, own))
    list.push_back(absl::StrCat(one.path, ": ", one.second, " for ", one.first));
  return list.empty() ? "another experiment" : absl::StrJoin(list, "; ");
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

// The lines of what a rank said that warn.
std::vector<std::string> WarningsIn(const std::string& said) {
  std::vector<std::string> lines;
  for (absl::string_view line : absl::StrSplit(said, '\n')) {
    if (absl::ConsumePrefix(&line, "mondeq: warning: ")) lines.emplace_back(line);
  }
  return lines;
}

// The warnings that rank 0 has not given, each once. Nothing where one is gone.
std::string OthersWarnings(Communicator& ranks, const std::vector<OneEnd>& ends,
                           const std::string& said) {
  const auto all = AllGather(ranks, absl::StrJoin(WarningsIn(said), "\n"));
  if (!all.ok()) return "";
  std::set<std::string> given;
  std::string text;
  for (std::size_t rank = 0; rank < all->size(); ++rank) {
    for (absl::string_view line : absl::StrSplit((*all)[rank], '\n', absl::SkipEmpty())) {
      if (!given.emplace(line).second || rank == 0) continue;
      const std::string name = RankName(ranks, static_cast<int>(rank), ends[rank].host);
      absl::StrAppend(&text, "mondeq: warning: ", name, ": ", line, "\n");
    }
  }
  return text;
}

}  // namespace

absl::StatusOr<RankPlace> PlaceRanks(Communicator& ranks) {
  MONDEQ_RETURN_IF_ERROR(CheckPositiveFlag(
      "collective_timeout", absl::make_optional(absl::GetFlag(FLAGS_collective_timeout))));
  if (ranks.size() == 1) return RankPlace();
  ranks.set_timeout_seconds(absl::GetFlag(FLAGS_collective_timeout));
  int count = 1;
  const std::string processors = Processors(&count);
  const std::string mine = absl::StrCat(ranks.host(), "\n", processors);
  MONDEQ_ASSIGN_OR_RETURN(const std::vector<std::string> all, AllGather(ranks, mine));
  std::set<std::string> hosts;
  const auto is_here = [&](const std::string& one) {
    return one.substr(0, one.find('\n')) == ranks.host();
  };
  for (const std::string& one : all) hosts.insert(one.substr(0, one.find('\n')));
  const auto on_host =
      static_cast<int>(std::count_if(all.begin(), all.begin() + ranks.rank(), is_here));
  const auto beside = static_cast<int>(std::count(all.begin(), all.end(), mine));
  if (absl::GetFlag(FLAGS_threads) == 0) absl::SetFlag(&FLAGS_threads, std::max(count / beside, 1));
  return RankPlace{absl::StrCat(ranks.size(), " ranks on ", hosts.size(),
                                hosts.size() == 1 ? " host" : " hosts"),
                   on_host};
}

RankFact WeightsFact(Model& model) {
  const HostArray values = ToHostArray(model.device(), model.parameters().values());
  return {"weights", SafetensorsChecksum({reinterpret_cast<const char*>(values.bytes.data()),
                                          values.bytes.size()})};
}

RankFact SamplesFact(const std::string& what, const Samples& samples) {
  return {what, DescribeSamples(samples).samples};
}

RankFact DeviceFact(const Device& device) {
  return {"device", device.shares_host_memory() ? absl::StrCat("cpu, ", ToString(BestIsa()))
                                                : device.Describe()};
}

absl::Status CheckSameOnAllRanks(Communicator& ranks, const Experiment& experiment,
                                 absl::FunctionRef<std::vector<RankFact>()> find_facts) {
  if (ranks.size() == 1) return absl::OkStatus();
  std::vector<RankFact> facts = find_facts();
  MONDEQ_ASSIGN_OR_RETURN(const std::string experiment_of_0,
                          BroadcastText(ranks, ToTextproto(experiment)));
  std::string what = DifferencesFrom(experiment_of_0, experiment);
  // A program is its bytes.
  const absl::StatusOr<std::string> program = ReadFile("/proc/self/exe");
  facts.push_back({"program", program.ok() ? SafetensorsChecksum(*program) : ""});
  for (const RankFact& fact : facts) {
    MONDEQ_ASSIGN_OR_RETURN(const std::string value_of_0, BroadcastText(ranks, fact.value));
    if (what.empty() && fact.value != value_of_0)
      what = absl::StrCat("other ", fact.what, ": ", fact.value, " for ", value_of_0);
  }
  return AgreeOn(ranks, what.empty() ? absl::OkStatus()
                                     : absl::InvalidArgumentError(
                                           absl::StrCat("expected what rank 0 has, found ", what)));
}

RankEnd AgreeOnEnd(MpiRanks& ranks, const absl::Status& mine, int exit_code,
                   const std::string& said) {
  constexpr double kSeconds = 5;
  ranks.StartEnd(/*failed=*/!mine.ok());
  ranks.set_timeout_seconds(kSeconds);
  const auto all = AllGather(ranks, EndText(ranks, mine, exit_code));
  RankEnd end{exit_code, "", ""};
  if (!all.ok()) {  // somebody is gone: each says what it knows
    if (exit_code == kExitDone) end.exit_code = kExitInternal;
    end.error = absl::StrCat(RankName(ranks, ranks.rank(), ranks.host()), ": ",
                             mine.ok() ? all.status().message() : mine.message());
    return end;
  }
  std::vector<OneEnd> ends;
  for (const std::string& text : *all) ends.push_back(ParseEnd(text));
  const std::string warnings = OthersWarnings(ranks, ends, said);
  if (ranks.rank() == 0) end.warnings = warnings;
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
    const bool same = std::all_of(ends.begin(), ends.end(), [&](const OneEnd& one) {
      return one.message == ends[0].message;
    });
    const bool agreed = same || (ends[0].exit_code != kExitDone && !ends[0].of_others);
    const auto rank = static_cast<int>(cause - ends.begin());
    if (ranks.rank() == 0) {
      end.error = agreed ? ends[0].message
                         : absl::StrCat(RankName(ranks, rank, cause->host), ": ", cause->message);
    }
  }
  return end;
}

}  // namespace mondeq
