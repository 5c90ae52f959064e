// mondeq list
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "mondeq/cli/help.h"
#include "mondeq/cli/verb.h"
#include "mondeq/core/nearest.h"
#include "mondeq/core/schema.h"
#include "mondeq/core/status.h"
#include "mondeq/training/experiment.pb.h"

namespace mondeq {
namespace {

using ::google::protobuf::Descriptor;

constexpr std::size_t kWidth = 100;

struct Kind {
  std::string name;
  std::string title;
  const Descriptor* type;
};

// What can be listed: the experiment, and every kind of plugin.
std::vector<Kind> Kinds() {
  std::vector<Kind> kinds = {{"experiment", "what a config holds", Experiment::descriptor()}};
  for (const Descriptor* slot : Slots()) kinds.push_back({KindName(slot), KindDoc(slot), slot});
  return kinds;
}

std::string KindNames() {
  return absl::StrJoin(Kinds(), ", ",
                       [](std::string* out, const Kind& kind) { absl::StrAppend(out, kind.name); });
}

// "slope: double, default 0.01, > 0 and < 1: slope of the negative side", wrapped.
std::string FieldText(const FieldSchema& field_schema, std::size_t indent) {
  std::string text = absl::StrCat(field_schema.name, ": ", field_schema.type);
  if (field_schema.default_value == "required") {
    absl::StrAppend(&text, ", required");
  } else if (field_schema.default_value != "unset") {
    absl::StrAppend(&text, ", default ", field_schema.default_value);
  }
  if (!field_schema.range.empty()) absl::StrAppend(&text, ", ", field_schema.range);
  absl::StrAppend(&text, "\n");
  std::string lines = absl::StrCat(std::string(indent, ' '), text);
  absl::StrAppend(&lines, Wrap(field_schema.doc, indent + 4, kWidth));
  return lines;
}

std::string KindText(const Kind& kind) {
  std::string text = absl::StrCat(kind.name, ": ", kind.title, "\n");
  const std::vector<PluginSchema> plugins = Describe(kind.type);
  for (const PluginSchema& plugin : plugins) {
    absl::StrAppend(&text, "\n  ", plugin.full_name, "\n", Wrap(plugin.doc, 6, kWidth));
    for (const FieldSchema& one : plugin.fields) absl::StrAppend(&text, FieldText(one, 6));
  }
  const std::vector<FieldSchema> common = DescribeFields(kind.type);
  if (common.empty()) return text;
  absl::StrAppend(&text, "\n", plugins.empty() ? "" : "  beside the plugin\n");
  for (const FieldSchema& one : common) absl::StrAppend(&text, FieldText(one, 6));
  return text;
}

absl::Status List(Invocation& invocation) {
  const std::string wanted = invocation.arguments.empty() ? "" : invocation.arguments[0];
  std::vector<std::string> names;
  std::string text;
  for (const Kind& kind : Kinds()) {
    names.push_back(kind.name);
    if (!wanted.empty() && wanted != kind.name) continue;
    absl::StrAppend(&text, text.empty() ? "" : "\n", KindText(kind));
  }
  if (text.empty()) return absl::InvalidArgumentError(UnknownName("kind", wanted, names));
  invocation.out << text;
  return absl::OkStatus();
}

}  // namespace

Verb ListVerb() {
  return {"list",
          "the plugins that a config can name, with their fields",
          "KIND",
          {},
          {},
          Wrap(absl::StrCat("KIND is one of ", KindNames(),
                            "; without it everything is listed. Every field comes with its type, "
                            "default, range and meaning."),
               0, kWidth),
          {"mondeq list", "mondeq list nonlinearity"},
          List};
}

}  // namespace mondeq
