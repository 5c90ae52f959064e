#include "mondeq/report/report_page.h"

#include <limits>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mondeq {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

int CountOf(const std::string& part, const std::string& text) {
  int count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

// Tags that need no end in HTML.
bool IsVoid(absl::string_view name) { return name == "meta" || name == "!DOCTYPE"; }

// Checks that tags are closed in the order in which they were opened.
void ExpectWellFormed(const std::string& html) {
  std::vector<std::string> open;
  std::size_t at = 0;
  while ((at = html.find('<', at)) != std::string::npos) {
    const std::size_t end = html.find('>', at);
    ASSERT_NE(end, std::string::npos);
    const std::string tag = html.substr(at + 1, end - at - 1);
    const std::string name = tag.substr(0, tag.find_first_of(" /", 1));
    if (tag[0] == '/') {
      ASSERT_FALSE(open.empty()) << tag;
      EXPECT_EQ("/" + open.back(), tag);
      open.pop_back();
    } else if (tag.back() != '/' && !IsVoid(name)) {
      open.push_back(name);
    }
    at = end;
  }
  EXPECT_TRUE(open.empty());
}

// Everything in it is in it: no scripts, and nothing is loaded from elsewhere.
void ExpectSelfContained(const std::string& html) {
  for (const char* part :
       {"<script", "<link", "<iframe", "href=", "url(", "@import", "javascript:"}) {
    EXPECT_THAT(html, Not(HasSubstr(part)));
  }
  EXPECT_EQ(CountOf("src=", html), CountOf("src=\"data:image/png;base64,", html));
  EXPECT_THAT(html, HasSubstr("default-src 'none'"));
}

ReportedRun Made(const std::string& name, const std::string& csv) {
  ReportedRun run;
  run.name = name;
  run.seeds.push_back({name, ParseMetricsCsv("m", csv).value(), /*environment=*/"", {}});
  run.config = "seed: 1\nname: \"" + name + "\"\n";
  return run;
}

std::vector<EpochMetrics> History(Index epochs) {
  std::vector<EpochMetrics> history(static_cast<std::size_t>(epochs));
  double next = 0;
  for (EpochMetrics& row : history) {
    ForEachMetric(row, [&](const char*, auto& value) {
      value = static_cast<std::decay_t<decltype(value)>>(next += 0.5);
    });
    row.epoch = &row - history.data() + 1;
    row.train.relative_error = 1e-3;
  }
  return history;
}

TEST(ReportPageTest, ShowsEveryMetricOfEveryRun) {
  const std::string csv = MetricsCsv(History(5));
  const std::string page = ReportPage({Made("one", csv), Made("other", csv)}, "1.2");
  ExpectWellFormed(page);
  ExpectSelfContained(page);
  // All but the epoch and the share of the first that is train's.
  EXPECT_EQ(CountOf("<polyline ", page), 2 * (static_cast<int>(MetricNames().size()) - 1));
  for (const std::string& name : MetricNames()) {
    EXPECT_EQ(CountOf(absl::StrCat("<th>", name, "</th>"), page), 2) << name;
  }
  EXPECT_EQ(CountOf("viewBox=", page), 14);
  EXPECT_THAT(page, HasSubstr("<mark>name: &quot;one&quot;</mark>"));
  EXPECT_THAT(page, Not(HasSubstr("<mark>seed")));
  EXPECT_THAT(page, HasSubstr("mondeq 1.2"));
}

TEST(ReportPageTest, TheBestEpochIsNamed) {
  const std::string page = ReportPage(
      {Made("run", "epoch,test_accuracy,seconds\n1,0.5,1\n2,0.75,2\n3,0.625,3\n4,nan,6\n")}, "");
  EXPECT_THAT(page, HasSubstr("<td>4</td><td>-</td><td>75.00 % (epoch 2)</td><td>-</td>"));
  EXPECT_THAT(page, HasSubstr("<td>3</td><td>-</td></tr>"));
}

TEST(ReportPageTest, LittleIsAPageToo) {
  const std::string every = MetricsCsv(History(1));
  std::string nan = "epoch,test_accuracy,relative_error,m\n";
  for (int i = 1; i < 4; ++i) absl::StrAppend(&nan, i, ",nan,inf,-inf\n");
  for (const std::string& csv : {every, MetricsCsv({}), nan, std::string("epoch\n1\n")}) {
    const std::string page = ReportPage({Made("run", csv)}, "");
    ExpectWellFormed(page);
    EXPECT_EQ(CountOf("<svg", page), csv == every ? 14 : 0);
    EXPECT_EQ(absl::StrContains(page, "No epoch is done yet."), csv != every);
    EXPECT_THAT(page, Not(HasSubstr("inf<")));
  }
  ExpectWellFormed(ReportPage({}, ""));
}

// A chart of decades has a dot where there is one epoch, too.
TEST(ReportPageTest, EveryChartOfOneEpochHasADot) {
  const std::string page = ReportPage({Made("run", MetricsCsv(History(1)))}, "");
  EXPECT_EQ(CountOf("<circle ", page), static_cast<int>(MetricNames().size()) - 1);
}

// A seed that was just begun hides nothing of the others.
TEST(ReportPageTest, SeedsWithoutEpochsAreLeftOut) {
  ReportedRun run = Made("both", "epoch,test_accuracy\n1,0.5\n2,0.75\n");
  run.seeds.push_back({"both/seed-2", ParseMetricsCsv("m", "epoch\n").value(), "", {}});
  const std::string page = ReportPage({run}, "");
  EXPECT_THAT(page, HasSubstr("<td>2</td><td>75.00 %</td>"));
  EXPECT_THAT(page, HasSubstr("both/seed-2</summary>"));
}

TEST(ReportPageTest, SeedsAreAMeanAndABand) {
  ReportedRun run = Made("both", "epoch,test_accuracy,alpha\n1,0.5,1\n2,0.75,1\n3,0.9,1\n");
  EXPECT_THAT(ReportPage({run}, ""), Not(HasSubstr("<polygon ")));
  run.seeds.push_back({"both/seed-2",
                       ParseMetricsCsv("m", "epoch,test_accuracy\n1,0.7\n2,0.65\n").value(),
                       "",
                       {}});
  const std::string page = ReportPage({run}, "");
  ExpectWellFormed(page);
  EXPECT_EQ(CountOf("<polygon ", page), 1);
  EXPECT_THAT(page, HasSubstr("2 seeds, mean &plusmn; deviation"));
  EXPECT_THAT(page, HasSubstr("<td>2</td><td>70.00 % &plusmn; 7.07 %</td>"
                              "<td>80.00 % &plusmn; 14.14 %</td>"));
  EXPECT_THAT(page, HasSubstr("over the epochs that all of them have done."));
  EXPECT_THAT(page, HasSubstr("both/seed-2</summary>"));
}

ReportedAnswers Answers(Index classes) {
  ReportedAnswers answers;
  answers.predictions.classes = classes;
  for (Index i = 0; i < 3 * classes; ++i) {
    const double loss = static_cast<double>(i % 7);
    answers.predictions.samples.push_back(
        {i % classes, (i % 3 == 0 ? i : i + 1) % classes, 0.5, loss, 5, true, 1e-3, 2e-3});
  }
  answers.why_no_images = "a <reason>";
  return answers;
}

TEST(ReportPageTest, AnswersAreShown) {
  ReportedRun run = Made("run", "epoch\n1\n");
  EXPECT_THAT(ReportPage({run}, ""), HasSubstr("mondeq eval --weights="));
  run.seeds[0].answers = Answers(3);
  std::string page = ReportPage({run}, "");
  ExpectWellFormed(page);
  ExpectSelfContained(page);
  EXPECT_THAT(page, HasSubstr("3 of 9 test samples are right: 33.33 %"));
  EXPECT_THAT(page, HasSubstr("<th>0</th><td class=\"right\" style=\"--share:60.0%\">3</td>"));
  EXPECT_THAT(page, HasSubstr("<td class=\"wrong\" style=\"--share:75.0%\">3</td>"));
  EXPECT_THAT(page, HasSubstr("Without images: a &lt;reason&gt;"));
  EXPECT_THAT(page, HasSubstr("<li>#6: 0 taken for 0, 50.0 % confident, loss 6, error 0.002</li>"));
  run.seeds[0].answers->class_names = {"<b>", "c", "d"};
  run.seeds[0].answers->images.assign(9, "image");
  page = ReportPage({run}, "");
  ExpectWellFormed(page);
  ExpectSelfContained(page);
  EXPECT_EQ(CountOf("data:image/png;base64,aW1hZ2U=", page), 9);
  EXPECT_THAT(page, HasSubstr("0 &lt;b&gt;"));
  // Of many classes there is no matrix.
  run.seeds[0].answers = Answers(kMostClassesInTables + 1);
  page = ReportPage({run}, "");
  ExpectWellFormed(page);
  EXPECT_THAT(page, HasSubstr("Most frequent mistakes"));
  EXPECT_THAT(page, Not(HasSubstr("<table class=\"confusions\"")));
}

TEST(ReportPageTest, RunsWithoutAnswersAreNamed) {
  std::vector<ReportedRun> runs = {Made("one", "epoch\n1\n"), Made("<two>", "epoch\n1\n")};
  runs[0].seeds[0].answers = Answers(3);
  const std::string page = ReportPage(runs, "");
  ExpectWellFormed(page);
  EXPECT_THAT(page, HasSubstr("Nothing is known of those of &lt;two&gt;: <code>mondeq eval "));
  runs[1].seeds[0].answers = Answers(3);
  EXPECT_THAT(ReportPage(runs, ""), Not(HasSubstr("Nothing is known")));
}

TEST(ReportPageTest, WorstSamplesAreThoseOfTheLargestLosses) {
  const Predictions few = Answers(3).predictions, many = Answers(20).predictions;
  EXPECT_THAT(WorstSamples(few), ::testing::ElementsAre(6, 5, 4, 3, 2, 1, 8, 0, 7));
  EXPECT_EQ(WorstSamples(many).size(), kWorstSamples);
  EXPECT_EQ(WorstSamples(many)[1], 13);
}

TEST(ReportPageTest, EnvironmentIsShown) {
  ReportedRun run = Made("run", "epoch\n1\n");
  EXPECT_THAT(ReportPage({run}, ""), Not(HasSubstr("What they ran on")));
  run.seeds[0].environment = "mondeq <1>\nhost\n";
  EXPECT_THAT(ReportPage({run}, ""), HasSubstr("<pre>mondeq &lt;1&gt;\nhost\n</pre>"));
}

TEST(ReportPageTest, TextIsEscaped) {
  const std::string evil = "</title></pre><script>alert('1')</script>\"&\x1b";
  ReportedRun run = Made(evil, "epoch,<script>\n1,2\n");
  const std::string page = ReportPage({run, run}, evil);
  ExpectWellFormed(page);
  ExpectSelfContained(page);
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;"));
}

}  // namespace
}  // namespace mondeq
