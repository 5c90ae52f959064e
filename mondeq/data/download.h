// Fetches a file from mirrors, and tells whether it is the right one.
#ifndef MONDEQ_DATA_DOWNLOAD_H_
#define MONDEQ_DATA_DOWNLOAD_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mondeq/data/fetch.h"
#include "mondeq/data/public_sets.h"

namespace mondeq {

// What is wrong with the file at `path`, "expected ..., found ..."; "" of the right one. Errors:
// kNotFound if it cannot be read.
absl::StatusOr<std::string> Fault(const std::string& path, const PublicFile& file);

// Fetches the file MIRROR/NAME from the first of `mirrors` that has it whole, into `folder`, which
// exists. Errors: those of FetchSet.
absl::Status Download(const PublicFile& file, const std::vector<std::string>& mirrors,
                      const std::string& folder, const FetchLimits& limits,
                      FetchObserver* observer);

}  // namespace mondeq

#endif  // MONDEQ_DATA_DOWNLOAD_H_
