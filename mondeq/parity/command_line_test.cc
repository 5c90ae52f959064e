// Parity with an independent implementation (golden_model_testing.h) through the program and its
// files, as users meet them: weights under the implementation's own names go through `mondeq
// import`, and `mondeq solve` is to find its results. Without the goldens every test here is
// skipped.
#include <cmath>
#include <cstdint>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "mondeq/cli/command_line_testing.h"
#include "mondeq/core/safetensors.h"
#include "mondeq/parity/golden_model_testing.h"
#include "mondeq/testing/tensors.h"

namespace mondeq {
namespace {

using Eigen::Map;
using Eigen::VectorXd;

HostArray Floats(const NpzArray& array) {
  return HostArray::From<float>(array.shape,
                                std::vector<float>(array.values.begin(), array.values.end()));
}

// What the implementation calls array "p_..." of a golden file: "p_An_t0" is
// mon.linear_module.A_n0.0.weight.
std::string PublishedName(const std::string& golden) {
  std::string name = golden.substr(2), tier;
  if (absl::StartsWith(name, "Wout") || absl::StartsWith(name, "U")) {
    name[name.find('_')] = '.';
    return absl::StrCat(name[0] == 'W' ? "" : "mon.linear_module.", name);
  }
  const std::size_t suffix = name.find("_t");
  if (suffix != std::string::npos) {
    tier = absl::StrCat(".", name.substr(suffix + 2));
    name.resize(suffix);
  }
  const bool kernel = name[0] == 'A' || name[0] == 'B';
  if (name == "An") name = "A_n";
  if (kernel && !tier.empty()) name += "0";
  return absl::StrCat("mon.linear_module.", name, tier, kernel ? ".weight" : "");
}

class CommandLineTest : public testing::TestWithParam<GoldenCase> {
 protected:
  void SetUp() override {
    if (GoldenFolder().empty()) GTEST_SKIP() << "MONDEQ_GOLDENS is not set";
    auto golden = GoldenModel::Create(GetParam(), "peaceman_rachford", GoldenModel::Tori::kDefault);
    ASSERT_TRUE(golden.ok()) << golden.status();
    golden_ = *std::move(golden);
    directory_ = NewDirectory("command_line_" + ToString(GetParam()));
    Write(Path("config.textproto"),
          absl::StrCat("name: \"golden\" model { ", InputText(), " classes: 10 ",
                       golden_->ModelText("peaceman_rachford", GoldenModel::Tori::kDefault), " }"));
    Safetensors weights, input;
    for (const auto& name : golden_->names()) {
      weights.arrays[PublishedName(name.theirs)] = Floats(golden_->Array(name.theirs));
    }
    WriteArrays("theirs.safetensors", weights);
    input.arrays["x"] = Floats(golden_->Array("in_x"));
    if (golden_->Has("in_labels")) {
      const std::vector<double>& labels = golden_->Array("in_labels").values;
      input.arrays["labels"] =
          HostArray::From<std::int64_t>(golden_->Array("in_labels").shape,
                                        std::vector<std::int64_t>(labels.begin(), labels.end()));
    }
    WriteArrays("x.safetensors", input);
  }

  std::string Path(const std::string& name) const { return absl::StrCat(directory_, "/", name); }

  void WriteArrays(const std::string& name, const Safetensors& file) const {
    ASSERT_TRUE(WriteSafetensors(Path(name), file).ok());
  }

  std::string InputText() {
    const Features& input = golden_->model().input();
    return absl::StrCat("input { rows: ", input.rows, " columns: ", input.columns,
                        " channels: ", input.channels, " }");
  }

  void Run(std::vector<std::string> arguments) const {
    arguments.push_back("--config=" + Path("config.textproto"));
    const Outcome outcome = Mondeq(arguments);
    ASSERT_EQ(outcome.code, 0) << outcome.err;
  }

  // Compares an array of the output, times `factor`, with one of the golden file.
  void ExpectEqual(const Safetensors& output, const std::string& ours, double factor,
                   const std::string& golden) const {
    ASSERT_EQ(output.arrays.count(ours), 1u) << ours;
    const HostArray& array = output.arrays.at(ours);
    const NpzArray& expected = golden_->Array(absl::StrCat(GetParam().m, "_", golden));
    EXPECT_EQ(array.shape, expected.shape.empty() ? std::vector<Index>{1} : expected.shape) << ours;
    const std::vector<double> values = array.ToDoubles();
    ASSERT_EQ(values.size(), expected.values.size()) << ours;
    const auto size = static_cast<Index>(values.size());
    EXPECT_LE(RelativeError(factor * Map<const VectorXd>(values.data(), size),
                            Map<const VectorXd>(expected.values.data(), size)),
              golden_->bound())
        << ours;
  }

  std::unique_ptr<GoldenModel> golden_;
  std::string directory_;
};

TEST_P(CommandLineTest, ImportedWeightsGiveTheResultsOfTheirProgram) {
  const bool single = GetParam().dtype == DType::kFloat32;
  ASSERT_NO_FATAL_FAILURE(
      Run({"import", "--format=monotone_op_net", "--weights=" + Path("theirs.safetensors"),
           "--output=" + Path("ours.safetensors")}));
  ASSERT_NO_FATAL_FAILURE(
      Run({"solve", "--weights=" + Path("ours.safetensors"), "--input=" + Path("x.safetensors"),
           "--output=" + Path("y.safetensors"), single ? "--dtype=float32" : "--dtype=float64",
           single ? "--tol=1e-6" : "--tol=1e-13", "--max_iterations=5000"}));
  const auto output = ReadSafetensors(Path("y.safetensors"));
  ASSERT_TRUE(output.ok()) << output.status();
  for (std::size_t i = 0; i < golden_->tiers().size(); ++i) {
    ExpectEqual(*output, absl::StrCat("z.", i), 1, absl::StrCat("zstar_t", i));
  }
  ExpectEqual(*output, "logits", 1, "logits");
  if (!golden_->Has("in_labels")) return;
  ExpectEqual(*output, "loss", 1, "loss");
  ExpectEqual(*output, "grad.x", 1, "grad_x");
  for (const auto& name : golden_->names()) {
    // dl/dg = dl/dgamma / (2 gamma).
    const double factor = name.root ? 1 / (2 * std::sqrt(golden_->Array(name.theirs).scalar())) : 1;
    ExpectEqual(*output, "grad." + name.ours, factor, "grad_" + name.theirs);
  }
}

INSTANTIATE_TEST_SUITE_P(All, CommandLineTest, testing::ValuesIn(GoldenCases()),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace mondeq
