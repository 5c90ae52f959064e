// mondeq predict
#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/types/optional.h"
#include "mondeq/cli/flags.h"
#include "mondeq/cli/from_flags.h"
#include "mondeq/cli/input_samples.h"
#include "mondeq/cli/output.h"
#include "mondeq/cli/samples.h"
#include "mondeq/cli/verb.h"
#include "mondeq/core/file.h"
#include "mondeq/core/status.h"
#include "mondeq/core/utf8.h"
#include "mondeq/data/loader.h"
#include "mondeq/inference/replica.h"
#include "mondeq/model/solve_report.h"

namespace mondeq {
namespace {

// What is classified, batch by batch, and its labels where they are known.
class Source {
 public:
  virtual ~Source() = default;
  virtual Index batches() const = 0;
  // Samples, until the next call.
  virtual ConstArray Batch(Index batch) = 0;
  // Those of the last batch, or null.
  virtual const std::int32_t* labels() const { return nullptr; }
  // The file of every sample where there are many, or null.
  virtual const std::vector<std::string>* files() const { return nullptr; }
  // Whether numbers are yet to be normalised.
  virtual bool normalize() const { return false; }
};

class FileSource final : public Source {
 public:
  FileSource(InputSamples input, Index classes, Index batch_size)
      : input_(std::move(input)),
        // Other folders are not the classes.
        has_labels_(input_.classes == classes),
        batch_size_(batch_size) {}

  Index batches() const override { return CeilDiv(input_.x.count(), batch_size_); }
  ConstArray Batch(Index batch) override {
    begin_ = batch * batch_size_;
    return input_.x.View(begin_, std::min(begin_ + batch_size_, input_.x.count()));
  }
  const std::int32_t* labels() const override {
    return has_labels_ ? input_.labels.data() + begin_ : nullptr;
  }
  const std::vector<std::string>* files() const override {
    return input_.files.empty() ? nullptr : &input_.files;
  }
  bool normalize() const override { return input_.normalize; }

 private:
  InputSamples input_;
  bool has_labels_;
  Index batch_size_;
  // Of the last batch.
  Index begin_ = 0;
};

class SplitSource final : public Source {
 public:
  explicit SplitSource(Loader loader) : loader_(std::move(loader)) {}

  Index batches() const override { return loader_.batches(); }
  ConstArray Batch(Index batch) override {
    const Features& features = loader_.samples().features;
    const Index count = loader_.count(batch);
    x_.resize(static_cast<std::size_t>(features.dim() * count));
    labels_.resize(static_cast<std::size_t>(count));
    loader_.Fill(batch, x_.data(), labels_.data());
    return {x_.data(), ArrayLayout::OfState(DType::kFloat32, features, count)};
  }
  const std::int32_t* labels() const override { return labels_.data(); }

