// csv: users' own tables, a file for training and one for testing.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "mondeq/core/file.h"
#include "mondeq/core/registry.h"
#include "mondeq/core/status.h"
#include "mondeq/data/csv.h"
#include "mondeq/data/csv.pb.h"
#include "mondeq/data/dataset.h"
#include "mondeq/data/find_files.h"
#include "mondeq/data/sample_array.h"

namespace mondeq {
namespace {

class Csv : public Dataset {
 public:
  Csv(const CsvConfig& config, const Features& features, Normalization normalization,
      const std::string& data_dir)
      : config_(config),
        features_(features),
        normalization_(std::move(normalization)),
        data_dir_(data_dir) {}

  Features features() const override { return features_; }
  int classes() const override {
    return config_.class_name().empty() ? config_.classes() : config_.class_name_size();
  }
  Normalization normalization() const override { return normalization_; }

  absl::StatusOr<Samples> Load(Split split) const override {
    const FileSearch search{"csv",         data_dir_,
                            /*files=*/{},  config_.directory(),
                            {""},
                            /*idx=*/false, "name the files in train_file and test_file"};
    MONDEQ_ASSIGN_OR_RETURN(const FoundFiles files, FindSplit(search, {config_.train_file()},
                                                              {config_.test_file()}, split));
    const std::string& path = files.paths[0];
    MONDEQ_ASSIGN_OR_RETURN(const std::string contents, ReadFile(path));
    MONDEQ_ASSIGN_OR_RETURN(
        const CsvTable table,
        ParseCsv(contents, path, {config_.separator()[0], config_.header(), config_.label()}));
    Samples samples;
    samples.source = files.folder;
    samples.features = features_;
    samples.classes = classes();
    samples.class_names = {config_.class_name().begin(), config_.class_name().end()};
    if (table.values.shape[1] != features_.dim()) {
      return absl::DataLossError(absl::StrCat(path, ": expected ", features_.dim(),
                                              " columns beside ", table.label_column,
                                              " of the labels, found ", table.values.shape[1]));
    }
    MONDEQ_RETURN_IF_ERROR(SetSamples(table.values, path, &samples));
    for (std::size_t row = 0; row < table.labels.size(); ++row) {
      MONDEQ_ASSIGN_OR_RETURN(const Index label, ClassOf(table, row));
      samples.labels.push_back(static_cast<std::int32_t>(label));
    }
    return samples;
  }

 private:
  absl::StatusOr<Index> ClassOf(const CsvTable& table, std::size_t row) const {
    const std::string& label = table.labels[row];
    const auto& names = config_.class_name();
    if (!names.empty()) {
      const auto found = std::find(names.begin(), names.end(), label);
      if (found != names.end()) return found - names.begin();
      return table.LabelError(row, absl::StrCat("one of ", absl::StrJoin(names, ", ")));
    }
    const Index first = config_.first_label(), last = first + classes() - 1;
    Index number = 0;
    if (absl::SimpleAtoi(label, &number) && number >= first && number <= last) {
      return number - first;
    }
    return table.LabelError(row, absl::StrCat("a label from ", first, " to ", last));
  }

  const CsvConfig config_;
  const Features features_;
  const Normalization normalization_;
  const std::string data_dir_;
};

absl::Status CheckClasses(const CsvConfig& config) {
  if (config.has_classes() == !config.class_name().empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("classes: expected classes or class_name, found ",
                     config.has_classes() ? "both" : "neither"));
  }
  for (auto name = config.class_name().begin(); name != config.class_name().end(); ++name) {
    if (std::count(config.class_name().begin(), name, *name) == 0) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("class_name: expected every name once, found another \"", *name, "\""));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Dataset>> MakeCsv(const CsvConfig& config,
                                                 const Dataset::Context& context) {
  MONDEQ_RETURN_IF_ERROR(
      CheckFileNames({{"train_file", config.train_file()}, {"test_file", config.test_file()}}));
  MONDEQ_RETURN_IF_ERROR(CheckFolderName("directory", config.directory()));
  if (config.separator().size() != 1 || config.separator() == "\"" || config.separator() == "\n") {
    return absl::InvalidArgumentError(absl::StrCat(
        "separator: expected one character between cells, found \"", config.separator(), "\""));
  }
  if (config.label().empty()) {
    return absl::InvalidArgumentError("label: expected a column, found \"\"");
  }
  MONDEQ_RETURN_IF_ERROR(CheckClasses(config));
  MONDEQ_ASSIGN_OR_RETURN(const Features features, FeaturesOf(config.shape()));
  MONDEQ_ASSIGN_OR_RETURN(Normalization normalization,
                          NormalizationOf(config.mean(), config.stddev(), features));
  return std::make_unique<Csv>(config, features, std::move(normalization), context.data_dir);
}

MONDEQ_REGISTER(Dataset, csv, MakeCsv);

}  // namespace
}  // namespace mondeq
