// mondeq predict
#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "mondeq/cli/flags.h"
#include "mondeq/cli/from_flags.h"
#include "mondeq/cli/output.h"
#include "mondeq/cli/samples.h"
#include "mondeq/cli/verb.h"
#include "mondeq/core/file.h"
#include "mondeq/core/status.h"
#include "mondeq/data/idx.h"
#include "mondeq/model/check_finite.h"
#include "mondeq/model/solve_report.h"
#include "mondeq/model/weights.h"

namespace mondeq {
namespace {

// The error that a file is nothing that this verb takes.
absl::Status UnknownFormat(const std::string& path, const std::string& contents) {
  const absl::Status status = ParseIdxImages(contents, path).status();
  return absl::DataLossError(absl::StrCat(
      status.message(), "; predict takes IDX images (plain or gzip) and safetensors with x"));
}

// Reads safetensors or IDX images, which their first bytes tell apart: safetensors have a JSON
// header.
absl::StatusOr<SampleArray> ReadInput(const std::string& path, const Setup& setup) {
  MONDEQ_ASSIGN_OR_RETURN(const std::string contents, ReadFile(path));
  const bool has_header = contents.size() > 8 && contents[8] == '{';
  if (has_header || absl::EndsWith(path, ".safetensors")) {
    MONDEQ_ASSIGN_OR_RETURN(const Safetensors file, ParseSafetensors(contents, path));
    return FindSamples(file, path, setup.model->input());
  }
  if (!AreIdxImages(contents)) return UnknownFormat(path, contents);
  const absl::optional<Normalization> normalization = setup.PixelNormalization();
  if (!normalization.has_value()) {
    return setup.source.Error(setup.experiment, "",
                              "missing field \"data\": without it IDX images cannot be "
                              "normalised");
  }
  return IdxAsSamples(contents, path, *normalization);
}

// The probabilities softmax(logits) of one sample.
std::vector<double> Softmax(const std::vector<double>& logits) {
  const double largest = *std::max_element(logits.begin(), logits.end());
  std::vector<double> probabilities;
  double sum = 0;
  for (double logit : logits) sum += probabilities.emplace_back(std::exp(logit - largest));
  for (double& probability : probabilities) probability /= sum;
  return probabilities;
}

std::string Header(Index classes) {
  std::string header = "index,class";
  for (Index c = 0; c < classes; ++c) absl::StrAppend(&header, ",probability_", c);
  return header + "\n";
}

// Appends rows for the samples from `first` on. The logits are [classes, count].
void AppendRows(const std::vector<double>& logits, Index classes, Index first, std::string* csv) {
  const Index count = static_cast<Index>(logits.size()) / classes;
  for (Index n = 0; n < count; ++n) {
    std::vector<double> row;
    for (Index c = 0; c < classes; ++c) row.push_back(logits[c * count + n]);
    const std::vector<double> probabilities = Softmax(row);
    const auto best = std::max_element(row.begin(), row.end()) - row.begin();
    absl::StrAppend(csv, first + n, ",", best);
    for (double probability : probabilities) absl::StrAppendFormat(csv, ",%.9g", probability);
    absl::StrAppend(csv, "\n");
  }
}

// Classifies all samples of file `input`, batch by batch, and returns the CSV.
absl::StatusOr<std::string> PredictAll(const SampleArray& samples, const std::string& input,
                                       Index batch_size, Model* model, SolveTally* solves,
                                       CertificateTally* tally) {
  model->set_certifies(true);
  Device& device = model->device();
  std::string csv = Header(model->classes());
  for (Index begin = 0; begin < samples.count(); begin += batch_size) {
    const Index end = std::min(begin + batch_size, samples.count());
    const HostArray state = ToState(samples.Slice(begin, end).array, model->input());
    const Tensor x = ToTensor(device, model->dtype(), state);
    const Tensor& logits = model->Forward(x);
    const absl::optional<std::string> overflow = Overflow(model, begin);
    if (overflow.has_value()) return absl::DataLossError(absl::StrCat(input, ": ", *overflow));
    MONDEQ_RETURN_IF_ERROR(CheckAnswers(model, begin));
    solves->Add(model->forward_stats());
    tally->Add(model->certificate(), model->stopping_rule());
    AppendRows(ToHostArray(device, logits).ToDoubles(), model->classes(), begin, &csv);
  }
  return csv;
}

absl::Status Predict(Invocation& invocation) {
  const std::string input = absl::GetFlag(FLAGS_input), output = absl::GetFlag(FLAGS_output);
  if (!output.empty()) MONDEQ_RETURN_IF_ERROR(CheckOutputFlag());
  MONDEQ_ASSIGN_OR_RETURN(const std::unique_ptr<Setup> setup,
                          SetUp({/*data=*/false, /*weights=*/true}, invocation.err));
  MONDEQ_RETURN_IF_ERROR(setup->MakeModel());
  Model* model = setup->model.get();
  setup->PrepareSolve();
  MONDEQ_ASSIGN_OR_RETURN(const SampleArray samples, ReadInput(input, *setup));
  MONDEQ_RETURN_IF_ERROR(CheckFinite(samples.array, model->dtype(), input + ": x"));
  if (!samples.Fits(model->input())) {
    return DoesNotFit(samples, input, model->input(), "the model's input");
  }
  SolveTally solves;
  CertificateTally tally;
  MONDEQ_ASSIGN_OR_RETURN(const std::string csv,
                          PredictAll(samples, input, setup->experiment.data().test_batch_size(),
                                     model, &solves, &tally));
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
      {"weights", "input"},
      {"output", "config", "data_dir", "device", "threads", "set"},
      absl::StrCat(
          "Reads IDX images (plain or gzip), which are normalised as in training, or a "
          "safetensors\n"
          "file with x [N, d] or [N, C, H, W], which is taken as it is. Prints a header and a row "
          "per\n"
          "sample: index (from 0), class, one probability per class. No files of the data set are\n"
          "needed.\n",
          kWeightsHelp),
      {"mondeq predict --weights=run/weights.safetensors --input=t10k-images-idx3-ubyte.gz",
       "mondeq predict --weights=run/weights.safetensors --input=x.safetensors "
       "--output=classes.csv"},
      Predict};
}

}  // namespace mondeq
