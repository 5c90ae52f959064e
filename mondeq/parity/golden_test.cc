// Parity with an independent implementation: arrays from a folder named by MONDEQ_GOLDENS. Without
// it every test here is skipped; the other suites do not need it.
#include <cstdlib>
#include <fstream>
#include <set>

#include "gtest/gtest.h"
#include "mondeq/device/cpu/cpu_device.h"
#include "mondeq/testing/npz.h"
#include "mondeq/testing/tensors.h"
#include "mondeq/training/loss.h"
#include "mondeq/training/model.h"
#include "nlohmann/json.hpp"

namespace mondeq {
namespace {

using Eigen::MatrixXd;

// Bounds of the comparison with float64 goldens.
double Bound(DType dtype) { return dtype == DType::kFloat64 ? 1e-9 : 1e-4; }

struct Case {
  std::string file;  // "fc_5_7"
  std::string m;     // "m0p1"
  DType dtype;
};

class GoldenTest : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    const char* folder = std::getenv("MONDEQ_GOLDENS");
    if (folder == nullptr) GTEST_SKIP() << "MONDEQ_GOLDENS is not set";
    folder_ = folder;
    auto arrays = ReadNpz(absl::StrCat(folder_, "/", GetParam().file, ".npz"));
    ASSERT_TRUE(arrays.ok()) << arrays.status();
    arrays_ = *std::move(arrays);
    CreateModel();
  }

  void CreateModel() {
    const NpzArray& weight = Golden("p_U_weight");
    const std::string text = absl::StrCat(
        "equilibrium { injection { [mondeq.affine] {} } operator { [mondeq.dense] { units: ",
        weight.shape[0], " m: ", GetParam().m == "m0p1" ? "0.1" : "1.0",
        " } } nonlinearity { [mondeq.relu] {} } splitting { [mondeq.", Method(),
        "] {} } } readout { [mondeq.affine] {} }");
    ConfigSource source;
    const absl::Status parsed = ParseConfig(text, "golden", {}, &config_, &source);
    ASSERT_TRUE(parsed.ok()) << parsed;
    auto model = Model::Create(config_, source,
                               {Features::Flat(weight.shape[1]), Golden("p_Wout_bias").shape[0]},
                               device_.get(), GetParam().dtype, 1);
    ASSERT_TRUE(model.ok()) << model.status();
    model_ = *std::move(model);
    for (const auto& [ours, theirs] : Names()) {
      Assign(*device_, Golden(theirs).Matrix(), model_->parameters().Find(ours)->value);
    }
    model_->ParametersChanged();
    model_->set_alpha(0.5);
    model_->stopping_rule().tolerance = GetParam().dtype == DType::kFloat64 ? 1e-13 : 3e-7;
    model_->stopping_rule().max_iterations = 5000;
    // Files have one sample a row.
    x_ = FromMatrix(*device_, GetParam().dtype, Golden("in_x").Matrix().transpose());
  }

  virtual std::string Method() const { return "peaceman_rachford"; }

  static std::vector<std::pair<std::string, std::string>> Names() {
    return {{"operator.A", "p_A"},
            {"operator.B", "p_B"},
            {"injection.weight", "p_U_weight"},
            {"injection.bias", "p_U_bias"},
            {"readout.weight", "p_Wout_weight"},
            {"readout.bias", "p_Wout_bias"}};
  }

  bool Has(const std::string& name) const { return arrays_.count(name) > 0; }
  const NpzArray& Golden(const std::string& name) const {
    const auto found = arrays_.find(name);
    if (found == arrays_.end()) ADD_FAILURE() << "no array " << name;
    return found->second;
  }
  const NpzArray& GoldenOf(const std::string& name) const {
    return Golden(GetParam().m + "_" + name);
  }

  void ExpectEqual(const MatrixXd& ours, const MatrixXd& golden, const std::string& name) {
    EXPECT_LE(RelativeError(ours, golden), Bound(GetParam().dtype)) << name;
  }
  // Compares a [dim, batch] state with a [batch, dim] array.
  void ExpectState(const Tensor& ours, const std::string& name) {
    ExpectEqual(ToMatrix(*device_, ours).transpose(), GoldenOf(name).Matrix(), name);
  }
  Tensor Labels() {
    const NpzArray& golden = Golden("in_labels");
    const std::vector<std::int32_t> labels(golden.values.begin(), golden.values.end());
    const Tensor tensor = device_->Allocate(DType::kInt32, {static_cast<Index>(labels.size())});
    device_->CopyFromHost(labels.data(), tensor);
    return tensor;
  }

  std::string folder_;
  std::map<std::string, NpzArray> arrays_;
  std::unique_ptr<Device> device_ = MakeCpuDevice(2);
  ModelConfig config_;
  std::unique_ptr<Model> model_;
  Tensor x_;
};

TEST_P(GoldenTest, OperatorAndResolvent) {
  if (!Has("in_z_t0")) GTEST_SKIP() << "no probe states in this file";
  const Tensor z = FromMatrix(*device_, GetParam().dtype, Golden("in_z_t0").Matrix().transpose());
  const Tensor out = device_->Allocate(GetParam().dtype, z.shape());
  MonotoneOperator& op = model_->op();
  op.Apply(Direction::kForward, z, out);
  ExpectState(out, "Wz_t0");
  op.Apply(Direction::kAdjoint, z, out);
  ExpectState(out, "WTz_t0");
  for (const auto& [alpha, name] : {std::pair<double, std::string>{0.25, "a0p25"}, {1, "a1"}}) {
    op.ApplyResolvent(Direction::kForward, alpha, z, out);
    ExpectState(out, "V_" + name + "_t0");
    op.ApplyResolvent(Direction::kAdjoint, alpha, z, out);
    ExpectState(out, "VT_" + name + "_t0");
  }
}

