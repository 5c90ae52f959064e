// Checks the numbers of plugins. A plugin is an extension of its kind's slot, and protobuf ends a
// program in which two extensions of a message have one number; the check finds this when the
// program is built.
#ifndef MONDEQ_CORE_EXTENSION_NUMBERS_H_
#define MONDEQ_CORE_EXTENSION_NUMBERS_H_

#include <vector>

#include "absl/status/status.h"
#include "google/protobuf/descriptor.pb.h"

namespace mondeq {

// The plugins of mondeq have numbers from 100 to 999, those of others from 1000 on.
constexpr int kFirstOfMondeq = 100, kFirstOfOthers = 1000;

// Checks the ranges, and that no two extensions of a message have one number. A file may be given
// more than once. Errors: kInvalidArgument, one line for every fault, with a number that is free.
absl::Status CheckExtensionNumbers(const std::vector<google::protobuf::FileDescriptorProto>& files);

}  // namespace mondeq

#endif  // MONDEQ_CORE_EXTENSION_NUMBERS_H_
