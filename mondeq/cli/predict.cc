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
#include "mondeq/cli/flags.h"
#include "mondeq/cli/from_flags.h"
#include "mondeq/cli/input_samples.h"
#include "mondeq/cli/output.h"
#include "mondeq/cli/samples.h"
#include "mondeq/cli/verb.h"
#include "mondeq/core/file.h"
#include "mondeq/core/status.h"
#include "mondeq/data/loader.h"
#include "mondeq/model/check_finite.h"
#include "mondeq/model/softmax.h"
#include "mondeq/model/solve_report.h"
#include "mondeq/model/weights.h"

namespace mondeq {
namespace {

// What is classified, batch by batch, and its labels where they are known.
class Source {
 public:
  virtual ~Source() = default;
  virtual Index batches() const = 0;
  // A batch as a state, [dim, samples].
  virtual HostArray Batch(Index batch) = 0;
  // Those of the last batch.
  virtual const std::vector<std::int32_t>* labels() const { return nullptr; }
};

class FileSource final : public Source {
 public:
  FileSource(SampleArray x, const Features& features, Index batch_size)
      : x_(std::move(x)), features_(features), batch_size_(batch_size) {}

  Index batches() const override { return (x_.count() + batch_size_ - 1) / batch_size_; }
  HostArray Batch(Index batch) override {
    const Index begin = batch * batch_size_;
    return ToState(x_.Slice(begin, std::min(begin + batch_size_, x_.count())).array, features_);
  }

 private:
  SampleArray x_;
  Features features_;
  Index batch_size_;
};

class SplitSource final : public Source {
 public:
  explicit SplitSource(Loader loader) : loader_(std::move(loader)) {}

  Index batches() const override { return loader_.batches(); }
  HostArray Batch(Index batch) override {
    const Index count = loader_.count(batch), dim = loader_.samples().features.dim();
    std::vector<float> x(static_cast<std::size_t>(dim * count));
    labels_.resize(static_cast<std::size_t>(count));
    loader_.Fill(batch, x.data(), labels_.data());
    return HostArray::From<float>({dim, count}, x);
  }
  const std::vector<std::int32_t>* labels() const override { return &labels_; }

 private:
  Loader loader_;
  std::vector<std::int32_t> labels_;
};

std::string Header(Index classes, bool labels) {
  std::string header = labels ? "index,class,label" : "index,class";
  for (Index c = 0; c < classes; ++c) absl::StrAppend(&header, ",probability_", c);
  return header + "\n";
}

// Appends rows for the samples from `first` on. The logits are [classes, count]; `labels` may be
// null.
void AppendRows(const std::vector<double>& logits, Index classes, Index first,
                const std::vector<std::int32_t>* labels, std::string* csv) {
  const Index count = static_cast<Index>(logits.size()) / classes;
  for (Index n = 0; n < count; ++n) {
    std::vector<double> row;
    for (Index c = 0; c < classes; ++c) row.push_back(logits[c * count + n]);
    std::vector<double> probabilities(row.size());
    Softmax(classes, row.data(), probabilities.data());
    const auto best = std::max_element(row.begin(), row.end()) - row.begin();
    absl::StrAppend(csv, first + n, ",", best);
    if (labels != nullptr) absl::StrAppend(csv, ",", (*labels)[static_cast<std::size_t>(n)]);
    for (double probability : probabilities) absl::StrAppendFormat(csv, ",%.9g", probability);
    absl::StrAppend(csv, "\n");
  }
}

// Classifies all samples, which errors call `name`, and returns the CSV.
absl::StatusOr<std::string> PredictAll(Source* source, const std::string& name, Model* model,
                                       SolveTally* solves, CertificateTally* tally) {
  model->set_certifies(true);
  Device& device = model->device();
  std::string csv;
  Index begin = 0;
  for (Index batch = 0; batch < source->batches(); ++batch) {
    const Tensor x = ToTensor(device, model->dtype(), source->Batch(batch));
    const Tensor& logits = model->Forward(x);
    const absl::optional<std::string> overflow = Overflow(model, begin);
    if (overflow.has_value()) return absl::DataLossError(absl::StrCat(name, ": ", *overflow));
    MONDEQ_RETURN_IF_ERROR(CheckAnswers(model, begin));
    solves->Add(model->forward_stats());
    tally->Add(model->certificate(), model->stopping_rule());
    if (csv.empty()) csv = Header(model->classes(), source->labels() != nullptr);
    AppendRows(ToHostArray(device, logits).ToDoubles(), model->classes(), begin, source->labels(),
               &csv);
    begin += x.columns();
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
  if (!input && absl::GetFlag(FLAGS_normalized)) {
    return absl::InvalidArgumentError("--normalized: is of --input, found --split");
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
  MONDEQ_ASSIGN_OR_RETURN(InputSamples input, ReadInput(path, setup, model.input()));
  MONDEQ_RETURN_IF_ERROR(CheckFinite(input.x.array, model.dtype(), path + ": x"));
  if (!input.x.Fits(model.input())) {
    return DoesNotFit(input.x, path, model.input(), "the model's input");
  }
  return std::make_unique<FileSource>(std::move(input.x), model.input(),
                                      setup.experiment.data().test_batch_size());
}

absl::Status Predict(Invocation& invocation) {
  const std::string input = absl::GetFlag(FLAGS_input), output = absl::GetFlag(FLAGS_output);
  MONDEQ_ASSIGN_OR_RETURN(const bool split, SplitFlag());
  if (!output.empty()) MONDEQ_RETURN_IF_ERROR(CheckOutputFlag());
  MONDEQ_ASSIGN_OR_RETURN(const std::unique_ptr<Setup> setup,
                          SetUp({/*data=*/split, /*weights=*/true}, invocation.err));
  MONDEQ_RETURN_IF_ERROR(setup->MakeModel());
  Model* model = setup->model.get();
  setup->PrepareSolve();
  MONDEQ_ASSIGN_OR_RETURN(const std::unique_ptr<Source> source, MakeSource(split, *setup));
  SolveTally solves;
  CertificateTally tally;
  MONDEQ_ASSIGN_OR_RETURN(
      const std::string csv,
      PredictAll(source.get(), split ? "--split=test" : input, model, &solves, &tally));
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
      {"input", "split", "normalized", "output", "config", "data_dir", "device", "threads", "set"},
      absl::StrCat("Takes new samples, --input, or the test samples of the data set, --split=test, "
                   "in their order.\n"
                   "Prints a header and a row per sample: index (from 0), class, with --split the "
                   "label, and\n"
                   "one probability per class. Only --split needs files of the data set.\n",
                   kInputHelp, kWeightsHelp),
      {"mondeq predict --weights=run/weights.safetensors --input=t10k-images-idx3-ubyte.gz",
       "mondeq predict --weights=run/weights.safetensors --input=x.safetensors "
       "--output=classes.csv",
       "mondeq predict --weights=run/weights.safetensors --split=test --output=classes.csv"},
      Predict};
}

}  // namespace mondeq
