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
#include "absl/strings/strip.h"
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

// Whether it is one of gamma and h, which are scalars.
bool IsScalar(absl::string_view name) {
  return absl::StartsWith(name, "operator.gamma") || absl::StartsWith(name, "operator.h");
}

// Returns their names of these parameters, by ours. `flag` begins the message of the error that
// their code has no such model.
absl::StatusOr<std::map<std::string, std::string>> TheirNames(absl::string_view flag,
                                                              const ParameterStore& parameters) {
  std::map<std::string, std::string> names;
  bool dense = false;
  for (const Parameter& parameter : parameters.parameters()) {
    dense = dense || (parameter.name == "operator.A" && parameter.shape.rank() == 2);
  }
  for (const Parameter& parameter : parameters.parameters()) {
    const std::string name = TheirName(parameter.name);
    // Their dense matrices are not normalised.
    if (name.empty() || (dense && IsScalar(parameter.name))) {
      return absl::InvalidArgumentError(absl::StrCat(
          flag, "=monotone_op_net: has no models with a parameter ", parameter.name,
          dense && !name.empty() ? " beside dense matrices" : "", ", as this config's has"));
    }
    names[parameter.name] = name;
  }
  for (const char* const bias : {"injection.bias", "readout.bias"}) {
    if (names.count(bias) > 0) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(flag, "=monotone_op_net: has no models without a parameter ", bias,
                     ", as this config's is"));
  }
  return names;
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

// Whether the scalar that our parameter `name` is normalised with is negative, which theirs are
// not.
bool HasNegativeGamma(const Safetensors& ours, absl::string_view name) {
  if (!absl::ConsumePrefix(&name, "operator.A")) return false;
  const auto gamma = ours.arrays.find(absl::StrCat("operator.gamma", name));
  return gamma != ours.arrays.end() && gamma->second.ToDoubles()[0] < 0;
}

void Negate(HostArray* array) {
  const auto size = static_cast<std::size_t>(ElementSize(array->type));
  // The sign is the highest bit.
  for (std::size_t end = size; end <= array->bytes.size(); end += size) {
    array->bytes[end - 1] = static_cast<char>(array->bytes[end - 1] ^ 0x80);
  }
}

// Returns gamma^2 in gamma's type.
absl::StatusOr<HostArray> Squared(const HostArray& gamma, const std::string& where) {
  const double root = gamma.ToDoubles()[0];
  const bool narrow = gamma.type == ElementType::kFloat32;
  HostArray g = narrow ? HostArray::From<float>({}, {static_cast<float>(root * root)})
                       : HostArray::From<double>({}, {root * root});
  if (std::isfinite(g.ToDoubles()[0])) return g;
  return absl::DataLossError(absl::StrCat(where, ": expected a number whose square ", TypeName(g),
                                          " can hold, found ", root));
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
  MONDEQ_ASSIGN_OR_RETURN(const auto names, TheirNames("--format", parameters));
  std::set<std::string> expected;
  for (const auto& entry : names) expected.insert(entry.second);
  Safetensors ours;
  for (const Parameter& parameter : parameters.parameters()) {
    const std::string& name = names.at(parameter.name);
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

absl::StatusOr<Safetensors> ToMonotoneOpNet(const Safetensors& ours, const std::string& path,
                                            const ParameterStore& parameters) {
  MONDEQ_ASSIGN_OR_RETURN(const auto names, TheirNames("--names", parameters));
  Safetensors theirs;
  for (const auto& [our_name, their_name] : names) {
    HostArray array = ours.arrays.at(our_name);
    if (IsRoot(our_name)) {
      MONDEQ_ASSIGN_OR_RETURN(array, Squared(array, absl::StrCat(path, ": ", our_name)));
    } else if (IsScalar(our_name)) {
      array.shape.clear();
    } else if (HasNegativeGamma(ours, our_name)) {
      Negate(&array);
    }
    theirs.arrays[their_name] = std::move(array);
  }
  return theirs;
}

}  // namespace mondeq
