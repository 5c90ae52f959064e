#include "mondeq/parity/golden_model_testing.h"

#include <cmath>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "mondeq/core/config_source.h"
#include "mondeq/core/file.h"
#include "mondeq/core/status.h"
#include "mondeq/testing/tensors.h"
#include "mondeq/testing/test_device.h"

namespace mondeq {
namespace {

using Eigen::MatrixXd;

constexpr char kTrained[] = "mnist_fc_trained";

std::vector<GoldenModel::ParameterName> SharedNames() {
  return {{"injection.weight", "p_U_weight"},
          {"injection.bias", "p_U_bias"},
          {"readout.weight", "p_Wout_weight"},
          {"readout.bias", "p_Wout_bias"}};
}

// `kind` as in the manifest.
std::vector<GoldenModel::ParameterName> Names(const std::string& kind, std::size_t tiers) {
  std::vector<GoldenModel::ParameterName> names = SharedNames();
  const bool multi = kind == "multi";
  for (std::size_t i = 0; i < tiers; ++i) {
    const std::string ours = multi ? absl::StrCat(".", i) : "";
    const std::string theirs = multi ? absl::StrCat("_t", i) : "";
    names.push_back({"operator.A" + ours, "p_A" + theirs});
    names.push_back({"operator.B" + ours, "p_B" + theirs});
    if (kind == "fc") continue;
    names.push_back({"operator.gamma" + ours, "p_g" + theirs, true});
    names.push_back({"operator.h" + ours, "p_h" + theirs});
    if (i + 1 == tiers) continue;
    names.push_back({"operator.A_down" + ours, "p_An" + theirs});
    names.push_back({"operator.gamma_down" + ours, "p_gn" + theirs, true});
  }
  return names;
}

}  // namespace

std::string ToString(const GoldenCase& golden) {
  return absl::StrCat(golden.file, "_", golden.m, "_", ToString(golden.dtype));
}

std::vector<GoldenCase> GoldenCasesWithLabels() {
  std::vector<GoldenCase> cases;
  for (const char* file : {"fc_5_7", "fc_784_87", "conv_2_3_6x6", "conv_2_3_7x5", "multi_2_3_i8"}) {
    for (const char* m : {"m0p1", "m1p0"}) {
      for (DType dtype : {DType::kFloat32, DType::kFloat64}) cases.push_back({file, m, dtype});
    }
  }
  return cases;
}

std::vector<GoldenCase> GoldenCases() {
  std::vector<GoldenCase> cases = GoldenCasesWithLabels();
  for (DType dtype : {DType::kFloat32, DType::kFloat64}) cases.push_back({kTrained, "m1p0", dtype});
  return cases;
}

std::string GoldenFolder() {
  const char* folder = std::getenv("MONDEQ_GOLDENS");
  return folder == nullptr ? "" : folder;
}

absl::StatusOr<std::unique_ptr<GoldenModel>> GoldenModel::Create(const GoldenCase& golden,
                                                                 const std::string& method,
                                                                 Tori tori) {
  std::unique_ptr<GoldenModel> model(new GoldenModel(golden));
  MONDEQ_RETURN_IF_ERROR(model->Read());
  MONDEQ_RETURN_IF_ERROR(model->Build(method, tori));
  return model;
}

absl::Status GoldenModel::Read() {
  const std::string file = golden_.file + ".npz";
  MONDEQ_ASSIGN_OR_RETURN(arrays_, ReadNpz(absl::StrCat(GoldenFolder(), "/", file)));
  MONDEQ_ASSIGN_OR_RETURN(const std::string text,
                          ReadFile(absl::StrCat(GoldenFolder(), "/manifest.json")));
  manifest_ = nlohmann::json::parse(text)["files"][file];
  return absl::OkStatus();
}

absl::Status GoldenModel::Build(const std::string& method, Tori tori) {
  ConfigSource source;
  MONDEQ_RETURN_IF_ERROR(ParseConfig(ModelText(method, tori), "golden", {}, &config_, &source));
  const NpzArray& x = Array("in_x");
  const Features input = x.shape.size() == 2 ? Features::Flat(x.shape[1])
                                             : Features{x.shape[2], x.shape[3], x.shape[1]};
  device_ = MakeTestDevice(2);
  MONDEQ_ASSIGN_OR_RETURN(
      model_, Model::Create(config_, source, {input, Array("p_Wout_bias").shape[0]}, device_.get(),
                            golden_.dtype, 1));
  names_ = Names(manifest_["case"]["kind"], tiers().size());
  AssignParameters();
  x_ = FromMatrix(*device_, golden_.dtype, Samples("in_x"));
  return absl::OkStatus();
}

std::string GoldenModel::ModelText(const std::string& method, Tori tori) const {
  const nlohmann::json& about = manifest_["case"];
  const bool image = about["kind"] != "fc";
  const std::string pool =
      about.contains("pool")
          ? absl::StrCat("readout { [mondeq.average_pool] { window: ", about["pool"].get<int>(),
                         " } } ")
          : "";
  return absl::StrCat(
      "equilibrium { injection { [mondeq.", image ? "padded_conv" : "affine", "] {} } operator { ",
      OperatorText(tori), " } nonlinearity { ",
      image ? "[mondeq.zero_border] { inner { [mondeq.relu] {} } }" : "[mondeq.relu] {}",
      " } splitting { [mondeq.", method, "] {} } } ", pool,
      image ? "readout { [mondeq.flatten] {} } " : "", "readout { [mondeq.affine] {} }");
}

std::string GoldenModel::OperatorText(Tori tori) const {
  const nlohmann::json& about = manifest_["case"];
  const std::string m = golden_.m == "m0p1" ? " m: 0.1 " : " m: 1.0 ";
  if (about["kind"] == "fc") {
    return absl::StrCat("[mondeq.dense] { units: ", about["n"].get<int>(), m, "}");
  }
  if (about["kind"] == "conv") {
    const std::vector<Index>& state = Array(golden_.m + "_zstar_t0").shape;
    const std::string torus = tori == Tori::kReference ? absl::StrCat(" torus_rows: ", state[2],
                                                                      " torus_columns: ", state[3])
                                                       : "";
    return absl::StrCat("[mondeq.conv] { channels: ", about["c"].get<int>(), m, torus, " }");
  }
  std::string channels;
  for (int c : about["ch"]) absl::StrAppend(&channels, " channels: ", c);
  return absl::StrCat("[mondeq.multi_tier_conv] {", channels, m, "}");
}

void GoldenModel::AssignParameters() {
  for (const ParameterName& name : names_) {
    MatrixXd values = Array(name.theirs).Matrix();
    if (name.root) values = values.cwiseSqrt();
    Assign(*device_, values, model_->parameters().Find(name.ours)->value);
  }
  model_->ParametersChanged();
}

const NpzArray& GoldenModel::Array(const std::string& name) const {
  static const NpzArray none{{1, 1}, {std::nan("")}};
  const auto found = arrays_.find(name);
  if (found != arrays_.end()) return found->second;
  ADD_FAILURE() << golden_.file << " has no array " << name;
  return none;
}

double GoldenModel::bound() const {
  const bool dense = manifest_["case"]["kind"] == "fc";
  if (golden_.dtype == DType::kFloat64) return dense ? 1e-9 : 1e-8;
  return dense ? 1e-4 : 1e-3;
}

MatrixXd GoldenModel::Samples(const std::string& name) const {
  const NpzArray& array = Array(name);
  const MatrixXd rows = array.Matrix();
  if (array.shape.size() == 2) return rows.transpose();
  const Index channels = array.shape[1], pixels = array.shape[2] * array.shape[3];
  MatrixXd samples(rows.cols(), rows.rows());
  for (Index channel = 0; channel < channels; ++channel) {
    for (Index pixel = 0; pixel < pixels; ++pixel) {
      samples.row(pixel * channels + channel) = rows.col(channel * pixels + pixel).transpose();
    }
  }
  return samples;
}

MatrixXd GoldenModel::State(const std::string& name) const {
  MatrixXd state;
  for (std::size_t i = 0; Has(absl::StrCat(name, "_t", i)); ++i) {
    const MatrixXd tier = Samples(absl::StrCat(name, "_t", i));
    const Index begin = state.rows();
    state.conservativeResize(begin + tier.rows(), tier.cols());
    state.bottomRows(tier.rows()) = tier;
  }
  EXPECT_GT(state.size(), 0) << golden_.file << " has no state " << name;
  return state;
}

Tensor GoldenModel::Labels() {
  const NpzArray& golden = Array("in_labels");
  const std::vector<std::int32_t> labels(golden.values.begin(), golden.values.end());
  const Tensor tensor = device_->Allocate(DType::kInt32, {static_cast<Index>(labels.size())});
  device_->CopyFromHost(labels.data(), tensor);
  return tensor;
}

MatrixXd GoldenModel::Gradient(const ParameterName& name) {
  const Parameter* parameter = model_->parameters().Find(name.ours);
  MatrixXd gradient =
      ToMatrix(*device_, parameter->gradient.View(
                             {parameter->shape[0], parameter->value.size() / parameter->shape[0]}));
  if (name.root) gradient /= 2 * ToMatrix(*device_, parameter->value)(0);
  return gradient;
}

MatrixXd GoldenModel::GoldenGradient(const ParameterName& name) const {
  return Array(absl::StrCat(golden_.m, "_grad_", name.theirs)).Matrix();
}

const nlohmann::json& GoldenModel::Iterations(const std::string& method) const {
  const std::string suffix = golden_.dtype == DType::kFloat64 ? "_f64" : "_f32";
  return manifest_["iterations"][golden_.m][method + suffix];
}

}  // namespace mondeq