 private:
  Loader loader_;
  std::vector<float> x_;
  std::vector<std::int32_t> labels_;
};

std::string Header(Index classes, const Source& source) {
  std::string header = source.files() != nullptr ? "index,file,class" : "index,class";
  if (source.labels() != nullptr) absl::StrAppend(&header, ",label");
  for (Index c = 0; c < classes; ++c) absl::StrAppend(&header, ",probability_", c);
  return header + "\n";
}

// Appends rows for the last batch, whose first sample is `first`: [samples, classes] each.
void AppendRows(const std::vector<double>& logits, const std::vector<double>& probabilities,
                std::size_t classes, Index first, const Source& source, std::string* csv) {
  for (std::size_t n = 0; n < logits.size() / classes; ++n) {
    const double* row = &logits[n * classes];
    const std::size_t index = static_cast<std::size_t>(first) + n;
    absl::StrAppend(csv, index, ",");
    if (source.files() != nullptr)
      absl::StrAppend(csv, CsvCell(Printable((*source.files())[index])), ",");
    absl::StrAppend(csv, std::max_element(row, row + classes) - row);
    if (source.labels() != nullptr) absl::StrAppend(csv, ",", source.labels()[n]);
    for (std::size_t c = 0; c < classes; ++c) {
      absl::StrAppendFormat(csv, ",%.9g", probabilities[n * classes + c]);
    }
    absl::StrAppend(csv, "\n");
  }
}

// Classifies all samples, which errors call `name`, and returns the CSV.
absl::StatusOr<std::string> PredictAll(Source* source, const std::string& name, const Setup& setup,
                                       SolveTally* solves, CertificateTally* tally) {
  Model& model = *setup.model;
  const absl::optional<Normalization> normalization = setup.PixelNormalization();
  Replica replica(&model, normalization.has_value() ? &*normalization : nullptr);
  SolveSettings settings;
  settings.certify = true;
  settings.normalize = source->normalize();
  settings.name = name;
  std::vector<double> logits, probabilities;
  std::string csv;
  for (Index batch = 0; batch < source->batches(); ++batch) {
    const ConstArray x = source->Batch(batch);
    const Shape shape{x.layout.shape[0], model.classes()};
    logits.resize(static_cast<std::size_t>(shape.size()));
    probabilities.resize(logits.size());
    MONDEQ_RETURN_IF_ERROR(replica.Solve(
        x, settings, {{logits.data(), shape}, {probabilities.data(), shape}}, nullptr));
    solves->Add(model.forward_stats());
    tally->Add(model.certificate().relative_error, model.stopping_rule());
    if (csv.empty()) csv = Header(model.classes(), *source);
    AppendRows(logits, probabilities, static_cast<std::size_t>(model.classes()),
               settings.first_sample, *source, &csv);
    settings.first_sample += shape[0];
  }
  return csv;
}

// Whether --split asks for the test samples, in place of --input.
absl::StatusOr<bool> SplitFlag() {
  const std::string split = absl::GetFlag(FLAGS_split);
  if (!split.empty() && split != "test") {
    return absl::InvalidArgumentError(
        absl::StrCat("--split: must be test, found \"", absl::CEscape(split), "\""));
  }
  const bool input = !absl::GetFlag(FLAGS_input).empty();
  if (input != split.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("predict needs --input=FILE or --split=test",
                     input ? ", found both" : "; mondeq help predict tells more"));
  }
  for (const auto& [name, given] : {std::pair("normalized", absl::GetFlag(FLAGS_normalized)),
                                    std::pair("resize", absl::GetFlag(FLAGS_resize))}) {
    if (input || !given) continue;
    return absl::InvalidArgumentError(absl::StrCat("--", name, ": is of --input, found --split"));
  }
  return !input;
}

absl::StatusOr<std::unique_ptr<Source>> MakeSource(bool split, const Setup& setup) {
  const Model& model = *setup.model;
  if (split) {
    MONDEQ_ASSIGN_OR_RETURN(Loader loader, setup.Load(Split::kTest));
    return std::make_unique<SplitSource>(std::move(loader));
  }
  const std::string path = absl::GetFlag(FLAGS_input);
  MONDEQ_ASSIGN_OR_RETURN(InputSamples input, ReadInput(path, setup, model.input(), model.dtype()));
  if (!input.x.Fits(model.input())) {
    return DoesNotFit(input.x, path, model.input(), "the model's input");
  }
  return std::make_unique<FileSource>(std::move(input), model.classes(),
                                      setup.experiment.data().test_batch_size());
}

absl::Status Predict(Invocation& invocation) {
  const std::string input = absl::GetFlag(FLAGS_input), output = absl::GetFlag(FLAGS_output);
  MONDEQ_ASSIGN_OR_RETURN(const bool split, SplitFlag());
  if (!output.empty()) MONDEQ_RETURN_IF_ERROR(CheckOutputFlag());
  MONDEQ_ASSIGN_OR_RETURN(const std::unique_ptr<Setup> setup,
                          SetUp({/*data=*/split, /*weights=*/true}, invocation.err));
  MONDEQ_RETURN_IF_ERROR(setup->MakeModel());
  setup->PrepareSolve();
  MONDEQ_ASSIGN_OR_RETURN(const std::unique_ptr<Source> source, MakeSource(split, *setup));
  SolveTally solves;
  CertificateTally tally;
  MONDEQ_ASSIGN_OR_RETURN(
      const std::string csv,
      PredictAll(source.get(), split ? "--split=test" : input, *setup, &solves, &tally));
  if (output.empty()) {
    invocation.out << csv;
  } else {
    MONDEQ_RETURN_IF_ERROR(WriteFileAtomically(output, csv));
  }
  if (solves.unconverged() > 0) Warn(invocation.err, NotConverged(solves));
  if (tally.Shortfall().has_value()) Warn(invocation.err, *tally.Shortfall());
  return absl::OkStatus();
}

}  // namespace

Verb PredictVerb() {
  return {
      "predict",
      "class and probabilities of new samples, as CSV",
      "",
      {"weights"},
      {"input", "split", "normalized", "resize", "output", "config", "data_dir", "device",
       "threads", "set"},
      absl::StrCat("Takes new samples, --input, or the test samples of the data set, --split=test, "
                   "in their order.\n"
                   "Prints a header and a row per sample: index (from 0), for a folder of images "
                   "the file,\n"
                   "class, the label where it is known, and one probability per class. It is with "
                   "--split, and\n"
                   "for images in as many folders as there are classes, in the order of their "
                   "names. Only\n"
                   "--split needs files of the data set.\n",
                   kInputHelp, kWeightsHelp),
      {"mondeq predict --weights=run/weights.safetensors --input=t10k-images-idx3-ubyte.gz",
       "mondeq predict --weights=run/weights.safetensors --input=x.safetensors "
       "--output=classes.csv",
       "mondeq predict --weights=run/weights.safetensors --input=photos --resize",
       "mondeq predict --weights=run/weights.safetensors --split=test --output=classes.csv"},
      Predict};
}

}  // namespace mondeq
