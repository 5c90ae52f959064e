#include "mondeq/testing/examples.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "mondeq/core/config_source.h"
#include "mondeq/core/schema.h"

namespace mondeq {
namespace {

namespace fs = std::filesystem;

std::string ExamplesPath(const google::protobuf::Descriptor& slot) {
  const std::string kind = KindName(&slot);
  const std::string variable = absl::StrCat("MONDEQ_", absl::AsciiStrToUpper(kind), "_EXAMPLES");
  if (const char* path = std::getenv(variable.c_str())) return path;
  const fs::path ours =
      fs::path(slot.file()->name()).parent_path() / (kind + "_examples.textproto");
  // Here Bazel puts the files of this repository for the tests of another.
  const fs::path from_outside = "../mondeq" / ours;
  return fs::exists(ours) ? ours : from_outside;
}

}  // namespace

std::string PluginName(const google::protobuf::Message& slot) {
  const auto plugins = PluginsIn(slot);
  return plugins.empty() ? "" : plugins.front()->name();
}

void ReadExamples(const google::protobuf::Descriptor& slot, google::protobuf::Message* examples) {
  ConfigSource source;
  const absl::Status status = LoadConfig(ExamplesPath(slot), {}, examples, &source);
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  std::abort();
}

}  // namespace mondeq
