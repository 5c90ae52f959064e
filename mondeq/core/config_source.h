// Reads configs: parses the text format, applies --set overrides, makes the checks that hold for
// every config, and remembers where everything stands.
//
// LoadConfig and ParseConfig refuse, with one line "FILE:LINE:COLUMN: [PATH: ]what was expected and
// found":
//   text that is not UTF-8 or does not parse, unknown fields and plugins (naming the nearest and
//   all there are), a slot with no plugin or several, an unset field that is (field).required, a
//   number outside its (field) range, NaN and infinities, a string that is not UTF-8.
// All their errors are kInvalidArgument, that of a missing file included.
#ifndef MONDEQ_CORE_CONFIG_SOURCE_H_
#define MONDEQ_CORE_CONFIG_SOURCE_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "google/protobuf/message.h"

namespace mondeq {

class ConfigPositions;

// Remembers where each message and field of a loaded config stands. Copies share what they know. A
// source is valid for as long as the root given to LoadConfig lives and no message of it is
// removed.
class ConfigSource {
 public:
  // Makes a source that knows no positions, for configs built in code: its Locate gives the
  // message's type name.
  ConfigSource() = default;
  explicit ConfigSource(std::shared_ptr<const ConfigPositions> positions)
      : positions_(std::move(positions)) {}

  // Returns "FILE:LINE:COLUMN: PATH", with PATH like model.equilibrium.operator.[mondeq.dense];
  // LINE and COLUMN count from 1. With `field_name` ("units", "weights[2]", "[mondeq.dense]") it is
  // that field's own position, or the message's if the field is not set. What came from --set is
  // located as "--set PATH", a part of it as "--set PATH: PATH-OF-THE-PART", and what came from a
  // flag that stands for a place as "--FLAG: PATH". `message` must be part of the root given to
  // LoadConfig; for any other message its type name is returned.
  std::string Locate(const google::protobuf::Message& message,
                     absl::string_view field_name = "") const;

  // Returns the error kInvalidArgument "LOCATION: text", where LOCATION is what Locate gives.
  absl::Status Error(const google::protobuf::Message& message, absl::string_view field_name,
                     absl::string_view text) const;

  // Returns `status`; if it is a kInvalidArgument whose text has no location yet, then with that of
  // `message` before the text.
  absl::Status Annotate(const absl::Status& status, const google::protobuf::Message& message) const;

 private:
  std::shared_ptr<const ConfigPositions> positions_;
};

// Reads the text-format file `path` into `root` (cleared first), merges `overrides` and checks the
// result.
//
// An override is "PATH=VALUE". PATH is names between dots: a field, field[3] for an element, a
// plugin as [mondeq.dense] or dense. VALUE is in text format; strings need no quotes, a message is
// {...}, a whole repeated field [a, b]. Missing messages on the way are made; naming another plugin
// in a slot replaces the one there.
//   training.epochs=5    model.equilibrium.operator.dense.units=10
//   model.readout[0].affine.bias=false
// The value replaces what is there, also if it is a message; two values for one place are an
// error, and so are overrides of two plugins of a slot or of two members of a oneof.
// "--epochs training.epochs=5" is the same, made by a flag that stands for the place: errors call
// it by that name in place of --set.
absl::Status LoadConfig(const std::string& path, absl::Span<const std::string> overrides,
                        google::protobuf::Message* root, ConfigSource* source);

// Does the same with `text`, which errors call `name`.
absl::Status ParseConfig(absl::string_view text, absl::string_view name,
                         absl::Span<const std::string> overrides, google::protobuf::Message* root,
                         ConfigSource* source);

// Sets every unset field that has an explicit default, in every message that is present (not in
// oneofs), so that a saved config keeps its meaning when defaults change.
void MakeDefaultsExplicit(google::protobuf::Message* root);

// Returns text that ParseConfig reads back as the same message.
std::string ToTextproto(const google::protobuf::Message& message);

}  // namespace mondeq

#endif  // MONDEQ_CORE_CONFIG_SOURCE_H_
