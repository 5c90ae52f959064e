// What the config messages say about themselves: which plugins are linked for a slot, and their
// fields with defaults, ranges and documentation. The descriptors and their (field) options are the
// only source.
//
// A slot is a message with an extension range; the plugins linked into the program are its
// extensions, and exactly one of them is set in a config.
#ifndef MONDEQ_CORE_SCHEMA_H_
#define MONDEQ_CORE_SCHEMA_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace mondeq {

bool IsSlot(const google::protobuf::Descriptor* type);

// Makes the slot whose descriptor `slot` returns one of Slots(). The registry calls this before
// main, so it does not call `slot` yet.
void AddSlot(const google::protobuf::Descriptor* (*slot)());

// The slots of all kinds of which a plugin is registered, sorted by KindName.
std::vector<const google::protobuf::Descriptor*> Slots();

// What a slot's (plugin_kind) says: "linear_map", and where in an experiment it stands.
std::string KindName(const google::protobuf::Descriptor* slot);
std::string KindDoc(const google::protobuf::Descriptor* slot);

// The fields that a message's own definition gives it.
std::vector<const google::protobuf::FieldDescriptor*> PlainFields(
    const google::protobuf::Descriptor* type);

// The paths, as --set takes them, of all fields called `name` in `type` and below:
// "model.readout[0].[mondeq.affine].units".
std::vector<std::string> PathsTo(const google::protobuf::Descriptor* type, absl::string_view name);

// The plugins linked for `slot`, sorted by full name.
std::vector<const google::protobuf::FieldDescriptor*> LinkedPlugins(
    const google::protobuf::Descriptor* slot);

// The plugin whose full name ("mondeq.relu") or, if only one fits, last part ("relu") is `name`, or
// null.
const google::protobuf::FieldDescriptor* FindPlugin(const google::protobuf::Descriptor* slot,
                                                    absl::string_view name);

// The extensions set in `slot`; in a valid config there is one.
std::vector<const google::protobuf::FieldDescriptor*> PluginsIn(
    const google::protobuf::Message& slot);

// Returns one line about a slot in which nothing is set.
std::string EmptySlot(const google::protobuf::Descriptor* slot);

// Returns the name of a field as configs write it: "[mondeq.relu]" for a plugin, "units" for any
// other.
std::string FieldName(const google::protobuf::FieldDescriptor* field);

// What a field's (field) option says: its documentation, whether it must be set, and its range.
std::string DocOf(const google::protobuf::FieldDescriptor* field);
bool IsRequired(const google::protobuf::FieldDescriptor* field);
// "> 0 and < 1", ">= 1 and odd"; "" when everything is allowed that a float32 can hold.
std::string RangeOf(const google::protobuf::FieldDescriptor* field);
// Whether a finite `value` is in that range.
bool InRange(const google::protobuf::FieldDescriptor* field, double value);

struct FieldSchema {
  // Dotted below nested messages: "alpha.tune.batches". "[]" follows the name of a repeated field.
  std::string name;
  // "double", "int32", "string", an enum's values "{A, B}", a message's or slot's name.
  std::string type;
  std::string default_value;  // in text format; "required" or "unset" where there is no default
  std::string range;          // that of RangeOf
  std::string doc;
};

struct PluginSchema {
  std::string name;       // short, as registered: "relu"
  std::string full_name;  // as in a config: "[mondeq.relu]"
  std::string doc;
  std::vector<FieldSchema> fields;
};

// Every linked plugin of `slot`, sorted by full name.
std::vector<PluginSchema> Describe(const google::protobuf::Descriptor* slot);

// The fields of any message, with those of nested messages (not of nested slots) after them.
std::vector<FieldSchema> DescribeFields(const google::protobuf::Descriptor* type);

}  // namespace mondeq

#endif  // MONDEQ_CORE_SCHEMA_H_
