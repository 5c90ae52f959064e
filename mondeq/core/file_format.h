// What a file is that something else was expected of, for messages.
#ifndef MONDEQ_CORE_FILE_FORMAT_H_
#define MONDEQ_CORE_FILE_FORMAT_H_

#include <string>

#include "absl/strings/string_view.h"

namespace mondeq {

// Returns a description of a file of these contents, "a PNG image", from its first bytes; "" if
// they tell nothing.
std::string FileFormat(absl::string_view contents);

}  // namespace mondeq

#endif  // MONDEQ_CORE_FILE_FORMAT_H_
