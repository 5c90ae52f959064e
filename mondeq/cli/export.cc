// mondeq export
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/flags/flag.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "mondeq/cli/flags.h"
#include "mondeq/cli/from_flags.h"
#include "mondeq/cli/monotone_op_net.h"
#include "mondeq/cli/verb.h"
#include "mondeq/core/file.h"
#include "mondeq/core/npz.h"
#include "mondeq/core/safetensors.h"
#include "mondeq/core/status.h"
#include "mondeq/core/torch_file.h"

namespace mondeq {
namespace {

absl::StatusOr<std::string> Serialize(const std::string& format, const Safetensors& weights) {
  if (format == "safetensors") return SerializeSafetensors(weights);
  absl::StatusOr<std::string> file =
      format == "npz" ? SerializeNpz(weights) : SerializeTorchFile(weights);
  if (file.ok()) return file;
  return absl::Status(file.status().code(),
                      absl::StrCat("--format=", format, ": ", file.status().message(),
                                   "; --format=safetensors has no such limit"));
}

absl::Status CheckFlags() {
  const std::string format = absl::GetFlag(FLAGS_format), names = absl::GetFlag(FLAGS_names);
  if (format != "npz" && format != "torch" && format != "safetensors") {
    return absl::InvalidArgumentError(
        absl::StrCat("--format: must be npz, torch or safetensors, found \"", format, "\""));
  }
  if (names != "mondeq" && names != "monotone_op_net") {
    return absl::InvalidArgumentError(
        absl::StrCat("--names: must be mondeq or monotone_op_net, found \"", names, "\""));
  }
  return CheckOutputFlag();
}

absl::Status Export(Invocation& invocation) {
  MONDEQ_RETURN_IF_ERROR(CheckFlags());
  MONDEQ_ASSIGN_OR_RETURN(const std::unique_ptr<Setup> setup,
                          SetUp({/*data=*/false, /*weights=*/true}, invocation.err));
  std::map<std::string, HostArray> arrays = setup->weights->arrays;
  MONDEQ_RETURN_IF_ERROR(setup->MakeModel());
  const Model& model = *setup->model;
  MONDEQ_ASSIGN_OR_RETURN(Safetensors weights, setup->WholeWeights(std::move(arrays)));
  if (absl::GetFlag(FLAGS_names) == "monotone_op_net") {
    MONDEQ_ASSIGN_OR_RETURN(
        weights, ToMonotoneOpNet(weights, absl::GetFlag(FLAGS_weights), model.parameters()));
  }
  MONDEQ_ASSIGN_OR_RETURN(const std::string file, Serialize(absl::GetFlag(FLAGS_format), weights));
  MONDEQ_RETURN_IF_ERROR(WriteFileAtomically(absl::GetFlag(FLAGS_output), file));
  invocation.out << absl::StrFormat("parameters: %d\nm: %.9g\nalpha: %.9g\n",
                                    model.parameters().count(), model.op().m(), model.alpha());
  return absl::OkStatus();
}

}  // namespace

Verb ExportVerb() {
  return {
      "export",
      "weights for another program",
      "",
      {"weights", "format", "output"},
      {"names", "config", "data_dir", "device", "threads", "set"},
      absl::StrCat(
          "Writes the parameters of --weights in the type that they have there. --format:\n"
          "  npz          for numpy.load: arrays by name, and the metadata as texts, of which\n"
          "               metadata.config is the config\n"
          "  torch        for torch.load(FILE, weights_only=True): a dict from names to tensors,\n"
          "               without the metadata\n"
          "  safetensors  with the metadata, as train writes it\n"
          "--names:\n"
          "  mondeq           as validate prints them and mondeq.torch.Equilibrium has them\n"
          "  monotone_op_net  the state_dict of the code of Winston & Kolter (2020), for its\n"
          "                   model.load_state_dict, without the metadata. g is gamma^2; where\n"
          "                   gamma is negative its kernel is negated. A model that their code\n"
          "                   has not is refused. The file does not tell m and the nonlinearity.\n"
          "Prints the number of parameters, m and alpha. mondeq import reads safetensors files of\n"
          "the names monotone_op_net. Nothing here reads torch's, for a pickle is a program; in\n"
          "Python, set_parameters takes the arrays of any.\n",
          kWeightsHelp),
      {"mondeq export --weights=run/weights.safetensors --format=npz --output=weights.npz",
       "mondeq export --weights=run/weights.safetensors --format=torch --names=monotone_op_net "
       "--output=theirs.pt"},
      Export};
}

}  // namespace mondeq
