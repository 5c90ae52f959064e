// A file that only grows.
#ifndef MONDEQ_REPORT_APPEND_FILE_H_
#define MONDEQ_REPORT_APPEND_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace mondeq {

// What is appended is in the file at once, for whoever reads it and should this process be killed,
// and behind what others append meanwhile.
class AppendFile {
 public:
  AppendFile() = default;
  ~AppendFile();
  AppendFile(const AppendFile&) = delete;
  AppendFile& operator=(const AppendFile&) = delete;

  // Opens the file, or makes it. To be called once at most. Errors: those of core/file.h.
  absl::Status Open(const std::string& path);
  bool is_open() const { return file_ >= 0; }
  // The first error of this file.
  const absl::Status& status() const { return status_; }

  // Appends to the file, which must be open. After an error, which names it, nothing is written any
  // more, and every call gives it again.
  absl::Status Append(absl::string_view bytes);

 private:
  std::string path_;
  int file_ = -1;
  absl::Status status_;
};

}  // namespace mondeq

#endif  // MONDEQ_REPORT_APPEND_FILE_H_
