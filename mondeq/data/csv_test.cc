#include "mondeq/data/csv.h"

#include <cmath>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/core/random.h"

namespace mondeq {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

CsvOptions Options(const std::string& label, absl::optional<bool> header = absl::nullopt,
                   char separator = ',') {
  return {separator, header, label};
}

void ExpectRefused(const std::string& contents, const CsvOptions& options,
                   const std::string& what) {
  const absl::Status status = ParseCsv(contents, "f.csv", options).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  EXPECT_THAT(std::string(status.message()),
              AllOf(StartsWith("f.csv: "), HasSubstr("expected"), HasSubstr("found"),
                    HasSubstr(what), Not(HasSubstr("\n"))));
}

constexpr char kTable[] = "a,kind,b\n1,ash,-2.5\n3e2,elm,+.5\n";

TEST(CsvTest, ReadsValuesAndLabels) {
  const auto table = ParseCsv(kTable, "f.csv", Options("kind"));
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_EQ(table->values.shape, (std::vector<Index>{2, 2}));
  EXPECT_THAT(table->values.As<double>(), ElementsAre(1, -2.5, 300, 0.5));
  EXPECT_THAT(table->labels, ElementsAre("ash", "elm"));
  EXPECT_THAT(table->lines, ElementsAre(2, 3));
  EXPECT_EQ(table->LabelError(1, "an oak").message(),
            "f.csv: line 3, column 2 (kind): expected an oak, found elm");
}

TEST(CsvTest, LabelsAreNamedOrNumbered) {
  for (const char* const label : {"kind", "1", "-2"}) {
    const auto table = ParseCsv(kTable, "f.csv", Options(label));
    ASSERT_TRUE(table.ok()) << table.status();
    EXPECT_THAT(table->labels, ElementsAre("ash", "elm"));
  }
  // A name is before a number.
  const auto table = ParseCsv("x,0\n1,2\n", "f.csv", Options("0", true));
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_THAT(table->labels, ElementsAre("2"));
}

TEST(CsvTest, WhereItIsNotSaidNamesMakeAHeader) {
  const auto rows = [](const std::string& contents, const std::string& label) {
    const auto table = ParseCsv(contents, "f.csv", Options(label));
    EXPECT_TRUE(table.ok()) << table.status();
    return table.ok() ? table->values.shape[0] : -1;
  };
  EXPECT_EQ(rows("a,b\n1,2\n3,4\n", ""), 2);
  EXPECT_EQ(rows("1,2\n3,4\n", ""), 2);
  EXPECT_EQ(rows("1,elm\n3,ash\n", "-1"), 2);
  EXPECT_EQ(rows("a,kind\n3,ash\n", "-1"), 1);
  EXPECT_EQ(rows("1,kind\n3,ash\n", "kind"), 1);
  // pandas numbers columns that have no names; other numbers are a sample that would be lost.
  const auto numbers = ParseCsv("0,1\n3,4\n", "f.csv", Options("", true));
  ASSERT_TRUE(numbers.ok());
  EXPECT_THAT(numbers->values.As<double>(), ElementsAre(3, 4));
  EXPECT_THAT(ParseCsv("1,2\n3,4\n", "f.csv", Options("", true)).status().message(),
              HasSubstr("expected a header of names, found numbers alone"));
  EXPECT_THAT(ParseCsv("1,NA,3\n4,5,6\n", "f.csv", Options("")).status().message(),
              HasSubstr("column 2: expected a finite number, found"));
}

TEST(CsvTest, SpaceQuotesAndLineEndsDoNotMatter) {
  for (const char* const contents :
       {"a,\"the \"\"kind\"\"\"\n1,x\n",
        "\xef\xbb\xbf"
        "a,\"the \"\"kind\"\"\"\r\n1,x\r\n",
        "\n \n a , \"the \"\"kind\"\"\" \n\n\t1 ,\" x\"\n\n", "a,the \"kind\"\n\"1\",x"}) {
    const auto table = ParseCsv(contents, "f.csv", Options("the \"kind\""));
    ASSERT_TRUE(table.ok()) << table.status();
    EXPECT_THAT(table->values.As<double>(), ElementsAre(1));
    EXPECT_EQ(table->labels.size(), 1u);
  }
  const auto table = ParseCsv("a\tb\n1\t 2\n", "f.csv", Options("b", true, '\t'));
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_THAT(table->labels, ElementsAre("2"));
}

// 17 digits tell every double.
TEST(CsvTest, NumbersAreExact) {
  Random random(1);
  std::string contents;
  std::vector<double> values;
  for (int i = 0; i < 1000; ++i) {
    values.push_back(random.Normal() * std::pow(10, random.Uniform(-30, 30)));
    char text[40];
    std::snprintf(text, sizeof(text), "%.17g%c", values.back(), i % 10 == 9 ? '\n' : ';');
    contents += text;
  }
  const auto table = ParseCsv(contents, "f.csv", Options("", false, ';'));
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_EQ(table->values.shape, (std::vector<Index>{100, 10}));
  EXPECT_EQ(table->values.As<double>(), absl::MakeConstSpan(values));
}

TEST(CsvTest, NamesLineAndColumn) {
  for (const auto& [contents, what] : std::vector<std::pair<std::string, std::string>>{
           {"a,b\n1,2\n\n3,x\n", "line 4, column 2 (b): expected a finite number, found x"},
           {"a,b\n1,\n", "line 2, column 2 (b): expected a finite number, found nothing"},
           {"a,b\nnan,1\n", "line 2, column 1 (a): expected a finite number, found nan"},
           {"a,b\n-inf,1\n", "found -inf"},
           {"a,b\n1e999,1\n", "found 1e999"},
           {"a,b\n1.5.1,1\n", "found 1.5.1"},
           {"a,b\n1 2,1\n", "found 1 2"},
           {"a,b\n1,2,3\n", "line 2: expected 2 columns, as in line 1, found 3"},
           {"\na,b\n1\n", "line 3: expected 2 columns, as in line 2, found 1"},
           {"a,b\n1,\"2\n",
            "line 2, column 2 (b): expected a closing quote in the line, found \"2"},
           {"a,b\n\"1\"0,2\n",
            "line 2, column 1 (a): expected the separator ',' after the closing "
            "quote, found 0,2"},
           {"a,\x1b[2J\n1,x\n", "column 2 (\\x1b[2J): expected"},
           {"a,b\n1,\xff\n", "found \\xff"}}) {
    ExpectRefused(contents, Options(""), what);
  }
  ExpectRefused("a,b\n1,2\n", Options("", false),
                "line 1, column 1: expected a finite number, found a in the first line, which is "
                "no header");
}

TEST(CsvTest, RefusesOtherLabels) {
  ExpectRefused(kTable, Options("species"),
                "line 1: expected a column of labels \"species\", found a, kind, b");
  ExpectRefused("1,2\n", Options("2"), "\"2\", found 2 columns without names");
  ExpectRefused("1,2\n", Options("-3"), "\"-3\", found 2 columns without names");
  ExpectRefused("1,2\n", Options("99999999999999999999"), "found 2 columns without names");
  ExpectRefused("kind,b,kind\n1,2,3\n", Options("kind"), "expected one column of labels \"kind\"");
  ExpectRefused("kind\n1\n", Options("kind"), "expected a column beside that of the labels");
}

TEST(CsvTest, RefusesWhatIsNoTable) {
  ExpectRefused("", Options(""), "expected lines of numbers, found an empty file");
  ExpectRefused("\n \r\n", Options(""), "found empty lines alone");
  ExpectRefused("a,b\n", Options(""), "found a header alone");
  ExpectRefused("\x89PNG\r\n\x1a\n", Options(""), "expected lines of numbers, found a PNG image");
  ExpectRefused("<html><body>", Options(""), "found an HTML page");
}

// No prefix of a table and no other byte in it does harm; what is left of it is read or refused.
TEST(CsvTest, EveryDamageIsSurvived) {
  const std::string whole = "a,\"k\",b\n1,\"as\"\"h\",-2.5\n3e2,elm,+.5\n";
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::vector<std::string> damaged = {whole.substr(0, at)};
    for (const char c : {'\0', '\xff', '"', ',', '\n', '\r'}) {
      damaged.push_back(whole);
      damaged.back()[at] = c;
    }
    for (const std::string& contents : damaged) {
      const auto table = ParseCsv(contents, "f.csv", Options("k"));
      if (!table.ok()) {
        ExpectRefused(contents, Options("k"), "");
        continue;
      }
      EXPECT_EQ(table->values.bytes.size(), 8 * static_cast<std::size_t>(table->values.size()));
      EXPECT_EQ(static_cast<Index>(table->labels.size()), table->values.shape[0]);
    }
  }
}

}  // namespace
}  // namespace mondeq
