// Zip archives (PKWARE's APPNOTE.TXT 6.3, section 4.3), as NumPy's .npz and PyTorch's files are: of
// files that are stored as they are, with their CRC-32, each at a multiple of 64 bytes, so that
// readers may map it. The same files give the same bytes; their time is 1980-01-01.
#ifndef MONDEQ_CORE_ZIP_H_
#define MONDEQ_CORE_ZIP_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace mondeq {

struct ZipEntry {
  std::string name;  // UTF-8; a "/" stands for a folder
  absl::string_view contents;
};

// Makes an archive of these files, in their order. Errors: kInvalidArgument for one of 4 GiB or
// more, which takes an extension of the format.
absl::StatusOr<std::string> MakeZip(absl::Span<const ZipEntry> entries);

}  // namespace mondeq

#endif  // MONDEQ_CORE_ZIP_H_
