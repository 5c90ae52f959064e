// mondeq import
#include <memory>
#include <utility>

#include "absl/flags/flag.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "mondeq/cli/flags.h"
#include "mondeq/cli/from_flags.h"
#include "mondeq/cli/monotone_op_net.h"
#include "mondeq/cli/verb.h"
#include "mondeq/core/safetensors.h"
#include "mondeq/core/status.h"
#include "mondeq/model/weights.h"

namespace mondeq {
namespace {

absl::Status Import(Invocation& invocation) {
  const std::string format = absl::GetFlag(FLAGS_format), path = absl::GetFlag(FLAGS_weights),
                    output = absl::GetFlag(FLAGS_output);
  if (format != "monotone_op_net") {
    return absl::InvalidArgumentError(
        absl::StrCat("--format: must be monotone_op_net, found \"", format, "\""));
  }
  MONDEQ_RETURN_IF_ERROR(CheckOutputFlag());
  MONDEQ_ASSIGN_OR_RETURN(const std::unique_ptr<Setup> setup, SetUp({}, invocation.err));
  MONDEQ_RETURN_IF_ERROR(setup->MakeModel());
  Model* model = setup->model.get();
  MONDEQ_ASSIGN_OR_RETURN(const Safetensors theirs, ReadSafetensors(path));
  MONDEQ_ASSIGN_OR_RETURN(Safetensors ours, FromMonotoneOpNet(theirs, path, model->parameters()));
  // The model takes the weights so that alpha is chosen for them.
  MONDEQ_RETURN_IF_ERROR(TakeParameters(path, /*prefix=*/"", ours, model));
  MONDEQ_ASSIGN_OR_RETURN(const Safetensors weights, setup->WholeWeights(std::move(ours.arrays)));
  MONDEQ_RETURN_IF_ERROR(WriteSafetensors(output, weights));
  invocation.out << absl::StrFormat("parameters: %d\nalpha: %.9g\n", model->parameters().count(),
                                    model->alpha());
  return absl::OkStatus();
}

}  // namespace

Verb ImportVerb() {
  return {
      "import",
      "weights of another program",
      "",
      {"format", "weights", "config", "output"},
      {"data_dir", "device", "threads", "set"},
      "Writes weights for eval, predict and solve. --format says what is read:\n"
      "  monotone_op_net  the code of Winston & Kolter (2020): a model's state_dict as a\n"
      "                   safetensors file, which in Python is\n"
      "                     safetensors.torch.save_file(model.state_dict(), "
      "\"theirs.safetensors\")\n"
      "                   Their g must not be negative: without that there may be no equilibrium.\n"
      "The config describes the same model; m and the splitting method are taken from there, for\n"
      "the file does not tell them. The config goes into the output, as that of a run. Prints "
      "the\nnumber of parameters and the alpha chosen for them. mondeq export is the way back.\n",
      {"mondeq import --format=monotone_op_net --weights=theirs.safetensors "
       "--config=configs/mnist_conv.textproto --output=weights.safetensors"},
      Import};
}

}  // namespace mondeq
