// How a field is written in a config, for who wrote it in another way.
#ifndef MONDEQ_CORE_WRITTEN_FIELD_H_
#define MONDEQ_CORE_WRITTEN_FIELD_H_

#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"

namespace mondeq {

// "name: value" as it can stand in a message of that type, with quotes if they are needed; "" if it
// cannot.
std::string WriteValue(const google::protobuf::Descriptor* type, absl::string_view name,
                       absl::string_view value);

// One line about a field `name` that holds a message of that type, for which `value` was written:
// "... write alpha { value: 0.5 }".
std::string WriteBraces(const google::protobuf::Descriptor* type, absl::string_view name,
                        absl::string_view value);

}  // namespace mondeq

#endif  // MONDEQ_CORE_WRITTEN_FIELD_H_
