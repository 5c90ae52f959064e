// What a file is that something else was expected of, for messages.
#ifndef MONDEQ_CORE_FILE_FORMAT_H_
#define MONDEQ_CORE_FILE_FORMAT_H_

#include <string>

#include "absl/strings/string_view.h"

namespace mondeq {

// What can be done with a file of some format.
enum class FileKind {
  kUnknown,
  kText,
  kWebPage,
  // Of one file, which is to be unpacked.
  kPacked,
  kSafetensors,
  // Samples in the format of some public set that mondeq reads.
  kSamples,
  kOther,
};

struct FileFormat {
  FileKind kind = FileKind::kUnknown;
  // "a PNG image"; "" where the kind is unknown.
  std::string name;
};

// What a file of these contents is. Most formats are told by their first 300 bytes; CIFAR's binary
// versions, which have no signature, only by all of the file.
FileFormat FormatOf(absl::string_view contents);

}  // namespace mondeq

#endif  // MONDEQ_CORE_FILE_FORMAT_H_
