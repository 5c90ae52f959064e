#include "mondeq/core/config_source.h"

#include <cstddef>
#include <utility>
#include <vector>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/text_format.h"
#include "mondeq/core/config_check.h"
#include "mondeq/core/config_override.h"
#include "mondeq/core/config_positions.h"
#include "mondeq/core/config_text.h"
#include "mondeq/core/file.h"
#include "mondeq/core/status.h"

namespace mondeq {
namespace {

using ::google::protobuf::FieldDescriptor;
using ::google::protobuf::Message;
using ::google::protobuf::Reflection;
using ::google::protobuf::TextFormat;

constexpr std::size_t kLongestConfig = std::size_t{16} << 20;

// Marks a status whose text begins with a location.
constexpr char kLocated[] = "mondeq.located";

void SetToDefault(const FieldDescriptor* descriptor, Message* message) {
  // A field that is not set reads as its default.
  const Reflection* r = message->GetReflection();
  switch (descriptor->cpp_type()) {
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return r->SetDouble(message, descriptor, r->GetDouble(*message, descriptor));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return r->SetFloat(message, descriptor, r->GetFloat(*message, descriptor));
    case FieldDescriptor::CPPTYPE_INT32:
      return r->SetInt32(message, descriptor, r->GetInt32(*message, descriptor));
    case FieldDescriptor::CPPTYPE_INT64:
      return r->SetInt64(message, descriptor, r->GetInt64(*message, descriptor));
    case FieldDescriptor::CPPTYPE_UINT32:
      return r->SetUInt32(message, descriptor, r->GetUInt32(*message, descriptor));
    case FieldDescriptor::CPPTYPE_UINT64:
      return r->SetUInt64(message, descriptor, r->GetUInt64(*message, descriptor));
    case FieldDescriptor::CPPTYPE_BOOL:
      return r->SetBool(message, descriptor, r->GetBool(*message, descriptor));
    case FieldDescriptor::CPPTYPE_ENUM:
      return r->SetEnum(message, descriptor, r->GetEnum(*message, descriptor));
    case FieldDescriptor::CPPTYPE_STRING:
      return r->SetString(message, descriptor, r->GetString(*message, descriptor));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return;  // a message has no default
  }
}

// Returns an error if an override undoes one that came before.
absl::Status CheckUndoes(const Override& change, const Override& before) {
  const auto shown = [](const Override& one) {
    return one.flag.empty() ? absl::StrCat("--set ", OneLine(one.written)) : one.flag;
  };
  if (IsAtOrBelow(before.path, change.path)) {
    return absl::InvalidArgumentError(absl::StrCat(shown(change), ": expected one value for ",
                                                   before.path, ", found another by ",
                                                   shown(before)));
  }
  for (const std::string& displaced : change.displaced) {
    if (!IsAtOrBelow(before.path, displaced) && !IsAtOrBelow(displaced, before.origin)) continue;
    return absl::InvalidArgumentError(absl::StrCat(shown(change), ": would replace ", displaced,
                                                   ", which ", shown(before),
                                                   " gives; there can be only one of them"));
  }
  return absl::OkStatus();
}

}  // namespace

std::string ConfigSource::Locate(const Message& message, absl::string_view name) const {
  if (positions_ != nullptr) return positions_->Locate(message, name);
  return JoinPath(message.GetTypeName(), name);
}

absl::Status ConfigSource::Error(const Message& message, absl::string_view name,
                                 absl::string_view text) const {
  absl::Status status = absl::InvalidArgumentError(absl::StrCat(Locate(message, name), ": ", text));
  status.SetPayload(kLocated, absl::Cord());
  return status;
}

absl::Status ConfigSource::Annotate(const absl::Status& status, const Message& message) const {
  if (!absl::IsInvalidArgument(status) || status.GetPayload(kLocated).has_value()) return status;
  return Error(message, "", status.message());
}

absl::Status ParseConfig(absl::string_view text, absl::string_view name,
                         absl::Span<const std::string> overrides, Message* root,
                         ConfigSource* source) {
  root->Clear();
  *source = ConfigSource();
  if (text.size() > kLongestConfig) {
    return absl::InvalidArgumentError(absl::StrCat(name, ": expected a config of at most ",
                                                   kLongestConfig, " bytes, found ", text.size()));
  }
  TextFormat::ParseInfoTree tree;
  TextError error;
  if (!ParseText(text, root, &tree, &error)) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, ":", error.line, ":", error.column, ": ", error.message));
  }
  std::vector<Override> applied;
  for (const std::string& assignment : overrides) {
    MONDEQ_ASSIGN_OR_RETURN(Override change, ApplyOverride(assignment, root));
    for (const Override& before : applied) {
      MONDEQ_RETURN_IF_ERROR(CheckUndoes(change, before));
    }
    applied.push_back(std::move(change));
  }
  *source = ConfigSource(
      std::make_shared<const ConfigPositions>(std::string(name), tree, std::move(applied), *root));
  return CheckConfig(*root, *source);
}

absl::Status LoadConfig(const std::string& path, absl::Span<const std::string> overrides,
                        Message* root, ConfigSource* source) {
  const absl::StatusOr<std::string> text = ReadFile(path);
  // Which config to use is the user's setting, so this is a usage error and not one of data.
  if (!text.ok()) return absl::InvalidArgumentError(text.status().message());
  return ParseConfig(*text, path, overrides, root, source);
}

void MakeDefaultsExplicit(Message* root) {
  const Reflection* reflection = root->GetReflection();
  for (int i = 0; i < root->GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* descriptor = root->GetDescriptor()->field(i);
    const bool settable = descriptor->has_default_value() && !descriptor->is_repeated() &&
                          descriptor->real_containing_oneof() == nullptr;
    if (settable && !reflection->HasField(*root, descriptor)) SetToDefault(descriptor, root);
  }
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(*root, &fields);
  for (const FieldDescriptor* descriptor : fields) {
    if (descriptor->message_type() == nullptr) continue;
    if (!descriptor->is_repeated()) {
      MakeDefaultsExplicit(reflection->MutableMessage(root, descriptor));
      continue;
    }
    for (int i = 0; i < reflection->FieldSize(*root, descriptor); ++i) {
      MakeDefaultsExplicit(reflection->MutableRepeatedMessage(root, descriptor, i));
    }
  }
}

std::string ToTextproto(const Message& message) {
  TextFormat::Printer printer;
  printer.SetUseUtf8StringEscaping(true);
  printer.SetUseShortRepeatedPrimitives(true);
  printer.SetHideUnknownFields(true);
  std::string text;
  printer.PrintToString(message, &text);
  return text;
}

}  // namespace mondeq
