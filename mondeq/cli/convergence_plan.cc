#include "mondeq/cli/convergence_plan.h"

#include <algorithm>
#include <memory>

#include "absl/flags/flag.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "mondeq/cli/flags.h"
#include "mondeq/cli/from_flags.h"
#include "mondeq/core/nearest.h"
#include "mondeq/core/registry.h"
#include "mondeq/core/schema.h"
#include "mondeq/core/status.h"
#include "mondeq/report/line_chart.h"
#include "mondeq/splitting/splitting_method.h"

namespace mondeq {
namespace {

// The work grows with their square.
constexpr std::int64_t kMostIterations = 1000;
// Each has a colour of its own.
constexpr std::size_t kMostCurves = kChartColors;

// Splits at the commas that are outside of brackets.
std::vector<std::string> SplitList(const std::string& text) {
  std::vector<std::string> items(1);
  int depth = 0;
  for (char c : text) {
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    if (c == ',' && depth == 0) {
      items.emplace_back();
    } else {
      items.back() += c;
    }
  }
  for (std::string& item : items) item = std::string(absl::StripAsciiWhitespace(item));
  return items;
}

absl::Status Twice(absl::string_view flag, absl::string_view item) {
  return absl::InvalidArgumentError(
      absl::StrCat("--", flag, ": ", item, " is there twice; give each once"));
}

// A method by its name, or as it would stand in a config.
absl::StatusOr<PlannedMethod> ParseMethod(const std::string& item) {
  PlannedMethod method{item, {}};
  ConfigSource source;
  std::string text = item;
  if (item.find_first_of("[{") == std::string::npos) {
    const auto* plugin = FindPlugin(SplittingConfig::descriptor(), item);
    if (plugin == nullptr) {
      std::vector<std::string> names;
      for (const auto* one : LinkedPlugins(SplittingConfig::descriptor())) {
        names.push_back(one->name());
      }
      return absl::InvalidArgumentError(
          absl::StrCat("--methods: ", UnknownName("splitting method", item, names)));
    }
    text = absl::StrCat("[", plugin->full_name(), "] {}");
  }
  MONDEQ_RETURN_IF_ERROR(ParseConfig(text, "--methods", {}, &method.slot, &source));
  MONDEQ_ASSIGN_OR_RETURN(const std::unique_ptr<SplittingMethod> made,
                          Registry<SplittingMethod>::Create(method.slot, source, {}));
  method.takes_alpha = made->takes_alpha();
  method.has_alpha =
      method.takes_alpha && made->alpha().policy_case() != AlphaConfig::POLICY_NOT_SET;
  return method;
}

absl::StatusOr<std::vector<PlannedMethod>> MethodsFlag() {
  std::vector<std::string> items = SplitList(absl::GetFlag(FLAGS_methods));
  if (absl::GetFlag(FLAGS_methods).empty()) {
    items.clear();
    for (const auto* plugin : LinkedPlugins(SplittingConfig::descriptor())) {
      items.push_back(plugin->name());
    }
  }
  std::vector<PlannedMethod> methods;
  for (const std::string& item : items) {
    MONDEQ_ASSIGN_OR_RETURN(const PlannedMethod method, ParseMethod(item));
    const std::string text = method.slot.DebugString();
    for (const PlannedMethod& other : methods) {
      if (other.slot.DebugString() == text) return Twice("methods", item);
    }
    methods.push_back(method);
  }
  return methods;
}

absl::StatusOr<std::vector<absl::optional<double>>> AlphasFlag() {
  const auto* field = AlphaConfig::descriptor()->FindFieldByName("value");
  std::vector<absl::optional<double>> alphas;
  for (const std::string& item : SplitList(absl::GetFlag(FLAGS_alphas))) {
    double value = 0;
    if (item == "auto") {
      alphas.emplace_back();
    } else if (absl::SimpleAtod(item, &value) && InRange(field, value)) {
      alphas.emplace_back(value);
    } else {
      return absl::InvalidArgumentError(absl::StrCat("--alphas: expected auto or a number ",
                                                     RangeOf(field), ", found \"", item, "\""));
    }
    if (std::find(alphas.begin(), alphas.end() - 1, alphas.back()) != alphas.end() - 1)
      return Twice("alphas", item);
  }
  return alphas;
}

// A curve is called by its method's text, which must not name another alpha than it has.
absl::Status CheckAlphas(const ConvergencePlan& plan) {
  if (std::count(plan.alphas.begin(), plan.alphas.end(), absl::nullopt) ==
      static_cast<std::ptrdiff_t>(plan.alphas.size())) {
    return absl::OkStatus();
  }
  for (const PlannedMethod& method : plan.methods) {
    if (!method.has_alpha) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("--methods: ", method.name,
                     " says what alpha is, and so does --alphas; give it in one of them"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ConvergencePlan> PlanFromFlags() {
  ConvergencePlan plan;
  MONDEQ_ASSIGN_OR_RETURN(plan.dtype, DTypeFlag());
  MONDEQ_ASSIGN_OR_RETURN(plan.methods, MethodsFlag());
  MONDEQ_ASSIGN_OR_RETURN(plan.alphas, AlphasFlag());
  if (plan.methods.size() * plan.alphas.size() > kMostCurves) {
    return absl::InvalidArgumentError(absl::StrCat("--methods and --alphas: expected at most ",
                                                   kMostCurves, " pairs of them, found ",
                                                   plan.methods.size(), " x ", plan.alphas.size()));
  }
  MONDEQ_RETURN_IF_ERROR(CheckAlphas(plan));
  constexpr std::int64_t kMostSamples = 1000000;
  MONDEQ_ASSIGN_OR_RETURN(plan.most_samples, SamplesFlag(kMostSamples));
  const std::int64_t iterations = absl::GetFlag(FLAGS_iterations);
  MONDEQ_RETURN_IF_ERROR(CheckCount("iterations", iterations, kMostIterations, ""));
  plan.iterations = static_cast<int>(iterations);
  return plan;
}

}  // namespace mondeq
