// What the program says about itself: help, list, validate.
#include "mondeq/cli/help.h"

#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/cli/command_line_testing.h"
#include "mondeq/cli/run.h"
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
    for (const Verb& verb : Verbs()) {
      EXPECT_THAT(outcome.out, HasSubstr("\n  " + verb.name + " "));
    }
    EXPECT_THAT(outcome.out, HasSubstr("Exit codes"));
  }
}

TEST(HelpTest, TellsEveryFlagOfAVerb) {
  for (const Verb& verb : Verbs()) {
    if (verb.name == "help") continue;
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

TEST(HelpTest, TellsAboutItself) {
  const Outcome outcome = Mondeq({"help", "help"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("mondeq help [VERB]"));
  EXPECT_EQ(Mondeq({"help", "--help"}).out, outcome.out);
}

TEST(HelpTest, UnknownVerbIsRefused) {
  ExpectError(Mondeq({"help", "tarin"}), 2, {"\"train\""});
  ExpectError(Mondeq({"halp"}), 2, {"did you mean \"help\"?"});
  ExpectError(Mondeq({"help", "train", "eval"}), 2, {"\"eval\"", "help takes VERB"});
}

TEST(VersionTest, SaysWhatThisProgramIs) {
  const Outcome outcome = Mondeq({"version"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(Mondeq({"--version"}).out, outcome.out);
  EXPECT_THAT(outcome.out, ::testing::MatchesRegex("mondeq [0-9.]+\ncommit: unknown\ncompiler: .+\n"
                                                   "instruction set: .+\nCUDA: .+\n"));
}

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
  EXPECT_THAT(outcome.out, HasSubstr("slope: double, default 0.01, >= 1e-12 and < 1\n"));
  EXPECT_THAT(outcome.out, ::testing::Not(HasSubstr("[mondeq.dense]")));
}

TEST(ListTest, ListsOneEntry) {
  for (const char* const name : {"leaky_relu", "mondeq.leaky_relu", "[mondeq.leaky_relu]"}) {
    const Outcome outcome = Mondeq({"list", "nonlinearity", name});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr("  [mondeq.leaky_relu]\n"));
    EXPECT_THAT(outcome.out, HasSubstr("slope: double, default 0.01, >= 1e-12 and < 1\n"));
    EXPECT_THAT(outcome.out, ::testing::Not(HasSubstr("[mondeq.relu]")));
  }
  const std::string field = Mondeq({"list", "splitting", "max_iterations"}).out;
  EXPECT_THAT(field, HasSubstr("max_iterations: int64"));
  EXPECT_THAT(field, ::testing::Not(HasSubstr("tolerance:")));
  const std::string part = Mondeq({"list", "experiment", "training"}).out;
  EXPECT_THAT(part, HasSubstr("training.epochs: int64"));
  EXPECT_THAT(part, ::testing::Not(HasSubstr("model.")));
}

// Whatever is listed has an entry of its own.
TEST(ListTest, EveryPluginHasAnEntry) {
  for (const google::protobuf::Descriptor* slot : Slots()) {
    for (const PluginSchema& plugin : Describe(slot)) {
      EXPECT_EQ(Mondeq({"list", KindName(slot), plugin.name}).code, 0) << plugin.name;
    }
  }
}

// Doubles become floats where they are computed with, so each has a range that means something
// there.
void ExpectRanges(const google::protobuf::Descriptor* type, std::set<std::string>* seen) {
  using ::google::protobuf::FieldDescriptor;
  if (!seen->insert(type->full_name()).second) return;
  for (const auto& fields : {PlainFields(type), LinkedPlugins(type)}) {
    for (const FieldDescriptor* one : fields) {
      if (one->message_type() != nullptr) ExpectRanges(one->message_type(), seen);
      const bool floating = one->cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE ||
                            one->cpp_type() == FieldDescriptor::CPPTYPE_FLOAT;
      if (!floating) continue;
      EXPECT_FALSE(InRange(one, 1e20)) << one->full_name();
      EXPECT_FALSE(InRange(one, -1e20)) << one->full_name();
      EXPECT_TRUE(InRange(one, 0) || !InRange(one, 1e-20)) << one->full_name();
    }
  }
}

TEST(ListTest, EveryNumberHasARange) {
  std::set<std::string> seen;
  ExpectRanges(Experiment::descriptor(), &seen);
  EXPECT_EQ(seen.count("mondeq.AlphaConfig"), 1u);
  for (const google::protobuf::Descriptor* slot : Slots()) {
    EXPECT_EQ(seen.count(slot->full_name()), 1u);
  }
}

TEST(ListTest, UnknownEntriesAreRefused) {
  ExpectError(Mondeq({"list", "nonlinearity", "ReLu"}), 2, {"did you mean \"relu\"?"});
  ExpectError(Mondeq({"list", "splitting", "newton"}), 2, {"\"newton\"", "peaceman_rachford"});
  ExpectError(Mondeq({"list", "splitting", "tolerence"}), 2, {"did you mean \"tolerance\"?"});
  ExpectError(Mondeq({"list", "spliting", "relu"}), 2, {"did you mean \"splitting\"?"});
  ExpectError(Mondeq({"list", "dense"}), 2,
              {"\"dense\" is a plugin", "mondeq list operator dense"});
  ExpectError(Mondeq({"list", "ReLU"}), 2, {"mondeq list nonlinearity relu"});
  ExpectError(Mondeq({"list", "mondeq.relu"}), 2, {"mondeq list nonlinearity relu"});
  ExpectError(Mondeq({"list", "splitting", "a", "b"}), 2, {"\"b\"", "KIND and NAME"});
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
