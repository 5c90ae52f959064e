// A plugin that returns what it must not: the user learns which.
#include <string>

#include "gtest/gtest.h"
#include "mondeq/cli/command_line_testing.h"

namespace mondeq {
namespace {

std::string Config(const std::string& settings) {
  const std::string directory = NewDirectory("bad_plugin");
  return Write(
      directory + "/c.textproto",
      Replace(TinyExperiment(), "[mondeq.digits] { size: 12 train_count: 300 test_count: 100 }",
              "[mondeq.faulty] { " + settings + " }"));
}

TEST(BadPlugin, TrainingOnWhatIsSound) {
  const Outcome outcome = Mondeq({"train", "--config=" + Config("")});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
}

TEST(BadPlugin, SamplesAreNotWhatItSays) {
  ExpectError(Mondeq({"train", "--config=" + Config("last_label: 2")}), 3,
              {"[mondeq.faulty]", "training samples", "label of sample 5", "0 .. 1", "found 2"});
  ExpectError(Mondeq({"train", "--config=" + Config("pixels: 71 only_test: true")}), 3,
              {"[mondeq.faulty]", "test samples", "6 x 12 pixels", "found 71"});
}

TEST(BadPlugin, ShapeCannotBeMeant) {
  for (const char* const verb : {"train", "validate", "bench"}) {
    ExpectError(Mondeq({verb, "--config=" + Config("rows: 0")}), 3,
                {"[mondeq.faulty]", "found 0 x 3 x 1"});
  }
}

}  // namespace
}  // namespace mondeq
