// The models that an independent implementation was run on. A file FILE.npz of the folder that
// MONDEQ_GOLDENS names holds parameters, inputs and results; manifest.json there tells what they
// belong to. Images and kernels are N, C, H, W in files.
#ifndef MONDEQ_PARITY_GOLDEN_MODEL_TESTING_H_
#define MONDEQ_PARITY_GOLDEN_MODEL_TESTING_H_

#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "Eigen/Core"
#include "absl/status/statusor.h"
#include "mondeq/device/device.h"
#include "mondeq/model/model.h"
#include "mondeq/testing/npz.h"
#include "mondeq/training/experiment.pb.h"
#include "nlohmann/json.hpp"

namespace mondeq {

struct GoldenCase {
  std::string file;  // "conv_2_3_6x6"
  std::string m;     // "m0p1": the prefix of the arrays that depend on m
  DType dtype = DType::kFloat64;
};

// The name of a case: "conv_2_3_6x6_m0p1_float64".
std::string ToString(const GoldenCase& golden);
inline void PrintTo(const GoldenCase& golden, std::ostream* out) { *out << ToString(golden); }

// Every file with both types and every m it was computed for. Those of the trained model have no
// labels, so no gradients, and no probe states.
std::vector<GoldenCase> GoldenCases();
std::vector<GoldenCase> GoldenCasesWithLabels();

// The folder of the files; empty if MONDEQ_GOLDENS is not set.
std::string GoldenFolder();

// A model with the parameters of a file.
class GoldenModel {
 public:
  enum class Tori {
    kReference,  // the image and its border, as in the files
    kDefault     // what an operator chooses, larger where that is faster
  };

  static absl::StatusOr<std::unique_ptr<GoldenModel>> Create(const GoldenCase& golden,
                                                             const std::string& method, Tori tori);

  // A ModelConfig that makes such models.
  std::string ModelText(const std::string& method, Tori tori) const;

  Model& model() { return *model_; }
  Device& device() { return *device_; }
  const Tensor& x() const { return x_; }
  Tensor Labels();
  const std::vector<Tier>& tiers() { return model_->op().layout().tiers(); }

  // The relative error that is allowed.
  double bound() const;

  bool Has(const std::string& name) const { return arrays_.count(name) > 0; }
  // The array as it is in the file.
  const NpzArray& Array(const std::string& name) const;
  // Samples, [N, d] or [N, C, H, W] in the file, as the model has them: [dim, N].
  Eigen::MatrixXd Samples(const std::string& name) const;
  // A whole state, its tiers NAME_t0, NAME_t1, ... one after the other, on the reference's tori.
  Eigen::MatrixXd State(const std::string& name) const;

  struct ParameterName {
    std::string ours;    // "operator.gamma"
    std::string theirs;  // "p_g"
    bool root = false;   // whether ours is the root of theirs: gamma^2 = g
  };
  const std::vector<ParameterName>& names() const { return names_; }
  // The gradient of our model with respect to their parameter: dl/dg = dl/dgamma / (2 gamma). A
  // matrix whose rows are the parameter's first axis.
  Eigen::MatrixXd Gradient(const ParameterName& name);
  // What that gradient is to be: array MX_grad_NAME, likewise a matrix.
  Eigen::MatrixXd GoldenGradient(const ParameterName& name) const;

  // The manifest's table of iterations by alpha: "PR", "FB".
  const nlohmann::json& Iterations(const std::string& method) const;

 private:
  explicit GoldenModel(GoldenCase golden) : golden_(std::move(golden)) {}

  absl::Status Read();
  absl::Status Build(const std::string& method, Tori tori);
  std::string OperatorText(Tori tori) const;
  void AssignParameters();

  GoldenCase golden_;
  nlohmann::json manifest_;  // of this file
  std::map<std::string, NpzArray> arrays_;
  std::vector<ParameterName> names_;
  std::unique_ptr<Device> device_;
  ModelConfig config_;
  std::unique_ptr<Model> model_;
  Tensor x_;
};

}  // namespace mondeq

#endif  // MONDEQ_PARITY_GOLDEN_MODEL_TESTING_H_
