// What errors say about a name in a config that its message does not have: what was meant, and what
// there is.
#ifndef MONDEQ_CORE_UNKNOWN_FIELD_H_
#define MONDEQ_CORE_UNKNOWN_FIELD_H_

#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"

namespace mondeq {

// Returns one line about a plain name that is no field of `type`, in a config of type `root`: where
// below `type` a field is called so, else the nearest, else where in `root` there is one, and all
// that there are. In a slot its plugins count as well.
std::string UnknownField(const google::protobuf::Descriptor* root,
                         const google::protobuf::Descriptor* type, absl::string_view name);

// Returns one line about a name in brackets, "mondeq.rleu", that is no plugin of `slot`: the reason
// if the slot refuses that name, else the nearest plugin and all there are, written as in a config
// ("[mondeq.relu]").
std::string UnknownPlugin(const google::protobuf::Descriptor* slot, absl::string_view name);

}  // namespace mondeq

#endif  // MONDEQ_CORE_UNKNOWN_FIELD_H_
