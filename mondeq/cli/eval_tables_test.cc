#include "mondeq/cli/eval_tables.h"

#include <algorithm>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mondeq {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

void Add(Index label, Index predicted, int times, Classification* seen) {
  ClassifiedSample sample;
  sample.label = label;
  sample.predicted = predicted;
  for (int i = 0; i < times; ++i) seen->Add(sample);
}

TEST(EvalTables, OfFewClasses) {
  Classification seen(3);
  Add(0, 0, 1234, &seen);
  Add(0, 1, 2, &seen);
  Add(1, 1, 6, &seen);
  EXPECT_EQ(ClassTable(seen, {}),
            "  class  samples  precision  recall      f1\n"
            "      0     1236     1.0000  0.9984  0.9992\n"
            "      1        6     0.7500  1.0000  0.8571\n"
            "      2        0          -       -       -\n");
  EXPECT_EQ(ConfusionTable(seen, {"cat", "dog", "\x1b[31m"}),
            "confusion matrix: a row for every label, a column for every prediction\n"
            "          0     1     2\n"
            "    0  1234     2     0  cat\n"
            "    1     0     6     0  dog\n"
            "    2     0     0     0  \\x1b[31m\n");
}

TEST(EvalTables, OfManyClassesTellTheWorst) {
  Classification seen(1000);
  std::vector<std::string> names;
  for (Index c = 0; c < 1000; ++c) {
    names.push_back("name" + std::to_string(c));
    if (c == 7) continue;  // is not there
    Add(c, c, 30, &seen);
    if (c >= 500 && c < 520) Add(c, c + 100, static_cast<int>(c) - 499, &seen);
  }
  const std::string classes = ClassTable(seen, names), mistakes = ConfusionTable(seen, names);
  EXPECT_THAT(classes, HasSubstr("the 10 of 1000 classes with the lowest f1\n"));
  // 519 was taken for 619 20 times, and 518 for 618 19 times.
  EXPECT_THAT(classes, HasSubstr("f1\n    519       50     1.0000  0.6000  0.7500  name519\n"
                                 "    619       30     0.6000  1.0000  0.7500  name619\n"
                                 "    518       49     1.0000  0.6122  0.7595  name518\n"));
  EXPECT_THAT(classes, Not(HasSubstr("name7\n")));
  EXPECT_THAT(mistakes, HasSubstr("  label  predicted  samples\n"
                                  "    519        619       20  name519 taken for name619\n"
                                  "    518        618       19  name518 taken for name618\n"));
  // Titles and ten lines.
  EXPECT_EQ(std::count(classes.begin(), classes.end(), '\n'), 12);
  EXPECT_EQ(std::count(mistakes.begin(), mistakes.end(), '\n'), 12);
}

}  // namespace
}  // namespace mondeq
