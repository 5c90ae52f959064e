#include "mondeq/cli/convergence_plan.h"

#include "absl/flags/flag.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "mondeq/cli/flags.h"
#include "mondeq/cli/from_flags.h"
#include "mondeq/cli/line_chart.h"
#include "mondeq/core/nearest.h"
#include "mondeq/core/schema.h"
#include "mondeq/core/status.h"

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
    MONDEQ_ASSIGN_OR_RETURN(methods.emplace_back(), ParseMethod(item));
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
  }
  return alphas;
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
  plan.samples = absl::GetFlag(FLAGS_samples);
  const std::int64_t iterations = absl::GetFlag(FLAGS_iterations);
  MONDEQ_RETURN_IF_ERROR(CheckCount("iterations", iterations, kMostIterations, ""));
  MONDEQ_RETURN_IF_ERROR(CheckCount("samples", plan.samples, 1000000, ""));
  plan.iterations = static_cast<int>(iterations);
  return plan;
}

}  // namespace mondeq
