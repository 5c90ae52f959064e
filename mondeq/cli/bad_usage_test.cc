// Bad command lines.
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/cli/bad_input_testing.h"

namespace mondeq {
namespace {

TEST_F(BadInput, UnknownVerb) {
  Refuses({"trian"}, kUsage, {"verb \"trian\"", "\"train\"", "validate"});
}
TEST_F(BadInput, NoVerbGivesHelp) {
  const Outcome outcome = Mondeq({});
  EXPECT_EQ(outcome.code, kUsage);
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(outcome.err, ::testing::HasSubstr("Verbs"));
}
TEST_F(BadInput, UnknownFlag) {
  Refuses(Trained("train", {"--epoch=3"}), kUsage, {"\"--epoch\"", "\"--epochs\"", "--resume"});
}
TEST_F(BadInput, FlagOfAnotherVerb) {
  Refuses(Trained("eval", {"--epochs=3"}), kUsage, {"eval does not take --epochs", "--weights"});
}
TEST_F(BadInput, MissingFlag) { Refuses({"train"}, kUsage, {"train needs --config=FILE"}); }
TEST_F(BadInput, MissingFlagValue) { Refuses({"train", "--config"}, kUsage, {"--config", "none"}); }
TEST_F(BadInput, PositionalArgument) {
  Refuses(Trained("train", {"more"}), kUsage,
          {"\"more\"", "train takes only flags, such as --config=FILE"});
  Refuses(Trained("train", {"\xE2\x80\x94seed=2"}), kUsage,
          {"\"\xE2\x80\x94seed=2\"", "dash (U+2014); write --"});
  Refuses({"version", "all"}, kUsage, {"\"all\"", "version takes none"});
}
TEST_F(BadInput, FlagValueOfAnotherType) {
  Refuses(Trained("train", {"--epochs=many"}), kUsage, {"--epochs", "integer", "\"many\""});
  Refuses(Trained("train", {"--threads=1.5"}), kUsage, {"--threads", "integer", "\"1.5\""});
  Refuses(Trained("train", {"--resume=perhaps"}), kUsage, {"--resume", "true, false or auto"});
  Refuses(Solve(GoodInput(), {"--tol=small"}), kUsage, {"--tol", "number", "\"small\""});
}
TEST_F(BadInput, FlagValueOutOfRange) {
  Refuses(Trained("train", {"--epochs=0"}), kUsage, {"--epochs", "> 0", "found 0"});
  Refuses(Trained("train", {"--seed=-1"}), kUsage, {"--seed", ">= 0", "found -1"});
  for (const char* const threads : {"-1", "1000000"}) {
    Refuses(Trained("train", {std::string("--threads=") + threads}), kUsage,
            {"--threads", "0 to 1024", std::string("found ") + threads});
  }
  for (const char* const flag : {"--tol", "--alpha"}) {
    for (const char* const value : {"0", "-1", "nan", "inf", "1e+39", "1e-46"}) {
      Refuses(Solve(GoodInput(), {std::string(flag) + "=" + value}), kUsage, {flag, value});
    }
  }
  Refuses(Solve(GoodInput(), {"--max_iterations=0"}), kUsage, {"--max_iterations", "found 0"});
}
TEST_F(BadInput, ToleranceOfAHundredPercent) {
  Refuses(Solve(GoodInput(), {"--tol=1"}), kUsage, {"mondeq: --tol: ", "< 1", "found 1"});
}
// A flag that stands for a place of the config is named as it was written.
TEST_F(BadInput, FlagBeyondTheRangeOfItsField) {
  Refuses(Solve(GoodInput(), {"--max_iterations=99999999999"}), kUsage,
          {"mondeq: --max_iterations: ", "<= 1e+08", "found 99999999999"});
  Refuses(Trained("bench", {"--batch=2000000"}), kUsage, {"mondeq: --batch: ", "found 2000000"});
}
TEST_F(BadInput, BenchFlags) {
  Refuses(Trained("bench", {"--steps=0"}), kUsage, {"--steps", "> 0", "found 0"});
  Refuses(Trained("bench", {"--steps=some"}), kUsage, {"--steps", "integer", "\"some\""});
  Refuses(Trained("bench", {"--batch=0"}), kUsage, {"--batch", "> 0", "found 0"});
  Refuses(Trained("bench", {"--batch=2000000"}), kUsage, {"data.batch_size", "2000000"});
  Refuses(Trained("bench", {"--threads=-1"}), kUsage, {"--threads", "0 to 1024", "found -1"});
  Refuses({"bench", "--config=" + Path("none")}, kUsage, {Path("none"), "no such file"});
  Refuses({"bench"}, kUsage, {"bench needs --config=FILE"});
}
TEST_F(BadInput, UnknownDType) {
  Refuses(Solve(GoodInput(), {"--dtype=float16"}), kUsage, {"--dtype", "float64", "\"float16\""});
}
TEST_F(BadInput, UnknownDevice) {
  Refuses(Trained("train", {"--device=tpu"}), kUsage, {"--device", "cuda", "\"tpu\""});
}
TEST_F(BadInput, DeviceNotThere) {
  const Outcome outcome = Mondeq(Trained("validate", {"--device=cuda"}));
  if (outcome.code == 0) GTEST_SKIP() << "there is a CUDA device";
  ExpectError(outcome, kDevice, {});
}
TEST_F(BadInput, FlagOfAnotherVerbMisspelt) {
  Refuses(Trained("eval", {"--epoch=3"}), kUsage,
          {"\"--epoch\"", "it does not take --epochs either", "--weights"});
}
TEST_F(BadInput, HomeOfNobody) {
  Refuses(Trained("train", {"--out=~no_such_user/x"}), kUsage, {"--out: ~no_such_user/x", "user"});
}
TEST_F(BadInput, UnknownKind) {
  Refuses({"list", "operators"}, kUsage, {"\"operators\"", "linear_map"});
}
TEST_F(BadInput, AValueSetTwice) {
  Refuses(Trained("train", {"--set=training.epochs=3", "--set", "training.epochs=4"}), kUsage,
          {"--set training.epochs: expected one value for training.epochs, found another by --set "
           "training.epochs"});
  Refuses(Trained("train", {"--set=training.epochs=3", "--epochs=3"}), kUsage,
          {"--epochs: expected one value for training.epochs, found another by --set"});
  Refuses(Trained("train", {"--seed=3", "--seed=3"}), kUsage, {"--seed: expected once"});
  Refuses(Trained("train",
                  {"--set=training.optimizer.sgd.momentum=0.5", "--set=training.optimizer.sgd={}"}),
          kUsage, {"--set training.optimizer.sgd: expected one value for ", "momentum"});
  const std::string alpha = "model.equilibrium.splitting.peaceman_rachford.alpha.";
  Refuses(Trained("train", {"--set=" + alpha + "value=0.5", "--set=" + alpha + "tune={}"}), kUsage,
          {"--set " + alpha + "tune: would replace model", "alpha.value", "only one of them"});
}
TEST_F(BadInput, PlacesOfTheConfigAsFlags) {
  Refuses(Trained("train", {"--tolerance=1e-3"}), kUsage,
          {"\"--tolerance\"", "--set=model.equilibrium.splitting.tolerance=VALUE"});
  Refuses(Trained("train", {"--batch_size=3"}), kUsage, {"--set=data.batch_size=VALUE"});
}

}  // namespace
}  // namespace mondeq
