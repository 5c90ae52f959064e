// What the program says about itself: help, list, validate.
#include "mondeq/cli/help.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/cli/command_line_testing.h"
#include "mondeq/cli/verb.h"
#include "mondeq/core/schema.h"
#include "mondeq/training/experiment.pb.h"

namespace mondeq {
namespace {

using ::testing::HasSubstr;

TEST(HelpTest, NamesEveryVerb) {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"--help"}, {"help"}, {"-h"}}) {
    const Outcome outcome = Mondeq(arguments);
    EXPECT_EQ(outcome.code, 0);
    EXPECT_EQ(outcome.err, "");
    for (const char* const verb :
         {"train", "eval", "predict", "solve", "import", "validate", "list", "bench"}) {
      EXPECT_THAT(outcome.out, HasSubstr(std::string("\n  ") + verb + " "));
    }
    EXPECT_THAT(outcome.out, HasSubstr("Exit codes"));
  }
}

TEST(HelpTest, TellsEveryFlagOfAVerb) {
  for (const Verb& verb : {TrainVerb(), EvalVerb(), PredictVerb(), SolveVerb(), ImportVerb(),
                           ValidateVerb(), ListVerb(), BenchVerb()}) {
    const Outcome outcome = Mondeq({"help", verb.name});
    EXPECT_EQ(outcome.code, 0);
    EXPECT_EQ(Mondeq({verb.name, "--help"}).out, outcome.out);
    EXPECT_EQ(Mondeq({verb.name, "--config=none", "-h"}).out, outcome.out);
    for (const std::vector<std::string>& names : {verb.required, verb.optional}) {
      for (const std::string& name : names) {
        EXPECT_THAT(outcome.out, HasSubstr("\n  " + FlagUsage(name) + "\n"));
      }
    }
    ASSERT_FALSE(verb.examples.empty());
    for (const std::string& example : verb.examples) {
      EXPECT_THAT(outcome.out, HasSubstr(example));
      EXPECT_THAT(example, ::testing::StartsWith("mondeq " + verb.name));
    }
  }
}

TEST(HelpTest, UnknownVerbIsRefused) { ExpectError(Mondeq({"help", "tarin"}), 2, {"\"train\""}); }

TEST(HelpTest, WrapKeepsWordsAndWidth) {
  EXPECT_EQ(Wrap("one two three", 2, 9), "  one two\n  three\n");
  EXPECT_EQ(Wrap("unbreakable", 2, 5), "  unbreakable\n");
  EXPECT_EQ(Wrap("", 2, 5), "");
}

TEST(ListTest, ListsEveryPluginWithItsFields) {
  const Outcome outcome = Mondeq({"list"});
  EXPECT_EQ(outcome.code, 0);
  const std::vector<const google::protobuf::Descriptor*> slots = Slots();
  for (const google::protobuf::Descriptor* slot :
       {OperatorConfig::descriptor(), LinearMapConfig::descriptor(),
        NonlinearityConfig::descriptor(), SplittingConfig::descriptor(),
        DatasetConfig::descriptor(), AugmentationConfig::descriptor(),
        OptimizerConfig::descriptor(), ScheduleConfig::descriptor()}) {
    EXPECT_THAT(slots, ::testing::Contains(slot)) << slot->full_name();
    EXPECT_THAT(outcome.out, HasSubstr(KindName(slot) + ": " + KindDoc(slot) + "\n"));
    EXPECT_THAT(Mondeq({"help", "list"}).out, HasSubstr(KindName(slot)));
    const std::vector<PluginSchema> plugins = Describe(slot);
    EXPECT_FALSE(plugins.empty()) << slot->full_name();
    for (const PluginSchema& plugin : plugins) {
      EXPECT_THAT(outcome.out, HasSubstr("\n  " + plugin.full_name + "\n"));
      for (const FieldSchema& one : plugin.fields) {
        EXPECT_THAT(outcome.out, HasSubstr("\n      " + one.name + ": " + one.type));
      }
    }
  }
}

TEST(ListTest, ListsOneKind) {
  const Outcome outcome = Mondeq({"list", "nonlinearity"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.out, HasSubstr("  [mondeq.leaky_relu]\n"));
  EXPECT_THAT(outcome.out, HasSubstr("slope: double, default 0.01, > 0 and < 1\n"));
  EXPECT_THAT(outcome.out, ::testing::Not(HasSubstr("[mondeq.dense]")));
}

TEST(ValidateTest, PrintsTheParameterTable) {
  const std::string config =
      Write(NewDirectory("validate") + "/c.textproto",
            Replace(TinyExperiment(), "units: 20", "units: 20 weight_normalization: true"));
  const Outcome outcome = Mondeq({"validate", "--config=" + config});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.out,
            "tiny\n"
            "input    12x12x1\n"
            "state    20\n"
            "classes  10\n"
            "\n"
            "parameter         shape           count\n"
            "operator.A        [20, 20]          400\n"
            "operator.B        [20, 20]          400\n"
            "operator.gamma    [1]                 1\n"
            "operator.h        [1]                 1\n"
            "injection.weight  [20, 144]        2880\n"
            "injection.bias    [20]               20\n"
            "readout.weight    [10, 20]          200\n"
            "readout.bias      [10]               10\n"
            "total                              3912\n");
}

TEST(ValidateTest, NeedsNoDataFiles) {
  const std::string config = Write(NewDirectory("validate") + "/c.textproto", TinyMnist());
  const Outcome outcome = Mondeq({"validate", "--config=" + config});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("input    28x28x1\n"));
}

}  // namespace
}  // namespace mondeq
