#include "mondeq/cli/monotone_op_net_testing.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "mondeq/core/random.h"

namespace mondeq {

std::string PublishedModel::Array::their_name() const {
  return theirs[0] == 'W' ? theirs : "mon.linear_module." + theirs;
}

bool PublishedModel::Array::is_g() const { return ours.find("gamma") != std::string::npos; }

std::string PublishedModel::Config() const {
  const std::string input = takes_images() ? "rows: 4 columns: 4 channels: 2" : "channels: 32";
  return absl::StrCat("name: \"imported\" model { input { ", input,
                      " } classes: 10 equilibrium { injection { ", injection, " } operator { ", op,
                      " } nonlinearity { ", nonlinearity,
                      " } splitting { [mondeq.peaceman_rachford] {} } } ", readout, " }");
}

Safetensors PublishedModel::StateDict() const {
  Random random(3);
  Safetensors theirs;
  for (const Array& array : arrays) {
    HostArray values{ElementType::kFloat32, array.shape, ""};
    std::vector<float> numbers;
    for (Index i = 0; i < values.size(); ++i) {
      numbers.push_back(static_cast<float>(random.Normal()));
    }
    // h may be negative.
    if (array.is_g()) numbers[0] = std::abs(numbers[0]);
    theirs.arrays[array.their_name()] = HostArray::From<float>(array.shape, numbers);
  }
  return theirs;
}

std::vector<PublishedModel> PublishedModels() {
  const std::string relu = "[mondeq.relu] {}",
                    border = "[mondeq.zero_border] { inner { [mondeq.relu] {} } }";
  const std::string convolution = "[mondeq.padded_conv] {}", affine = "[mondeq.affine] {}";
  const std::string flat = "readout { [mondeq.flatten] {} } ",
                    last = "readout { [mondeq.affine] {} }";
  return {
      {"dense",
       affine,
       "[mondeq.dense] { units: 5 }",
       relu,
       last,
       {{"U.weight", "injection.weight", {5, 32}},
        {"U.bias", "injection.bias", {5}},
        {"A.weight", "operator.A", {5, 5}},
        {"B.weight", "operator.B", {5, 5}},
        {"Wout.weight", "readout.weight", {10, 5}},
        {"Wout.bias", "readout.bias", {10}}}},
      {"conv",
       convolution,
       "[mondeq.conv] { channels: 3 }",
       border,
       "readout { [mondeq.average_pool] { window: 2 } } " + flat + last,
       {{"U.weight", "injection.weight", {3, 2, 3, 3}},
        {"U.bias", "injection.bias", {3}},
        {"A.weight", "operator.A", {3, 3, 3, 3}},
        {"B.weight", "operator.B", {3, 3, 3, 3}},
        {"g", "operator.gamma", {}},
        {"h", "operator.h", {}},
        {"Wout.weight", "readout.weight", {10, 27}},
        {"Wout.bias", "readout.bias", {10}}}},
      {"multi",
       convolution,
       "[mondeq.multi_tier_conv] { channels: 2 channels: 3 }",
       border,
       flat + last,
       {{"U.weight", "injection.weight", {2, 2, 3, 3}},
        {"U.bias", "injection.bias", {2}},
        {"A0.0.weight", "operator.A.0", {2, 2, 3, 3}},
        {"A0.1.weight", "operator.A.1", {3, 3, 3, 3}},
        {"B0.0.weight", "operator.B.0", {2, 2, 3, 3}},
        {"B0.1.weight", "operator.B.1", {3, 3, 3, 3}},
        {"A_n0.0.weight", "operator.A_down.0", {3, 2, 3, 3}},
        {"g.0", "operator.gamma.0", {}},
        {"g.1", "operator.gamma.1", {}},
        {"gn.0", "operator.gamma_down.0", {}},
        {"h.0", "operator.h.0", {}},
        {"h.1", "operator.h.1", {}},
        {"Wout.weight", "readout.weight", {10, 48}},
        {"Wout.bias", "readout.bias", {10}}}},
  };
}

}  // namespace mondeq
