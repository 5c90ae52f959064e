#include "mondeq/core/schema.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/text_format.h"
#include "mondeq/core/options.pb.h"

namespace mondeq {
namespace {

// Locals are not called `field`: that is the option, a constant of this namespace.

using ::google::protobuf::Descriptor;
using ::google::protobuf::DescriptorPool;
using ::google::protobuf::FieldDescriptor;
using ::google::protobuf::Message;
using ::google::protobuf::MessageFactory;

// The set is made when it is first needed, because it is filled before main, when others' constants
// may not exist yet. It is never destroyed.
std::set<const Descriptor* (*)()>& AddedSlots() {
  static auto* slots = new std::set<const Descriptor* (*)()>;
  return *slots;
}

std::vector<std::string> PluginNames(const Descriptor* slot) {
  std::vector<std::string> names;
  for (const FieldDescriptor* plugin : LinkedPlugins(slot)) names.push_back(FieldName(plugin));
  return names;
}

const FieldRule& RuleOf(const FieldDescriptor* descriptor) {
  return descriptor->options().GetExtension(field);
}

std::string TypeText(const FieldDescriptor* descriptor) {
  if (descriptor->message_type() != nullptr) return descriptor->message_type()->name();
  if (descriptor->enum_type() == nullptr) return descriptor->type_name();
  std::vector<std::string> values;
  for (int i = 0; i < descriptor->enum_type()->value_count(); ++i) {
    values.push_back(descriptor->enum_type()->value(i)->name());
  }
  return absl::StrCat("{", absl::StrJoin(values, ", "), "}");
}

std::string DefaultText(const FieldDescriptor* descriptor) {
  if (descriptor->has_default_value()) {
    // A field that is not set reads as its default.
    const Message* prototype =
        MessageFactory::generated_factory()->GetPrototype(descriptor->containing_type());
    std::string text;
    google::protobuf::TextFormat::PrintFieldValueToString(*prototype, descriptor, -1, &text);
    return text;
  }
  return IsRequired(descriptor) ? "required" : "unset";
}

// `above` are the types that enclose this one, so that a recursive type is described once.
void AppendFields(const Descriptor* type, const std::string& prefix,
                  std::vector<const Descriptor*> above, std::vector<FieldSchema>* fields) {
  if (std::find(above.begin(), above.end(), type) != above.end()) return;
  above.push_back(type);
  for (const FieldDescriptor* descriptor : PlainFields(type)) {
    const std::string name =
        absl::StrCat(prefix, descriptor->name(), descriptor->is_repeated() ? "[]" : "");
    fields->push_back({name, TypeText(descriptor), DefaultText(descriptor), RangeOf(descriptor),
                       DocOf(descriptor)});
    if (descriptor->message_type() != nullptr) {
      AppendFields(descriptor->message_type(), absl::StrCat(name, "."), above, fields);
    }
  }
}

// Appends the paths of all fields called `name` below `type`. `above` are the types that enclose
// it, which it may hold again.
void CollectPaths(const Descriptor* type, const std::string& path, absl::string_view name,
                  std::vector<const Descriptor*> above, std::vector<std::string>* paths) {
  if (std::find(above.begin(), above.end(), type) != above.end()) return;
  above.push_back(type);
  std::vector<const FieldDescriptor*> fields = PlainFields(type);
  for (const FieldDescriptor* plugin : LinkedPlugins(type)) fields.push_back(plugin);
  for (const FieldDescriptor* one : fields) {
    const std::string child = absl::StrCat(path, path.empty() ? "" : ".", FieldName(one));
    if (one->name() == name && !one->is_extension()) paths->push_back(child);
    if (one->message_type() == nullptr) continue;
    CollectPaths(one->message_type(), absl::StrCat(child, one->is_repeated() ? "[0]" : ""), name,
                 above, paths);
  }
}

}  // namespace

bool IsSlot(const Descriptor* type) { return type->extension_range_count() > 0; }

void AddSlot(const Descriptor* (*slot)()) { AddedSlots().insert(slot); }

std::vector<const Descriptor*> Slots() {
  std::vector<const Descriptor*> slots;
  for (const auto& slot : AddedSlots()) slots.push_back(slot());
  std::sort(slots.begin(), slots.end(),
            [](const Descriptor* a, const Descriptor* b) { return KindName(a) < KindName(b); });
  return slots;
}

std::string KindName(const Descriptor* slot) {
  return slot->options().GetExtension(plugin_kind).name();
}

std::string KindDoc(const Descriptor* slot) {
  return slot->options().GetExtension(plugin_kind).doc();
}

std::vector<const FieldDescriptor*> PlainFields(const Descriptor* type) {
  std::vector<const FieldDescriptor*> fields;
  for (int i = 0; i < type->field_count(); ++i) fields.push_back(type->field(i));
  return fields;
}

std::vector<std::string> PathsTo(const Descriptor* type, absl::string_view name) {
  std::vector<std::string> paths;
  CollectPaths(type, "", name, {}, &paths);
  return paths;
}

std::vector<const FieldDescriptor*> LinkedPlugins(const Descriptor* slot) {
  std::vector<const FieldDescriptor*> plugins;
  DescriptorPool::generated_pool()->FindAllExtensions(slot, &plugins);
  plugins.erase(std::remove_if(plugins.begin(), plugins.end(),
                               [](const FieldDescriptor* descriptor) {
                                 return descriptor->message_type() == nullptr ||
                                        descriptor->is_repeated();
                               }),
                plugins.end());
  std::sort(plugins.begin(), plugins.end(), [](const FieldDescriptor* a, const FieldDescriptor* b) {
    return a->full_name() < b->full_name();
  });
  return plugins;
}

const FieldDescriptor* FindPlugin(const Descriptor* slot, absl::string_view name) {
  const FieldDescriptor* found = nullptr;
  int fits = 0;
  for (const FieldDescriptor* plugin : LinkedPlugins(slot)) {
    if (plugin->full_name() == name) return plugin;
    if (plugin->name() == name) {
      found = plugin;
      ++fits;
    }
  }
  return fits == 1 ? found : nullptr;
}

std::vector<const FieldDescriptor*> PluginsIn(const Message& slot) {
  std::vector<const FieldDescriptor*> fields;
  slot.GetReflection()->ListFields(slot, &fields);
  fields.erase(
      std::remove_if(fields.begin(), fields.end(),
                     [](const FieldDescriptor* descriptor) { return !descriptor->is_extension(); }),
      fields.end());
  return fields;
}

std::string EmptySlot(const Descriptor* slot) {
  return absl::StrCat("expected one ", slot->full_name(),
                      " plugin, found none; known: ", absl::StrJoin(PluginNames(slot), ", "));
}

std::string FieldName(const FieldDescriptor* descriptor) {
  return descriptor->is_extension() ? absl::StrCat("[", descriptor->full_name(), "]")
                                    : descriptor->name();
}

std::string DocOf(const FieldDescriptor* descriptor) { return RuleOf(descriptor).doc(); }

bool IsRequired(const FieldDescriptor* descriptor) {
  return descriptor->is_required() || RuleOf(descriptor).required();
}

std::string RangeOf(const FieldDescriptor* descriptor) {
  const FieldRule& rule = RuleOf(descriptor);
  std::vector<std::string> parts;
  if (rule.has_gt()) parts.push_back(absl::StrCat("> ", rule.gt()));
  if (rule.has_ge()) parts.push_back(absl::StrCat(">= ", rule.ge()));
  if (rule.has_lt()) parts.push_back(absl::StrCat("< ", rule.lt()));
  if (rule.has_le()) parts.push_back(absl::StrCat("<= ", rule.le()));
  if (rule.odd()) parts.push_back("odd");
  return absl::StrJoin(parts, " and ");
}

bool InRange(const FieldDescriptor* descriptor, double value) {
  const FieldRule& rule = RuleOf(descriptor);
  // The ends of a float's range are floats, as what a config says there is.
  const bool narrow = descriptor->cpp_type() == FieldDescriptor::CPPTYPE_FLOAT;
  const auto end = [&](double one) { return narrow ? static_cast<float>(one) : one; };
  if (rule.has_gt() && !(value > end(rule.gt()))) return false;
  if (rule.has_ge() && !(value >= end(rule.ge()))) return false;
  if (rule.has_lt() && !(value < end(rule.lt()))) return false;
  if (rule.has_le() && !(value <= end(rule.le()))) return false;
  return !rule.odd() || std::abs(std::fmod(value, 2.0)) == 1.0;
}

std::vector<FieldSchema> DescribeFields(const Descriptor* type) {
  std::vector<FieldSchema> fields;
  AppendFields(type, "", {}, &fields);
  return fields;
}

std::vector<PluginSchema> Describe(const Descriptor* slot) {
  std::vector<PluginSchema> plugins;
  for (const FieldDescriptor* plugin : LinkedPlugins(slot)) {
    plugins.push_back(
        {plugin->name(), FieldName(plugin), DocOf(plugin), DescribeFields(plugin->message_type())});
  }
  return plugins;
}

}  // namespace mondeq
