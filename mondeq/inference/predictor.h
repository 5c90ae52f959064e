// A trained model as a library: equilibria, logits, certified errors and gradients of samples in
// the caller's memory.
//
//   absl::StatusOr<std::unique_ptr<Predictor>> predictor = Predictor::Load("weights.safetensors");
//   std::vector<float> x(8 * 784), logits(8 * 10);
//   absl::Status status = (*predictor)->Predict({x.data(), {8, 784}}, {logits.data(), {8, 10}});
//
// Const members may be called from several threads at once. Each call that runs beside others has a
// device (`threads` threads of a CPU), states and prepared matrices of its own, made when so many
// first run at once and kept; the parameters are in memory once. After the first call with a batch
// of some size nothing is allocated but by certificates. Members that are not const must not run
// beside any other.
//
// Plugins are those that the program links: //mondeq:plugins has them all.
#ifndef MONDEQ_INFERENCE_PREDICTOR_H_
#define MONDEQ_INFERENCE_PREDICTOR_H_

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"
#include "mondeq/certificates/radii.h"
#include "mondeq/core/config_source.h"
#include "mondeq/data/dataset.h"
#include "mondeq/inference/array_view.h"
#include "mondeq/inference/exact_replica.h"
#include "mondeq/inference/replica.h"
#include "mondeq/model/model.h"
#include "mondeq/training/experiment.pb.h"

namespace mondeq {

struct PredictorOptions {
  // cpu, cuda or auto (cuda if there is a usable one).
  std::string device = "auto";
  // CPU threads of every call; 0 takes one per core.
  int threads = 0;
  // What the model computes in, whatever the type of arrays is.
  DType dtype = DType::kFloat32;
  // Changes of the config, as for --set: "model.equilibrium.splitting.tolerance=1e-4".
  std::vector<std::string> overrides = {};
};

class Predictor {
 public:
  // The model of a weights file, which holds its config. Errors: those of ReadWeightsFile,
  // ParseConfig, CreateDevice and TakeParameters; kInvalidArgument for weights without a config.
  static absl::StatusOr<std::unique_ptr<Predictor>> Load(const std::string& path,
                                                         const PredictorOptions& options = {});
  // The untrained model of an experiment's text; its parameters are drawn by `seed`. Where its
  // model has no input and classes they are those of its data set, which looks for files in
  // `data_dir`.
  static absl::StatusOr<std::unique_ptr<Predictor>> FromConfig(const std::string& text,
                                                               std::uint64_t seed,
                                                               const PredictorOptions& options = {},
                                                               const std::string& data_dir = "");
  ~Predictor();

  const Features& input() const { return keeper_->input(); }
  Index classes() const { return keeper_->classes(); }
  DType dtype() const { return keeper_->dtype(); }
  // The images or vectors that z* consists of, one for every tier.
  const std::vector<Features>& tiers() const { return tiers_; }
  // How pixels become x, where it is known.
  const absl::optional<Normalization>& normalization() const { return normalization_; }
  double alpha() const { return keeper_->alpha(); }
  // "cpu, 2 threads"
  std::string device() const;
  // The experiment, as a text.
  std::string config() const;

  // x [N, C, H, W] or [N, d] -> logits [N, classes], and softmax(logits) where `probabilities` is
  // there. Bytes are pixels and are normalised as the model's data was. `report` may be null; where
  // a solve does not converge the results are written all the same. Errors: kInvalidArgument
  // (shapes, types, numbers that are not finite), kDataLoss where x is beyond the model's type,
  // kOutOfRange where a solve diverges, those of the device.
  absl::Status Predict(const ConstArray& x, const MutableArray& logits,
                       const MutableArray& probabilities = {}, SolveReport* report = nullptr) const;
  // The same with settings, and z*.
  absl::Status Solve(const ConstArray& x, const SolveSettings& settings, const Answers& answers,
                     SolveReport* report) const;
  // The vector-Jacobian product: of a loss whose gradients by logits and z* are `cotangents`, those
  // by x and the parameters, by the implicit function theorem. It solves for z* first, which costs
  // next to nothing where settings.start has it; `answers` are that solve's. The reports may be
  // null.
  absl::Status Gradient(const ConstArray& x, const SolveSettings& settings,
                        const Cotangents& cotangents, const Answers& answers,
                        const Gradients& gradients, SolveReport* forward,
                        SolveReport* backward) const;

  // Radii around the samples within which their classes cannot change, of pixels / 255 where it is
  // known how those become x, else of x (certificates/radii.h). The first call bounds norms of the
  // model in float64, which takes a while; calls wait for each other. Errors: as above, and
  // kInvalidArgument for an input that is too large.
  absl::StatusOr<std::vector<CertifiedSample>> Certify(const ConstArray& x) const;

  // The parameters' names and shapes, in the order of Gradients::parameters.
  struct ParameterInfo {
    std::string name;
    Shape shape;
  };
  const std::vector<ParameterInfo>& parameters() const { return parameters_; }
  // Copies one. Errors: kInvalidArgument.
  absl::Status GetParameter(std::size_t index, const MutableArray& value) const;
  // Replaces all of them that are not empty, or none where there is an error: kInvalidArgument,
  // also for weights of which no alpha can be made. An alpha that is automatic is chosen anew every
  // so many calls, as in training, and when the operator has changed by much.
  absl::Status SetParameters(absl::Span<const ConstArray> values);
  // Writes a weights file. Errors: those of SaveWeights.
  absl::Status Save(const std::string& path);

 private:
  Predictor() = default;
  // Makes the keeper, after the experiment is there.
  absl::Status MakeKeeper(const Model::Shape& shape, const PredictorOptions& options,
                          std::uint64_t seed);
  // To be called when the keeper's parameters have changed, those of the operator by at most
  // `moved`, relative to what they were.
  void AfterUpdate(double moved);

  // What one call uses. It goes back when the call is over.
  class Lease;
  absl::StatusOr<Lease> Take() const;

  // It stays where it is, for source_ knows its messages by their addresses.
  Experiment experiment_;
  ConfigSource source_;
  PredictorOptions options_;
  absl::optional<Normalization> normalization_;
  std::vector<Features> tiers_;
  std::vector<ParameterInfo> parameters_;
  // Holds the parameters, and computes nothing.
  mutable std::mutex keeper_mutex_;
  std::unique_ptr<Device> keeper_device_;
  std::unique_ptr<Model> keeper_;
  // Changes of the parameters, and by how much they were, since alpha was chosen.
  Index updates_ = 0;
  double moved_ = 0;

  absl::StatusOr<std::unique_ptr<ExactReplica>> MakeExact() const;

  mutable std::mutex mutex_;
  // Those that no call uses.
  mutable std::vector<std::unique_ptr<Replica>> idle_;
  mutable std::mutex exact_mutex_;
  // What Certify has made for the present parameters, or null.
  mutable std::unique_ptr<ExactReplica> exact_;
};

}  // namespace mondeq

#endif  // MONDEQ_INFERENCE_PREDICTOR_H_
