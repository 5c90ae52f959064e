#include "mondeq/cli/monotone_op_net.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "mondeq/core/status.h"
#include "mondeq/model/weights.h"

namespace mondeq {
namespace {

// Returns the published code's name for our parameter `name`, or nothing if it has none.
std::string TheirName(const std::string& name) {
  static const auto* names = new std::map<absl::string_view, absl::string_view>{
      {"injection.weight", "mon.linear_module.U.weight"},
      {"injection.bias", "mon.linear_module.U.bias"},
      {"operator.A", "mon.linear_module.A.weight"},
      {"operator.B", "mon.linear_module.B.weight"},
      {"operator.gamma", "mon.linear_module.g"},
      {"operator.h", "mon.linear_module.h"},
      {"operator.A.*", "mon.linear_module.A0.*.weight"},
      {"operator.B.*", "mon.linear_module.B0.*.weight"},
      {"operator.gamma.*", "mon.linear_module.g.*"},
      {"operator.h.*", "mon.linear_module.h.*"},
      {"operator.A_down.*", "mon.linear_module.A_n0.*.weight"},
      {"operator.gamma_down.*", "mon.linear_module.gn.*"},
      {"readout.weight", "Wout.weight"},
      {"readout.bias", "Wout.bias"},
  };
  const std::string tier = name.substr(name.rfind('.') + 1);
  const bool has_tier = std::all_of(tier.begin(), tier.end(), absl::ascii_isdigit);
  const auto found = names->find(has_tier ? name.substr(0, name.size() - tier.size()) + "*" : name);
  return found == names->end() ? "" : absl::StrReplaceAll(found->second, {{"*", tier}});
}

// Whether our parameter is the root of theirs.
bool IsRoot(absl::string_view name) { return absl::StartsWith(name, "operator.gamma"); }

// Returns their array of one parameter as ours.
absl::StatusOr<HostArray> Convert(const HostArray& theirs, const std::string& where,
                                  const Parameter& parameter) {
  std::vector<Index> shape;
  for (int i = 0; i < parameter.shape.rank(); ++i) shape.push_back(parameter.shape[i]);
  const bool number = shape == std::vector<Index>{1};
  // A scalar has no axes in their file, and shape [1] here.
  if (!theirs.is_float() || (theirs.shape != shape && !(number && theirs.shape.empty()))) {
    return absl::DataLossError(absl::StrCat(where, ": expected ", kFloatTypes, " of shape [",
                                            number ? "" : absl::StrJoin(shape, ", "), "] for ",
                                            parameter.name, ", found ", ToString(theirs)));
  }
  MONDEQ_RETURN_IF_ERROR(CheckFinite(theirs, parameter.value.dtype(), where));
  if (!IsRoot(parameter.name)) return HostArray{theirs.type, shape, theirs.bytes};
  const double g = theirs.ToDoubles()[0];
  if (g < 0) {
    return absl::DataLossError(absl::StrCat(
        where, ": expected a number >= 0, found ", g,
        ": with a negative g, I - W need not be monotone, so that there may be no equilibrium, and "
        "no gamma with gamma^2 = g"));
  }
  return HostArray::From<double>(shape, {std::sqrt(g)});
}

// Refuses weights that are called as they are here.
absl::Status CheckNotOurs(const Safetensors& theirs, const std::string& path,
                          const ParameterStore& parameters) {
  for (const Parameter& parameter : parameters.parameters()) {
    if (theirs.arrays.count(parameter.name) == 0) return absl::OkStatus();
  }
  return absl::DataLossError(
      absl::StrCat(path,
                   ": expected weights of the published code, found mondeq's own, which need "
                   "no import: eval, predict and solve take them as they are"));
}

}  // namespace

absl::StatusOr<Safetensors> FromMonotoneOpNet(const Safetensors& theirs, const std::string& path,
                                              const ParameterStore& parameters) {
  std::set<std::string> expected;
  for (const Parameter& parameter : parameters.parameters()) {
    const std::string name = TheirName(parameter.name);
    if (name.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("--format=monotone_op_net: has no models with a parameter ", parameter.name,
                       ", as this config's has"));
    }
    expected.insert(name);
  }
  Safetensors ours;
  for (const Parameter& parameter : parameters.parameters()) {
    const std::string name = TheirName(parameter.name);
    const std::string where = absl::StrCat(path, ": ", name);
    const auto found = theirs.arrays.find(name);
    if (found == theirs.arrays.end()) {
      MONDEQ_RETURN_IF_ERROR(CheckNotOurs(theirs, path, parameters));
      return absl::DataLossError(absl::StrCat(where, ": expected an array for ", parameter.name,
                                              " ", parameter.shape.ToString(), ", found ",
                                              DescribeMissing(theirs, name)));
    }
    MONDEQ_ASSIGN_OR_RETURN(ours.arrays[parameter.name], Convert(found->second, where, parameter));
  }
  for (const auto& entry : theirs.arrays) {
    if (!entry.second.is_float() || expected.count(entry.first) > 0) continue;
    return absl::DataLossError(absl::StrCat(
        path, ": ", entry.first, ": found ", ToString(entry.second),
        ", expected only what this config's model has: ", absl::StrJoin(expected, ", ")));
  }
  return ours;
}

}  // namespace mondeq
