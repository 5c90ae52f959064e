// Bad configs.
#include <string>

#include "gtest/gtest.h"
#include "mondeq/cli/bad_input_testing.h"

namespace mondeq {
namespace {

TEST_F(BadInput, MissingConfigFile) {
  Refuses({"train", "--config=" + Path("none")}, kUsage, {Path("none"), "no such file"});
}
TEST_F(BadInput, ConfigTypo) {
  RefusesConfig("nonlinearity", "nonlinearty", {":10:5: ", "\"nonlinearty\"", "\"nonlinearity\""});
}
TEST_F(BadInput, ConfigSyntax) {
  RefusesConfig("epochs: 2", "epochs 2", {":16:10: ", "\":\"", "\"2\""});
}
TEST_F(BadInput, UnknownPlugin) {
  RefusesConfig("mondeq.relu", "mondeq.rleu",
                {":10:", "\"[mondeq.rleu]\"", "did you mean \"[mondeq.relu]\"", "[mondeq.tanh]"});
}
TEST_F(BadInput, UnknownPluginInOtherLetters) {
  RefusesConfig("mondeq.relu", "mondeq.ReLU", {":10:", "did you mean \"[mondeq.relu]\"?"});
  RefusesConfig("mondeq.relu", "mondeq.ReluConfig", {":10:", "did you mean \"[mondeq.relu]\"?"});
  RefusesConfig("mondeq.relu", "type.googleapis.com/mondeq.ReluConfig",
                {":10:20: ", "without an address", "write [mondeq.relu]"});
  RefusesConfig("mondeq.relu", "mylab.swoosh", {":10:", "package \"mylab\"", "linked"});
}
TEST_F(BadInput, FieldOfASlotMisspelt) {
  RefusesConfig("batch_size: 50", "batchsize: 50",
                {":4:3: ", "\"batchsize\"", "did you mean \"batch_size\"?", "[mondeq.mnist]"});
  RefusesConfig("{ value: 0.5 } }", "{ value: 0.5 } } tolerence: 1",
                {":11:", "did you mean \"tolerance\"?", "max_iterations"});
  RefusesConfig("schedule { [mondeq.constant] { learning_rate: 5e-3 } }",
                "schedule { learning_rate: 5e-3 }",
                {":18:14: ", "there is [mondeq.constant].learning_rate"});
  Refuses(Trained("train", {"--set=model.equilibrium.splitting.max_iteration=4"}), kUsage,
          {"did you mean \"max_iterations\"?"});
  Refuses(Trained("train", {"--set=tolerance=1e-3"}), kUsage,
          {"there is model.equilibrium.splitting.tolerance, "});
}
TEST_F(BadInput, ValueWithoutBraces) {
  RefusesConfig("alpha { value: 0.5 }", "alpha: 0.5", {":11:53: ", "write alpha { value: 0.5 }"});
  RefusesConfig("alpha { value: 0.5 }", "alpha: auto", {":11:", "write alpha { automatic {} }"});
  RefusesConfig("nonlinearity { [mondeq.relu] {} }", "nonlinearity: \"relu\"",
                {":10:", "write nonlinearity { [mondeq.relu] {} }"});
}
TEST_F(BadInput, NoSuchMethod) {
  RefusesConfig("[mondeq.peaceman_rachford] { alpha { value: 0.5 } }", "newton {}",
                {":11:17: ", "\"newton\"; known: ", "[mondeq.peaceman_rachford]"});
  RefusesConfig("[mondeq.relu] {}", "[type.googleapis.com/my.X] {}",
                {":10:", "without an address", "unknown mondeq.NonlinearityConfig plugin"});
  Refuses(Trained("train", {"--set=model.precision=float64"}), kUsage,
          {"precision value \"float64\"; known: FLOAT32, TF32"});
}
TEST_F(BadInput, ListWithoutElements) {
  Refuses(Trained("train", {"--set=data.augmentation.flip={}"}), kUsage,
          {"did you mean \"[mondeq.horizontal_flip]\"?"});
  Refuses(Trained("train", {"--set=data.augmentation.horizontal_flip={}"}), kUsage,
          {"augmentation is a list without elements; write data.augmentation={ "
           "[mondeq.horizontal_flip] { } } to give it one"});
}
TEST_F(BadInput, OctalNumbers) {
  RefusesConfig("units: 20", "units: 020", {":9:", "octal", "found \"020\"; write 20"});
}
TEST_F(BadInput, ImageInjectedIntoAVector) {
  RefusesConfig("injection { [mondeq.affine] {} }", "injection { [mondeq.padded_conv] {} }",
                {":8:", "12x12 pixels", "20 features", "[mondeq.conv]"});
}
TEST_F(BadInput, MapsOfImagesBehindVectors) {
  RefusesConfig("readout { [mondeq.affine] {} }", "readout { [mondeq.average_pool] {} }",
                {":13:", "average_pool]: pools the pixels of an image, found 20 features"});
  RefusesConfig("readout { [mondeq.affine] {} }", "readout { [mondeq.padded_conv] {} }",
                {":13:", "found 20 features; write { [mondeq.affine] {} } in its place"});
  RefusesConfig("readout { [mondeq.affine] {} }", "readout { [mondeq.flatten] {} }",
                {":13:", "must give 10 features, found 20; put { [mondeq.affine] {} } behind it"});
}
TEST_F(BadInput, CharactersThatDoNotBelong) {
  RefusesConfig("value: 0.5",
                "value: \xE2\x88\x92"
                "0.5",
                {":11:", "a minus sign", "write -"});
  RefusesConfig("value: 0.5",
                "value: 1e\xE2\x88\x92"
                "3",
                {":11:", "a minus sign", "write -"});

  RefusesConfig("\"tiny\"", "\xE2\x80\x9Ctiny\xE2\x80\x9D", {":1:7: ", "typographic", "write \""});
  RefusesConfig("name: ", "name:\xC2\xA0", {":1:6: ", "no-break space"});
  RefusesConfig("tiny", "t\xEDny", {":1:9: ", "UTF-8", "0xED", "Latin-1"});
}
TEST_F(BadInput, TextOfAConfigIsPrintedEscaped) {
  RefusesConfig("units: 20", "units: 20 m: \"\x1b[31m\xC3\xA9\"", {":9:", "\\x1b[31m\xC3\xA9"});
  Refuses(Trained("train", {"--set=a\x1b=1"}), kUsage, {"--set a\\x1b=1: "});
}
TEST_F(BadInput, SizesThatDoNotHalve) {
  RefusesConfig("[mondeq.dense] { units: 20 }",
                "[mondeq.multi_tier_conv] { channels: [2, 2, 2, 2] }",
                {":9:", "tier 3 of 4", "5x5", "at most 3 entries of channels", "multiples of 8"});
}
TEST_F(BadInput, NonMonotoneActivation) {
  RefusesConfig("mondeq.relu", "mondeq.gelu", {":10:", "gelu", "decreases", "proximal"});
}
TEST_F(BadInput, MissingField) {
  RefusesConfig("units: 20", "", {":9:", "model.equilibrium.operator.[mondeq.dense]", "\"units\""});
}
TEST_F(BadInput, MissingPlugin) {
  RefusesConfig("[mondeq.relu] {}", "",
                {":10:", "model.equilibrium.nonlinearity", "[mondeq.relu]"});
}
TEST_F(BadInput, OutOfRange) {
  RefusesConfig("units: 20", "units: 0", {":9:", "[mondeq.dense].units", "> 0", "found 0"});
}
TEST_F(BadInput, NotANumber) {
  RefusesConfig("units: 20", "units: 20 m: nan", {":9:", "[mondeq.dense].m", "finite", "nan"});
}
TEST_F(BadInput, MNotPositive) {
  RefusesConfig("units: 20", "units: 20 m: 0", {":9:", "[mondeq.dense].m", ">= 1e-12", "found 0"});
  RefusesConfig("units: 20", "units: 20 m: -1",
                {":9:", "[mondeq.dense].m", ">= 1e-12", "found -1"});
}
// Numbers of doubles that are none where they are computed with.
TEST_F(BadInput, NumbersBeyondFloat32) {
  for (const char* const m : {"1e+300", "1e-300"}) {
    RefusesConfig("units: 20", std::string("units: 20 m: ") + m,
                  {":9:", "[mondeq.dense].m", ">= 1e-12 and <= 1e+12", std::string("found ") + m});
  }
  for (const char* const alpha : {"1e+39", "1e+30", "1e-46"}) {
    RefusesConfig("value: 0.5", std::string("value: ") + alpha,
                  {":11:", "alpha.value", "<= 1e+12", std::string("found ") + alpha});
  }
  RefusesConfig("size: 12", "size: 12 mean: 1e38", {":3:", "mean", ">= -10 and <= 10", "1e+38"});
  RefusesConfig("[mondeq.relu] {}", "[mondeq.hard_tanh] { minimum: 1 maximum: 1.00000000001 }",
                {":10:", "minimum must be below maximum"});
}
TEST_F(BadInput, EvenKernelSize) {
  RefusesConfig("[mondeq.dense] { units: 20 }", "[mondeq.conv] { channels: 2 kernel_size: 4 }",
                {":9:", "[mondeq.conv].kernel_size", "odd", "found 4"});
}
TEST_F(BadInput, LeakySlopeOutsideItsInterval) {
  for (const char* const slope : {"0", "1", "1.5", "-0.1"}) {
    RefusesConfig("[mondeq.relu] {}", std::string("[mondeq.leaky_relu] { slope: ") + slope + " }",
                  {":10:", "[mondeq.leaky_relu].slope", ">= 1e-12 and < 1", slope});
  }
}
TEST_F(BadInput, ReadoutOfAnotherShape) {
  RefusesConfig("readout { [mondeq.affine] {} }", "readout { [mondeq.affine] { units: 12 } }",
                {":13:", "model.readout[0]", "10", "found 12"});
}
TEST_F(BadInput, InjectionOfAnotherShape) {
  RefusesConfig("injection { [mondeq.affine] {} }", "injection { [mondeq.affine] { units: 21 } }",
                {":8:", "model.equilibrium.injection[0]", "20", "found 21"});
}
TEST_F(BadInput, InputOfAnotherShapeThanTheData) {
  RefusesConfig("model {", "model { input { channels: 3 }", {"model.input", "12x12", "3"});
}
TEST_F(BadInput, BadOverride) {
  Refuses(Trained("train", {"--set=training.epohcs=3"}), kUsage,
          {"--set training.epohcs=3", "\"epochs\""});
  Refuses(Trained("train", {"--set=training"}), kUsage, {"--set training", "PATH=VALUE"});
  Refuses(Trained("train", {"--set=training.epochs=-3"}), kUsage,
          {"--set training.epochs", "> 0", "-3"});
}
TEST_F(BadInput, EarlyStoppingWithoutSamplesHeldBack) {
  RefusesConfig("epochs: 2", "epochs: 2 early_stopping {}",
                {":16:13: training.early_stopping: ", "validation_fraction must be given"});
}
TEST_F(BadInput, FractionThatIsNone) {
  for (const char* const fraction : {"0", "1", "-0.5", "10", "nan"}) {
    RefusesConfig("epochs: 2", std::string("epochs: 2 validation_fraction: ") + fraction,
                  {":16:", "training.validation_fraction"});
  }
  // Of 300 samples none.
  Refuses(Trained("train", {"--set=training.validation_fraction=1e-3"}), kUsage,
          {"--set training.validation_fraction: ", "of the 300 training samples", "found 0"});
}
TEST_F(BadInput, PatienceOfNothing) {
  RefusesConfig("epochs: 2", "epochs: 2 validation_fraction: 0.5 early_stopping { patience: 0 }",
                {":16:", "early_stopping.patience", "> 0", "found 0"});
  RefusesConfig("epochs: 2",
                "epochs: 2 validation_fraction: 0.5 early_stopping { metric: TEST_LOSS }",
                {":16:", "TEST_LOSS", "VALIDATION_LOSS"});
}
TEST_F(BadInput, NoDataToTrainOn) {
  const std::string text =
      Replace(TinyExperiment(),
              "data {\n  [mondeq.digits] { size: 12 train_count: 300 test_count: 100 }\n"
              "  batch_size: 50\n}\n",
              "");
  Refuses({"train", "--config=" + File("c.textproto", text)}, kUsage, {"\"data\""});
}

}  // namespace
}  // namespace mondeq
