// What one call of a Predictor uses at a time: a device, a model that shares the parameters of
// others, and the memory between the caller's arrays and the model's tensors.
#ifndef MONDEQ_INFERENCE_REPLICA_H_
#define MONDEQ_INFERENCE_REPLICA_H_

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"
#include "mondeq/data/dataset.h"
#include "mondeq/device/scratch.h"
#include "mondeq/inference/array_view.h"
#include "mondeq/model/model.h"
#include "mondeq/splitting/stopping.h"

namespace mondeq {

// How a solve is made. What is not there is as the config says.
struct SolveSettings {
  absl::optional<double> tolerance;
  absl::optional<int> max_iterations;
  absl::optional<Criterion> criterion;
  // Whether residuals and certified bounds are found, for one to four products by W.
  bool certify = false;
  // States to begin at, one for every tier, as Answers::z has them; none for zero.
  absl::Span<const ConstArray> start = {};
  // Whether numbers of x are values as files have them, which are normalised as the model's data
  // was, and not as the network takes them. Bytes, which are pixels, always are.
  bool normalize = false;
  // What errors call x, and the number of its first sample.
  absl::string_view name = "x";
  Index first_sample = 0;
};

// Where results go. Nothing is written to empty arrays.
struct Answers {
  MutableArray logits = {};         // [N, classes]
  MutableArray probabilities = {};  // [N, classes]
  // z*, [N, C, H, W] or [N, n] for every tier.
  absl::Span<const MutableArray> z = {};
};

// The gradients of a loss by what a model answers; empty ones are zero.
struct Cotangents {
  ConstArray logits = {};  // [N, classes]
  // For every tier, as Answers::z.
  absl::Span<const ConstArray> z = {};
};

// The gradients of the same loss. Nothing is written to empty arrays.
struct Gradients {
  MutableArray x = {};
  // In the order of Predictor::parameters().
  absl::Span<const MutableArray> parameters = {};
};

// The end of a solve as a number, in files and in the C interface. Where one is not finite nothing
// is answered.
constexpr int EndCode(Termination end) {
  return end == Termination::kConverged ? 0 : end == Termination::kStagnated ? 1 : 2;
}

// How the solve of every sample ended.
struct SolveReport {
  std::vector<int> iterations;
  std::vector<Termination> status;
  // The stopping quantity: about the relative error, unless the criterion is another.
  std::vector<double> quantity;
  // ||z - sigma(W z + U x + b)|| / ||z||, and a bound of ||z - z*||, rounding included, which is
  // infinite where nothing is known. Only from solves that certify.
  std::vector<double> residual, error_bound;

  bool converged() const;
};

class Replica {
 public:
  // A caller's own model, whose gradients and stopping rule are then the replica's. It must outlive
  // the replica, as must `normalization`, which may be null.
  Replica(Model* model, const Normalization* normalization)
      : device_(&model->device()),
        model_(model),
        normalization_(normalization),
        rule_(model->stopping_rule()) {}
  Replica(std::unique_ptr<Device> device, std::unique_ptr<Model> model,
          const Normalization* normalization)
      : Replica(model.get(), normalization) {
    own_device_ = std::move(device);
    own_model_ = std::move(model);
  }

  // See Predictor.
  absl::Status Solve(const ConstArray& x, const SolveSettings& settings, const Answers& answers,
                     SolveReport* report);
  // The second half of Gradient, for the x of the last Solve, which must have succeeded.
  absl::Status Backward(const Cotangents& cotangents, const Gradients& gradients,
                        SolveReport* report);
  absl::Status Gradient(const ConstArray& x, const SolveSettings& settings,
                        const Cotangents& cotangents, const Answers& answers,
                        const Gradients& gradients, SolveReport* forward, SolveReport* backward);

  // To be called when the parameters, which are those of `keeper`, or its alpha have changed.
  void Follow(const Model& keeper) { model_->Follow(keeper); }
  // As the last call left it.
  Model& model() { return *model_; }
  // Whether its device does: one that has failed once fails ever after.
  bool works() { return device_->status().ok(); }

 private:
  absl::Status CheckSettings(const SolveSettings& settings, Index count) const;
  absl::Status CheckInput(const ConstArray& x, const SolveSettings& settings) const;
  absl::Status CheckAnswers(const Answers& answers, Index count) const;
  absl::Status CheckCotangents(const Cotangents& cotangents, Index count) const;
  absl::Status CheckGradients(const Gradients& gradients, Index count) const;
  // The tiers of a state, in a caller's arrays. `what` names them.
  template <class Array>
  absl::Status CheckTiers(absl::Span<const Array> tiers, Index count, const char* what) const;

  // A state, [dim, N], of which the tiers that are not empty are given and the rest is zero.
  absl::StatusOr<Tensor> ReadState(absl::Span<const ConstArray> tiers, Index count,
                                   const char* what);
  // Samples as a tensor, [features.dim(), N], in `scratch`; `normalization` may be null.
  absl::StatusOr<Tensor> ReadSamples(const ConstArray& samples, const Features& features,
                                     const Normalization* normalization, absl::string_view what,
                                     Scratch* scratch);
  // Solve, with an x that has been checked.
  absl::Status FindEquilibria(const ConstArray& x, const SolveSettings& settings,
                              const Answers& answers, SolveReport* report);
  absl::Status Forward(const Tensor& x, const SolveSettings& settings);
  // Backward, with arrays that have been checked.
  absl::Status PullBack(const Cotangents& cotangents, const Gradients& gradients,
                        SolveReport* report);
  void WriteAnswers(const Answers& answers);
  void WriteSamples(const Tensor& state, const Features& features, const MutableArray& samples);
  void WriteProbabilities(const MutableArray& probabilities);
  void WriteGradients(const Gradients& gradients, const Tensor& dx);

  // Lets fill(T*) write all of a tensor on the host, and returns what it does.
  template <class T, class Filler>
  bool Fill(const Tensor& tensor, const Filler& fill);
  // Lets use(const T*) read all of a tensor on the host.
  template <class T, class Use>
  void Read(const Tensor& tensor, const Use& use);
  template <class T>
  T* Staging(Index count);

  // Null where they are a caller's.
  std::unique_ptr<Device> own_device_;
  std::unique_ptr<Model> own_model_;
  Device* device_;
  Model* model_;
  const Normalization* normalization_;
  // The config's.
  StoppingRule rule_;
  Scratch x_, dx_, dlogits_, state_, tier_;
  std::vector<char> staging_;
  std::vector<double> probabilities_;
};

}  // namespace mondeq

#endif  // MONDEQ_INFERENCE_REPLICA_H_
