// The configs that docs/data.md shows are what it says.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mondeq/core/file.h"
#include "mondeq/data/check_dataset.h"

namespace mondeq {
namespace {

// What is between "data {" and "}" in the guide's blocks of textproto.
std::vector<std::string> ConfigsIn(absl::string_view guide) {
  std::vector<std::string> configs;
  const absl::string_view begin = "```textproto\n", end = "```\n", data = "data {";
  for (std::size_t at = guide.find(begin); at != absl::string_view::npos;
       at = guide.find(begin, at)) {
    at += begin.size();
    const absl::string_view block = guide.substr(at, guide.find(end, at) - at);
    const std::size_t first = block.find(data) + data.size();
    configs.emplace_back(block.substr(first, block.rfind('}') - first));
  }
  return configs;
}

TEST(DataGuideTest, ShowsDataSetsThatExist) {
  const auto guide = ReadFile("docs/data.md");
  ASSERT_TRUE(guide.ok()) << guide.status();
  std::vector<std::string> shapes;
  for (const std::string& text : ConfigsIn(*guide)) {
    DatasetConfig config;
    ConfigSource source;
    const absl::Status status = ParseConfig(text, "docs/data.md", {}, &config, &source);
    ASSERT_TRUE(status.ok()) << status;
    const auto dataset = CreateDataset(config, source, {});
    ASSERT_TRUE(dataset.ok()) << dataset.status();
    shapes.push_back(
        absl::StrCat((*dataset)->features().ToString(), " in ", (*dataset)->classes()));
  }
  EXPECT_THAT(shapes,
              ::testing::ElementsAre("32x32x3 in 10", "30 in 2", "28x28x1 in 26", "28x28x1 in 10",
                                     "16x16x1 in 10", "64x64x3 in 2", "4 in 3", "28x28x1 in 10"));
}

}  // namespace
}  // namespace mondeq
