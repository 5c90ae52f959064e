// All gradients of the whole network against central differences, for every operator, nonlinearity
// and splitting method that has an example, in every pairing of two of them (on a GPU in some).
//
// In float64. A loss l is known to about 1e-16 K, K the condition of the solve, so that
//   (l(p + h d) - l(p - h d)) / 2h,  ||d|| = 1,
// has the error h^2 |l'''| / 6 + 1e-16 K / h: with h = 1e-5 about 1e-9 where K is a hundred. The
// directions d are random in every parameter and x (on a GPU in all parameters at once), so that a
// single wrong entry shows.
#include <algorithm>
#include <cmath>
#include <set>

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "mondeq/core/random.h"
#include "mondeq/core/registry.h"
#include "mondeq/model/alpha_policy.h"
#include "mondeq/model/model.h"
#include "mondeq/model/small_model_testing.h"
#include "mondeq/splitting/splitting_method.h"
#include "mondeq/testing/examples.h"
#include "mondeq/testing/test_device.h"
#include "mondeq/training/loss.h"

namespace mondeq {
namespace {

constexpr double kStep = 1e-5;
constexpr double kTolerance = 1e-8;
constexpr Index kClasses = 3, kBatch = 3;
// A quotient of differences magnifies the error of a solve by 1/h; a gradient does not. Where all
// of u* is zero, rounding keeps the relative change of u above some 1e-12.
constexpr double kDifferenceTolerance = 1e-15, kGradientTolerance = 1e-11;
constexpr int kDirections = 1;

std::vector<double> RandomVector(Index size, std::uint64_t stream) {
  Random random(3, stream);
  std::vector<double> values(static_cast<std::size_t>(size));
  for (double& v : values) v = random.Normal();
  return values;
}

// A network around an operator: its input, and the rest of its config.
struct Place {
  Features input;
  const char* surroundings;
};

constexpr char kVector[] =
    "equilibrium { injection { [mondeq.affine] {} } } readout { [mondeq.affine] {} }";
constexpr char kImage[] =
    "equilibrium { injection { [mondeq.padded_conv] {} } } "
    "readout { [mondeq.flatten] {} } readout { [mondeq.affine] {} }";

// Each of them suits some operators; several tiers need sides that can be halved.
const Place kPlaces[] = {
    {Features::Flat(6), kVector}, {{4, 3, 2}, kImage}, {{4, 6, 2}, kImage}, {{8, 8, 1}, kImage}};

// A model with its input and labels, which gives its loss and gradients.
class Network {
 public:
  Network(const OperatorConfig& op, const NonlinearityConfig& sigma, const SplittingConfig& method,
          double tolerance, Device* device)
      : device_(*device), loss_(device), model_(Make(op, sigma, method, device)) {
    model_->stopping_rule().tolerance = tolerance;
    const Shape x{model_->input().dim(), kBatch};
    x_ = device->Allocate(DType::kFloat64, x);
    dx_ = device->Allocate(DType::kFloat64, x);
    dlogits_ = device->Allocate(DType::kFloat64, {kClasses, kBatch});
    labels_ = device->Allocate(DType::kInt32, {kBatch});
    device->CopyFromHost(RandomVector(x.size(), 0).data(), x_);
    const std::vector<std::int32_t> labels = {0, 2, 1};
    device->CopyFromHost(labels.data(), labels_);
    ChooseAlphaForWeights(0, model_.get());
  }

  double Loss() {
    const Tensor& logits = model_->Forward(x_);
    ExpectSettled(model_->forward_stats());
    return loss_.Compute(logits, labels_, &dlogits_).loss;
  }

  void Differentiate() {
    Loss();
    device_.Fill(0, model_->parameters().gradients());
    model_->Backward(x_, dlogits_, &dx_);
    ExpectSettled(model_->backward_stats());
  }

  // The loss with v + step d in the place of v, which is x or a parameter.
  double LossAt(const Tensor& v, const std::vector<double>& d, double step) {
    const std::vector<double> values = ToDoubles(device_, v);
    std::vector<double> moved = values;
    for (std::size_t i = 0; i < moved.size(); ++i) moved[i] += step * d[i];
    device_.CopyFromHost(moved.data(), v);
    model_->ParametersChanged();
    const double loss = Loss();
    device_.CopyFromHost(values.data(), v);
    model_->ParametersChanged();
    return loss;
  }

  Model& model() { return *model_; }
  const Tensor& x() const { return x_; }
  const Tensor& dx() const { return dx_; }
  Device& device() { return device_; }

