// mondeq list
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
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

std::string PluginText(const PluginSchema& plugin) {
  std::string text = absl::StrCat("  ", plugin.full_name, "\n", Wrap(plugin.doc, 6, kWidth));
  for (const FieldSchema& one : plugin.fields) absl::StrAppend(&text, FieldText(one, 6));
  return text;
}

std::string TitleOf(const Kind& kind) { return absl::StrCat(kind.name, ": ", kind.title, "\n"); }

std::string KindText(const Kind& kind) {
  std::string text = TitleOf(kind);
  const std::vector<PluginSchema> plugins = Describe(kind.type);
  for (const PluginSchema& plugin : plugins) absl::StrAppend(&text, "\n", PluginText(plugin));
  const std::vector<FieldSchema> common = DescribeFields(kind.type);
  if (common.empty()) return text;
  absl::StrAppend(&text, "\n", plugins.empty() ? "" : "  beside the plugin\n");
  for (const FieldSchema& one : common) absl::StrAppend(&text, FieldText(one, 6));
  return text;
}

// Whether the field is `name` or below it: "alpha.tune.maximum" and "drawings[]" are below "alpha"
// and "drawings".
bool IsAtOrBelow(const FieldSchema& one, const std::string& name) {
  return one.name == name || absl::StartsWith(one.name, name + ".") ||
         absl::StartsWith(one.name, name + "[]");
}

// One plugin of a kind, by either of its names, or one field beside the plugins with all below it.
absl::StatusOr<std::string> EntryText(const Kind& kind, const std::string& name) {
  std::vector<std::string> names;
  for (const PluginSchema& plugin : Describe(kind.type)) {
    const std::string bare = plugin.full_name.substr(1, plugin.full_name.size() - 2);
    if (name == plugin.name || name == plugin.full_name || name == bare) {
      return absl::StrCat(TitleOf(kind), "\n", PluginText(plugin));
    }
    names.push_back(plugin.name);
  }
  std::string text;
  for (const FieldSchema& one : DescribeFields(kind.type)) {
    if (IsAtOrBelow(one, name)) absl::StrAppend(&text, FieldText(one, 6));
    if (!absl::StrContains(one.name, '.')) names.emplace_back(absl::StripSuffix(one.name, "[]"));
  }
  if (!text.empty()) return absl::StrCat(TitleOf(kind), "\n", text);
  return absl::InvalidArgumentError(UnknownName(kind.name, name, names));
}

// The command lines that list the plugins called `name`, in whatever letters and of whatever kind;
// "" if there are none.
std::string ListsOf(const std::string& name) {
  std::vector<std::string> lists;
  for (const Descriptor* slot : Slots()) {
    const auto* plugin = FindPlugin(slot, absl::AsciiStrToLower(name));
    if (plugin == nullptr) continue;
    lists.push_back(absl::StrCat("mondeq list ", KindName(slot), " ", plugin->name()));
  }
  return absl::StrJoin(lists, " or ");
}

absl::Status List(Invocation& invocation) {
  const std::vector<std::string>& wanted = invocation.arguments;
  std::vector<std::string> names;
  std::string text;
  for (const Kind& kind : Kinds()) {
    names.push_back(kind.name);
    if (!wanted.empty() && wanted[0] != kind.name) continue;
    if (wanted.size() > 1) {
      MONDEQ_ASSIGN_OR_RETURN(text, EntryText(kind, wanted[1]));
    } else {
      absl::StrAppend(&text, text.empty() ? "" : "\n", KindText(kind));
    }
  }
  if (text.empty()) {
    const std::string lists = ListsOf(wanted[0]);
    return absl::InvalidArgumentError(
        lists.empty()
            ? UnknownName("kind", wanted[0], names)
            : absl::StrCat("\"", wanted[0], "\" is a plugin and no kind of them; write ", lists));
  }
  invocation.out << text;
  return absl::OkStatus();
}

}  // namespace

Verb ListVerb() {
  return {"list",
          "the plugins that a config can name, with their fields",
          "KIND NAME",
          {},
          {},
          Wrap(absl::StrCat("KIND is one of ", KindNames(),
                            "; without it everything is listed. NAME is one plugin of that kind, "
                            "or one field. Every field comes with its type, default, range and "
                            "meaning."),
               0, kWidth),
          {"mondeq list", "mondeq list nonlinearity", "mondeq list splitting peaceman_rachford"},
          List};
}

}  // namespace mondeq