TEST_P(GoldenTest, EquilibriumLossAndEveryGradient) {
  model_->Forward(x_);
  const Certificate certificate = model_->Polish();
  for (double bound : certificate.error_bound) EXPECT_LE(bound, Bound(GetParam().dtype) * 100);
  ExpectState(model_->z(), "zstar_t0");
  ExpectState(model_->logits(), "logits");
  if (!Has("in_labels")) return;

  const Tensor dlogits = device_->Allocate(GetParam().dtype, model_->logits().shape());
  const auto loss = CrossEntropy(device_.get()).Compute(model_->logits(), Labels(), &dlogits);
  EXPECT_NEAR(loss.loss, GoldenOf("loss").scalar(),
              Bound(GetParam().dtype) * GoldenOf("loss").scalar());
  const Tensor dx = device_->Allocate(GetParam().dtype, x_.shape());
  model_->Backward(x_, dlogits, &dx);
  ExpectState(dx, "grad_x");
  for (const auto& [ours, theirs] : Names()) {
    const Parameter* parameter = model_->parameters().Find(ours);
    ExpectEqual(ToMatrix(*device_, parameter->gradient), GoldenOf("grad_" + theirs).Matrix(), ours);
  }
}

std::vector<Case> AllCases() {
  std::vector<Case> cases;
  for (const auto& [file, m] : {std::pair<std::string, std::string>{"fc_5_7", "m0p1"},
                                {"fc_5_7", "m1p0"},
                                {"fc_784_87", "m0p1"},
                                {"fc_784_87", "m1p0"},
                                {"mnist_fc_trained", "m1p0"}}) {
    for (DType dtype : {DType::kFloat32, DType::kFloat64}) cases.push_back({file, m, dtype});
  }
  return cases;
}

std::string NameOf(const testing::TestParamInfo<Case>& info) {
  return absl::StrCat(info.param.file, "_", info.param.m, "_", ToString(info.param.dtype));
}

INSTANTIATE_TEST_SUITE_P(Dense, GoldenTest, testing::ValuesIn(AllCases()), NameOf);

// The iteration counts of the reference at tolerance 1e-4, exactly in float64 and +-1 in float32.
class IterationCountTest : public GoldenTest {
 protected:
  void ExpectCounts(const nlohmann::json& counts) {
    const int slack = GetParam().dtype == DType::kFloat64 ? 0 : 1;
    for (const auto& [alpha, count] : counts.items()) {
      if (!count["bwd"].is_number()) continue;  // too large a step: the reference diverged
      SCOPED_TRACE(absl::StrCat(Method(), " alpha ", alpha));
      model_->set_alpha(std::stod(alpha));
      model_->stopping_rule().tolerance = 1e-4;
      model_->stopping_rule().max_iterations = 1000;
      model_->Forward(x_);
      EXPECT_NEAR(model_->forward_stats().iterations, count["fwd"].get<int>(), slack);
      // As the reference, which applies the layer once more before the loss.
      model_->Polish();
      const Tensor dlogits = device_->Allocate(GetParam().dtype, model_->logits().shape());
      CrossEntropy(device_.get()).Compute(model_->logits(), Labels(), &dlogits);
      model_->Backward(x_, dlogits, nullptr);
      ExpectBackwardCount(model_->backward_stats().iterations, count["bwd"].get<int>(), slack);
      ++compared_;
    }
  }

  nlohmann::json Counts(const std::string& method) {
    std::ifstream in(folder_ + "/manifest.json");
    const std::string suffix = GetParam().dtype == DType::kFloat64 ? "_f64" : "_f32";
    return nlohmann::json::parse(
        in)["files"][GetParam().file + ".npz"]["iterations"][GetParam().m][method + suffix];
  }

  // The reference keeps g in the prox, here it is part of F: one iteration for forward-backward,
  // but for Peaceman-Rachford another one with the same solution, which takes fewer steps.
  void ExpectBackwardCount(int ours, int golden, int slack) const {
    if (method_ == "forward_backward") {
      EXPECT_NEAR(ours, golden, slack);
    } else {
      EXPECT_LE(ours, golden + slack);
      EXPECT_GE(ours, golden / 2);
    }
  }

  std::string Method() const override { return method_; }

  std::string method_ = "peaceman_rachford";
  int compared_ = 0;
};

TEST_P(IterationCountTest, PeacemanRachford) {
  ExpectCounts(Counts("PR"));
  EXPECT_GE(compared_, 4);
}

TEST_P(IterationCountTest, ForwardBackward) {
  method_ = "forward_backward";
  CreateModel();
  ExpectCounts(Counts("FB"));
  EXPECT_GE(compared_, 3);
}

std::vector<Case> CountCases() {
  std::vector<Case> cases = AllCases();
  cases.resize(8);  // the trained model has no labels
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Dense, IterationCountTest, testing::ValuesIn(CountCases()), NameOf);

}  // namespace
}  // namespace mondeq
