// Numbers that are none or too large for what computes with them: in weights, checkpoints and
// inputs, and in what is computed.
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/cli/bad_input_testing.h"

namespace mondeq {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

class BadNumber : public BadInput {
 protected:
  // Writes `from` with element `at` of the array replaced, all of the array in float64, as `to`.
  std::string With(const std::string& from, const std::string& array, std::size_t at, double value,
                   const std::string& to) const {
    Safetensors file = *ReadSafetensors(from);
    HostArray& changed = file.arrays.at(array);
    std::vector<double> values = changed.ToDoubles();
    values[at] = value;
    changed = HostArray::From<double>(changed.shape, values);
    return File(to, SerializeSafetensors(file));
  }
  std::string WeightsWith(const std::string& array, std::size_t at, double value) const {
    return With(Weights(), array, at, value, "w.safetensors");
  }
  // Writes the weights with all of the array replaced.
  std::string WeightsWithAll(const std::string& array, double value) const {
    Safetensors file = *ReadSafetensors(Weights());
    HostArray& changed = file.arrays.at(array);
    changed = HostArray::From<double>(
        changed.shape, std::vector<double>(static_cast<std::size_t>(changed.size()), value));
    return File("w.safetensors", SerializeSafetensors(file));
  }

  // No verb takes these weights.
  void RefusesWeights(const std::string& weights, const Strings& parts) const {
    Strings all = parts;
    all.push_back(weights);
    Refuses({"eval", "--weights=" + weights}, kFile, all);
    Refuses({"predict", "--weights=" + weights, "--input=" + GoodInput()}, kFile, all);
    Refuses(SolveWith(weights, GoodInput()), kFile, all);
  }
};

TEST_F(BadNumber, InWeights) {
  for (const double value : {std::nan(""), kInfinity, -kInfinity}) {
    RefusesWeights(WeightsWith("operator.A", 21, value),
                   {"operator.A: expected finite numbers", "at element 21"});
    RefusesWeights(WeightsWith("readout.bias", 3, value),
                   {"readout.bias: expected finite numbers", "at element 3"});
  }
  RefusesWeights(WeightsWith("injection.weight", 0, 1e39),
                 {"injection.weight: expected numbers that a float32 can hold, found 1e+39"});
}

TEST_F(BadNumber, InWeightsThatFloat64CanHold) {
  const std::string weights = WeightsWith("readout.weight", 0, 1e39);
  const Outcome outcome = Mondeq(SolveWith(weights, GoodInput(), {"--dtype=float64"}));
  EXPECT_EQ(outcome.code, 0) << outcome.err;
}

TEST_F(BadNumber, TooSmallToBeNormalised) {
  RefusesWeights(WeightsWithAll("operator.A", 3e-39),
                 {"operator.A: expected zeros, or numbers up to", "found 3e-39 at most"});
  EXPECT_EQ(Mondeq(SolveWith(WeightsWithAll("operator.A", 0), GoodInput())).code, 0);
}

TEST_F(BadNumber, InWhatTheWeightsSayOfThemselves) {
  for (const std::string value : {"nan", "inf", "0", "-1", "none", "", "1e39", "1e-46"}) {
    for (const char* const key : {"alpha", "lipschitz"}) {
      RefusesWeights(
          ChangedWeights(
              [&](std::map<std::string, std::string>* metadata) { (*metadata)[key] = value; }),
          {std::string("metadata ") + key,
           "expected a positive number that a float32 can hold, found \"" + value + "\""});
    }
  }
}

TEST_F(BadNumber, InACheckpoint) {
  const std::string state = NewestCheckpoint(run_), whole = Read(state);
  for (const char* const array : {"param.operator.B", "optimizer.m", "optimizer.v"}) {
    Write(state, Read(With(state, array, 5, std::nan(""), "state.safetensors")));
    Refuses(Trained("train", {"--out=" + run_, "--resume", "--epochs=2"}), kFile,
            {state, array, "expected finite numbers, found nan at element 5"});
    Write(state, whole);
  }
}

TEST_F(BadNumber, InSamples) {
  Safetensors file;
  std::vector<double> x(144, 0.5);
  x[7] = 1e39;
  file.arrays["x"] = HostArray::From<double>({1, 144}, x);
  const std::string path = File("x.safetensors", SerializeSafetensors(file));
  const Strings parts = {path, "x: expected numbers that a float32 can hold, found 1e+39 at",
                         "element 7"};
  Refuses(Solve(path), kFile, parts);
  Refuses({"predict", "--weights=" + Weights(), "--input=" + path}, kFile, parts);
}

// The samples are finite, what is computed of them is beyond the type: no solve has diverged.
TEST_F(BadNumber, InWhatIsInjected) {
  std::vector<float> x(288, 0.5f);
  x[144 + 7] = 3e38f;
  const std::string weights = WeightsWithAll("injection.weight", 3), input = Input({2, 144}, x);
  const Strings injected = {input, "U x + b of sample 1 is beyond float32", "scale x"};
  Refuses(SolveWith(weights, input), kFile, injected);
  Refuses({"predict", "--weights=" + weights, "--input=" + input}, kFile, injected);
  Refuses({"predict", "--weights=" + weights, "--input=" + input, "--set=data.test_batch_size=1"},
          kFile, injected);
  const Outcome wider = Mondeq(SolveWith(weights, input, {"--dtype=float64"}));
  EXPECT_EQ(wider.code, 0) << wider.err;
  Refuses({"eval", "--weights=" + WeightsWithAll("injection.weight", 3e38)}, kFile,
          {"evaluation, batch 1 of 1: U x + b of sample 0 is beyond float32"});

  // U x + b is not yet, but a step or z* is.
  x[144 + 7] = 1e37f;
  Refuses(SolveWith(Weights(), Input({2, 144}, x), {"--alpha=1000"}), kFile,
          {"U x + b of sample 1 is of norm ", "with which z* or a step to it is beyond float32"});
}

TEST_F(BadNumber, InTheLogits) {
  // Their rows sum to far more than float32 can hold.
  const std::string weights = WeightsWithAll("readout.weight", 3e38);
  Safetensors file = *ReadSafetensors(weights);
  file.arrays.at("injection.bias") = HostArray::From<double>({20}, std::vector<double>(20, 9));
  File("w.safetensors", SerializeSafetensors(file));
  const std::string sample = "the logits of sample 0 are beyond float32; scale the weights of the ";
  const Strings parts = {Path("x.safetensors"), sample + "readout, or compute in float64"};
  Refuses({"predict", "--weights=" + weights, "--input=" + GoodInput()}, kFile, parts);
  Refuses({"eval", "--weights=" + weights}, kFile, {"evaluation, batch 1 of 1: " + sample});
  Refuses(SolveWith(weights, GoodInput()), kFile, parts);
  const Outcome wider = Mondeq(SolveWith(weights, GoodInput(), {"--dtype=float64"}));
  EXPECT_EQ(wider.code, 0) << wider.err;
}

TEST_F(BadNumber, InAnOperatorThatOverflows) {
  // A'A is beyond float32, though A is not.
  const std::string weights = WeightsWithAll("operator.A", 1e25);
  Refuses({"eval", "--weights=" + weights,
           "--set=model.equilibrium.splitting.peaceman_rachford.alpha.automatic={}"},
          kFile, {weights, "too large for float32", "||I - W||"});
}

// Adam's v overflows: training must not go on as if nothing were.
TEST_F(BadNumber, InTheOptimizer) {
  const std::string run = Path("run");
  const Strings train = Trained(
      "train", {"--out=" + run, "--set=training.optimizer.adam.weight_decay=0.01", "--epochs"});
  const auto until = [&](const std::string& epochs) {
    Strings arguments = train;
    arguments.back() += "=" + epochs;
    if (epochs != "1") arguments.push_back("--resume");
    return Mondeq(arguments);
  };
  ASSERT_EQ(until("1").code, 0);
  const std::string state = NewestCheckpoint(run);
  Write(state, Read(With(state, "param.readout.bias", 0, 1e24, "state.safetensors")));
  ExpectError(
      until("2"), kDiverged,
      {"epoch 2, batch 2", "a loss", "the last step of the optimiser made readout.bias so"});
}

// What counts as zero in weight normalisation has a meaning.
TEST_F(BadNumber, ZeroIsNone) {
  const std::string config = File("normalized.textproto", Replace(TinyExperiment(), "units: 20",
                                                                  "units: 20 "
                                                                  "weight_normalization: true"));
  const std::string run = Path("normalized");
  ASSERT_EQ(Mondeq({"train", "--config=" + config, "--out=" + run, "--epochs=1"}).code, 0);
  for (const char* const array : {"operator.A", "operator.B"}) {
    Safetensors file = *ReadSafetensors(run + "/weights.safetensors");
    file.arrays.at(array) = HostArray::From<float>({20, 20}, std::vector<float>(400));
    const std::string weights = File("zero.safetensors", SerializeSafetensors(file));
    const Outcome eval = Mondeq({"eval", "--weights=" + weights});
    EXPECT_EQ(eval.code, 0) << eval.err;
    const Outcome solve = Mondeq({"solve", "--weights=" + weights, "--input=" + GoodInput(),
                                  "--output=" + Path("y.safetensors"), "--dtype=float64"});
    EXPECT_EQ(solve.code, 0) << solve.err;
    for (const double g : ReadSafetensors(Path("y.safetensors"))
                              ->arrays.at(std::string("grad.") + array)
                              .ToDoubles()) {
      EXPECT_EQ(g, 0);
    }
  }
}

}  // namespace
}  // namespace mondeq