 private:
  // Makes the model in the first place that takes the operator.
  static std::unique_ptr<Model> Make(const OperatorConfig& op, const NonlinearityConfig& sigma,
                                     const SplittingConfig& method, Device* device) {
    absl::Status last;
    for (const Place& place : kPlaces) {
      ModelConfig config;
      MONDEQ_CHECK(google::protobuf::TextFormat::ParseFromString(place.surroundings, &config));
      EquilibriumConfig& equilibrium = *config.mutable_equilibrium();
      *equilibrium.mutable_operator_() = op;
      *equilibrium.mutable_nonlinearity() = sigma;
      *equilibrium.mutable_splitting() = method;
      equilibrium.mutable_splitting()->set_max_iterations(20000);
      auto model = Model::Create(config, {}, {place.input, kClasses}, device, DType::kFloat64, 5);
      if (model.ok()) return *std::move(model);
      last = model.status();
    }
    std::fprintf(stderr, "%s: no place takes this: %s\n", op.ShortDebugString().c_str(),
                 last.ToString().c_str());
    std::abort();
  }

  // The solve has reached the tolerance, or the floor that rounding sets.
  static void ExpectSettled(const SolveStats& stats) {
    EXPECT_TRUE(stats.converged() || stats.termination == Termination::kStagnated)
        << ToString(stats.termination) << ", change " << stats.quantity;
  }

  Device& device_;
  CrossEntropy loss_;
  std::unique_ptr<Model> model_;
  Tensor x_, dx_, dlogits_, labels_;
};

constexpr char kAllParameters[] = "all parameters";

// A tensor to differentiate by, a direction in it, and the central difference in that direction.
struct Probe {
  std::string name;
  std::vector<double> direction;
  double difference;
};

std::vector<Probe> MakeProbes(Network* network) {
  std::vector<Probe> probes;
  const auto probe = [&](const std::string& name, const Tensor& v) {
    for (int i = 0; i < kDirections; ++i) {
      std::vector<double> d = RandomVector(v.size(), 100 + probes.size());
      double square = 0;
      for (const double e : d) square += e * e;
      for (double& e : d) e /= std::sqrt(square);
      const double difference =
          (network->LossAt(v, d, kStep) - network->LossAt(v, d, -kStep)) / (2 * kStep);
      probes.push_back({name, d, difference});
    }
  };
  const ParameterStore& store = network->model().parameters();
  if (OperationsAreSlow()) {
    probe(kAllParameters, store.values());
  } else {
    for (const Parameter& parameter : store.parameters()) probe(parameter.name, parameter.value);
  }
  probe("x", network->x());
  return probes;
}

void Check(Network* network, const std::vector<Probe>& probes) {
  network->Differentiate();
  for (const Probe& probe : probes) {
    ParameterStore& store = network->model().parameters();
    const Tensor& gradient = probe.name == "x"              ? network->dx()
                             : probe.name == kAllParameters ? store.gradients()
                                                            : store.Find(probe.name)->gradient;
    const std::vector<double> g = ToDoubles(network->device(), gradient);
    double product = 0;
    for (std::size_t i = 0; i < g.size(); ++i) product += g[i] * probe.direction[i];
    EXPECT_NEAR(product, probe.difference, kTolerance) << probe.name;
  }
}

TEST(Model, GradientsAreThoseOfTheLoss) {
  const auto operators = LoadExamples<OperatorExamples>();
  const auto sigmas = LoadExamples<NonlinearityExamples>();
  std::vector<SplittingConfig> methods = LoadExamples<SplittingExamples>();
  // Methods whose error falls as 1/k get nowhere near the tolerance, and others need not converge.
  methods.erase(
      std::remove_if(methods.begin(), methods.end(),
                     [](const SplittingConfig& config) {
                       const auto method = *Registry<SplittingMethod>::Create(config, {}, {});
                       return method->converges_sublinearly() || !method->converges_always();
                     }),
      methods.end());
  // z* does not depend on the method, and so the differences do not: a fast one serves all.
  const auto fast = std::find_if(methods.begin(), methods.end(), [](const auto& method) {
    return PluginName(method) == "peaceman_rachford";
  });
  ASSERT_NE(fast, methods.end());
  const auto device = MakeTestDevice();
  std::set<std::size_t> used;
  for (const auto& pair : TrialPairs(operators.size(), sigmas.size())) {
    const OperatorConfig& op = operators[pair.first];
    const NonlinearityConfig& sigma = sigmas[pair.second];
    const std::size_t m = (pair.first + pair.second) % methods.size();
    used.insert(m);
    SCOPED_TRACE(absl::StrCat(op.ShortDebugString(), " ", sigma.ShortDebugString(), " ",
                              methods[m].ShortDebugString()));
    Network reference(op, sigma, *fast, kDifferenceTolerance, device.get());
    Network network(op, sigma, methods[m], kGradientTolerance, device.get());
    Check(&network, MakeProbes(&reference));
  }
  EXPECT_EQ(used.size(), methods.size());
}

}  // namespace
}  // namespace mondeq
