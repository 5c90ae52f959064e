// mondeq version
#include "mondeq/core/version.h"

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "mondeq/cli/verb.h"
#include "mondeq/device/create_device.h"
#include "mondeq/device/isa.h"

namespace mondeq {
namespace {

// GCC's own text is a number alone; other compilers give their names.
std::string Compiler() {
  const std::string version = __VERSION__;
  return absl::ascii_isdigit(static_cast<unsigned char>(version[0])) ? "GCC " + version : version;
}

// The GPU, or why there is none.
std::string Cuda() {
  std::string why;
  const absl::StatusOr<std::unique_ptr<Device>> device = CreateDevice("cuda", 0, &why);
  return device.ok() ? absl::StrCat("built in; ", (*device)->Describe())
                     : std::string(device.status().message());
}

absl::Status Version(Invocation& invocation) {
  invocation.out << "mondeq " << kVersion << "\ncommit: " << invocation.commit
                 << "\ncompiler: " << Compiler() << "\ninstruction set: " << ToString(BestIsa())
                 << "\nCUDA: " << Cuda() << "\n";
  return absl::OkStatus();
}

}  // namespace

Verb VersionVerb() {
  return {"version",
          "version, commit, compiler, instruction set, CUDA",
          "",
          {},
          {},
          "Says what this program is, for reports: the commit of its sources, what compiled them,\n"
          "the instruction set that this processor is served with, and whether CUDA is built in. "
          "mondeq\n"
          "--version says the same.\n",
          {"mondeq version"},
          Version};
}

}  // namespace mondeq
