#include "mondeq/core/extension_numbers.h"

#include <map>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace mondeq {
namespace {

using ::google::protobuf::FieldDescriptorProto;
using ::google::protobuf::FileDescriptorProto;

struct Plugin {
  std::string file, name;
  int number;
  bool of_mondeq;
};

// The plugins of every slot, in the order of the files.
std::map<std::string, std::vector<Plugin>> PluginsBySlot(
    const std::vector<FileDescriptorProto>& files) {
  std::map<std::string, std::vector<Plugin>> plugins;
  std::set<std::string> seen;
  for (const FileDescriptorProto& file : files) {
    if (!seen.insert(file.name()).second) continue;
    const bool of_mondeq =
        file.package() == "mondeq" || absl::StartsWith(file.package(), "mondeq.");
    for (const FieldDescriptorProto& extension : file.extension()) {
      // Options of the schema are extensions too.
      if (absl::StartsWith(extension.extendee(), ".google.protobuf.")) continue;
      plugins[extension.extendee().substr(1)].push_back(
          {file.name(), absl::StrCat("[", file.package(), ".", extension.name(), "]"),
           extension.number(), of_mondeq});
    }
  }
  return plugins;
}

int FreeNumber(const std::vector<Plugin>& plugins, bool of_mondeq) {
  std::set<int> taken;
  for (const Plugin& plugin : plugins) taken.insert(plugin.number);
  int number = of_mondeq ? kFirstOfMondeq : kFirstOfOthers;
  while (taken.count(number) > 0) ++number;
  return number;
}

bool IsInRange(const Plugin& plugin) {
  if (!plugin.of_mondeq) return plugin.number >= kFirstOfOthers;
  return plugin.number >= kFirstOfMondeq && plugin.number < kFirstOfOthers;
}

}  // namespace

absl::Status CheckExtensionNumbers(const std::vector<FileDescriptorProto>& files) {
  std::vector<std::string> faults;
  for (const auto& [slot, plugins] : PluginsBySlot(files)) {
    std::map<int, const Plugin*> by_number;
    for (const Plugin& plugin : plugins) {
      const auto [first, is_new] = by_number.emplace(plugin.number, &plugin);
      if (is_new && IsInRange(plugin)) continue;
      faults.push_back(absl::StrCat(
          plugin.file, ": ", plugin.name, ": expected a number of its own among the plugins of ",
          slot, plugin.of_mondeq ? " from 100 to 999" : " from 1000 on", ", such as ",
          FreeNumber(plugins, plugin.of_mondeq), "; found ", plugin.number,
          is_new ? ""
                 : absl::StrCat(", the number of ", first->second->name, " in ",
                                first->second->file)));
    }
  }
  if (faults.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrJoin(faults, "\n"));
}

}  // namespace mondeq
