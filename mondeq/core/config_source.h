// Reading a config: text format -> message, --set overrides, generic checks, and where everything
// stands.
//
// LoadConfig and ParseConfig refuse, with one line "FILE:LINE:COLUMN: [PATH: ]what was expected and
// found":
//   text that does not parse, unknown fields and plugins (naming the nearest and all there are), a
//   slot with no plugin or several, a missing (field).required, a number outside its (field) range,
//   NaN and infinities.
// All their errors are kInvalidArgument, a missing file included.
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

// Remembers where each message and field of a loaded config stands. Copies share what they know.
// Valid for as long as the root given to LoadConfig lives and no message of it is removed.
class ConfigSource {
 public:
  // Knows nothing (configs built in code): Locate gives the message's type name.
  ConfigSource() = default;
  explicit ConfigSource(std::shared_ptr<const ConfigPositions> positions)
      : positions_(std::move(positions)) {}

  // "FILE:LINE:COLUMN: PATH", PATH like model.equilibrium.operator.[mondeq.dense], LINE and COLUMN
  // from 1. With `field` ("units", "weights[2]", "[mondeq.dense]") that field's own position, or
  // the message's if it is not set. What came from --set is located as "--set PATH", a part of it
  // as
  // "--set PATH: PATH-OF-THE-PART". `message` must be part of the root given to LoadConfig; any
  // other one gives its type name.
  std::string Locate(const google::protobuf::Message& message,
                     absl::string_view field_name = "") const;

  // kInvalidArgument "LOCATION: text".
  absl::Status Error(const google::protobuf::Message& message, absl::string_view field_name,
                     absl::string_view text) const;

  // `status` with the message's location before its text, if it is a kInvalidArgument that has none
  // yet.
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
// The value replaces what is there, also if it is a message.
absl::Status LoadConfig(const std::string& path, absl::Span<const std::string> overrides,
                        google::protobuf::Message* root, ConfigSource* source);

// The same for `text`, called `name` in errors.
absl::Status ParseConfig(absl::string_view text, absl::string_view name,
                         absl::Span<const std::string> overrides, google::protobuf::Message* root,
                         ConfigSource* source);

// Sets every unset field that has an explicit default, in every message that is present (not in
// oneofs), so that a saved config keeps its meaning when defaults change.
void MakeDefaultsExplicit(google::protobuf::Message* root);

// Text that ParseConfig reads back identically.
std::string ToTextproto(const google::protobuf::Message& message);

}  // namespace mondeq

#endif  // MONDEQ_CORE_CONFIG_SOURCE_H_
