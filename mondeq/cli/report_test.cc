// report: one page about runs.
#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/cli/bad_input_testing.h"
#include "mondeq/cli/train_testing.h"

namespace mondeq {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class ReportTest : public TrainTest {
 protected:
  // The page about these folders.
  std::string Report(const std::vector<std::string>& runs) const {
    std::vector<std::string> command = {"report", "--output=" + Out("report.html")};
    for (const std::string& run : runs) command.push_back("--run=" + Out(run));
    const Outcome outcome = Mondeq(command);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(outcome.out, "written to " + Out("report.html") + "\n");
    return Read(Out("report.html"));
  }
};

TEST_F(ReportTest, ShowsRunsAndWhatTheyDifferIn) {
  Train("one", {"--tensorboard"});
  Train("other", {"--seed=1234"});
  const std::string alone = Report({"one/"});
  EXPECT_THAT(alone, HasSubstr("<h1>one</h1>"));
  EXPECT_THAT(alone, HasSubstr(">accuracy (%)<"));
  EXPECT_THAT(alone, HasSubstr("[mondeq.dense]"));
  EXPECT_THAT(alone, Not(HasSubstr("<mark>")));
  const std::string both = Report({"one", "other"});
  EXPECT_THAT(both, HasSubstr("<h1>2 runs</h1>"));
  EXPECT_THAT(both, HasSubstr("seed: 1234</mark>"));
  EXPECT_THAT(both, Not(HasSubstr("units: 20</mark>")));
  EXPECT_EQ(Report({"one"}), Report({"one/"})) << "the same numbers, the same page";
}

TEST_F(ReportTest, RunsOfOneNameAreToldApart) {
  Train("a/run");
  Train("b/run");
  const std::string page = Report({"a/run", "b/run"});
  EXPECT_THAT(page, HasSubstr(Out("a/run") + "</td>"));
  EXPECT_THAT(page, HasSubstr(Out("b/run") + "</td>"));
}

TEST_F(ReportTest, ARunIsCalledByItsFolder) {
  Train("run");
  const std::string here = std::filesystem::current_path().string();
  std::filesystem::current_path(Out("run"));
  const Outcome outcome = Mondeq({"report", "--run=.", "--output=" + Out("report.html")});
  std::filesystem::current_path(here);
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(Read(Out("report.html")), HasSubstr("<h1>run</h1>"));
}

TEST_F(ReportTest, FoldersOfSeedsAreOneRun) {
  Train("all/seed-10");
  Train("all/seed-9", {"--seed=9"});
  Train("alone");
  std::filesystem::create_directories(Out("all/seed-11"));
  const std::string page = Report({"all", "alone"});
  EXPECT_THAT(page, HasSubstr("<h1>2 runs</h1>"));
  EXPECT_THAT(page, HasSubstr("all, 2 seeds, mean"));
  EXPECT_THAT(page, HasSubstr("<polygon "));
  EXPECT_LT(page.find("all/seed-9</summary>"), page.find("all/seed-10</summary>"));
}

TEST_F(ReportTest, TellsWhatARunRanOn) {
  Train("run", {"--epochs=1"});
  ASSERT_EQ(Mondeq({"train", "--resume", "--out=" + Out("run"), "--epochs=2"}).code, 0);
  const std::string environment = Read(Out("run/environment.txt"));
  EXPECT_THAT(environment, ::testing::MatchesRegex(
                               "began [^\n]*Z\nmondeq [^\n]*, commit [^\n]*\ndevice: cpu, "
                               "[^\n]*\nprocessor: [^\n]*\nhost: [^\n]*\n\nwent on [^\n]*Z\n.*"));
  EXPECT_THAT(Report({"run"}), HasSubstr("<pre>" + environment));
  ExpectError(Mondeq({"report", "--run=" + Out("run"), "--output=" + Out("run/environment.txt")}),
              2, {"--output: "});
}

// eval writes its file into the folder of the run.
TEST_F(ReportTest, ShowsAnswersWithImages) {
  Train("run");
  const std::string predictions = Out("run/predictions.csv");
  ASSERT_EQ(
      Mondeq({"eval", "--weights=" + Out("run/weights.safetensors"), "--output=" + predictions})
          .code,
      0);
  const std::string page = Report({"run"});
  EXPECT_THAT(page, HasSubstr("<figure><img alt=\"\" src=\"data:image/png;base64,iVBORw0KGgo"));
  EXPECT_THAT(page, HasSubstr("Confusion matrix"));
  // Other samples have no pictures of these.
  const std::string csv = Read(predictions);
  Write(predictions, csv.substr(0, csv.rfind('\n', csv.size() - 2) + 1));
  EXPECT_THAT(Report({"run"}), HasSubstr("Without images: predictions.csv is of other samples"));
  Write(predictions, csv);
  EXPECT_THAT(Report({"run"}), Not(HasSubstr("older than the parameters")));
  std::filesystem::last_write_time(
      predictions, std::filesystem::last_write_time(predictions) - std::chrono::hours(1));
  EXPECT_THAT(Report({"run"}), HasSubstr("older than the parameters"));
  Write(predictions, "");
  ExpectError(Mondeq({"report", "--run=" + Out("run"), "--output=" + Out("page.html")}), 3,
              {predictions + ":1: not the predictions of a model"});
}

TEST_F(ReportTest, WritesChartsAsFilesToo) {
  Train("one");
  Train("other");
  const Outcome outcome = Mondeq({"report", "--run=" + Out("one"), "--run=" + Out("other"),
                                  "--output=" + Out("page.html"), "--charts=" + Out("new/charts")});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(FilesIn(Out("new/charts")).size(), 14u);
  const std::string accuracy = Read(Out("new/charts/accuracy.svg"));
  EXPECT_THAT(accuracy, ::testing::StartsWith("<?xml"));
  EXPECT_THAT(accuracy, HasSubstr(">other</text>"));
  EXPECT_NE(Read(Out("new/charts/certified_relative_error.svg")), "");
}

TEST_F(ReportTest, TakesWhatThereIs) {
  NewDirectory("begun");
  Write(NewDirectory("ReportTakesBegun") + "/experiment.textproto", TinyExperiment());
  const std::string begun = ::testing::TempDir() + "ReportTakesBegun";
  const std::string output = "--output=" + Out("page.html");
  ASSERT_EQ(Mondeq({"report", "--run=" + begun, output}).err, "");
  EXPECT_THAT(Read(Out("page.html")), HasSubstr("No epoch is done yet."));
  Write(begun + "/metrics.csv", "epoch,test_accuracy,alpha\n1,0.5,nan\n");
  ASSERT_EQ(Mondeq({"report", "--run=" + begun, output}).err, "");
  EXPECT_THAT(Read(Out("page.html")), HasSubstr("<circle "));
  EXPECT_THAT(Read(Out("page.html")), HasSubstr(">50.00 %<"));
}

TEST_F(ReportTest, ErrorsAreOneLine) {
  Train("run");
  const auto report = [&](const std::string& run, const std::string& output) {
    return Mondeq({"report", "--run=" + Out(run), "--output=" + Out(output)});
  };
  ExpectError(report("none", "page.html"), 3, {Out("none/metrics.csv")});
  ExpectError(report("run", "no/such/page.html"), 3, {"cannot write"});
  ExpectError(report("run", "run/metrics.csv"), 2, {"--output: ", "is the file of --run"});
  ExpectError(report("run", "run/weights.safetensors"), 2, {"is a file of the run in "});
  Write(Out("run/metrics.csv"), "epoch,alpha\n1,2\n3,x\n");
  ExpectError(report("run", "page.html"), 3,
              {Out("run/metrics.csv") + ":3: expected a number, found \"x\""});
  ExpectError(Mondeq({"report", "--output=" + Out("page.html")}), 2, {"report needs --run=DIR"});
}

}  // namespace
}  // namespace mondeq
