// A file that comes in parts, beside the name that it gets when it is whole.
#ifndef MONDEQ_DATA_PART_FILE_H_
#define MONDEQ_DATA_PART_FILE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace mondeq {

class PartFile {
 public:
  // Opens what has come of the file `target`, "TARGET.part", or begins it. Errors, of this and the
  // others: kResourceExhausted if the disk is full, kPermissionDenied if it cannot be written.
  static absl::StatusOr<std::unique_ptr<PartFile>> Open(const std::string& target);
  // Keeps what has come; of nothing nothing is left.
  ~PartFile();
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;

  const std::string& path() const { return path_; }
  std::int64_t size() const { return size_; }
  absl::Status Append(absl::string_view bytes);
  // Begins anew.
  absl::Status Clear();
  // Gives the file its name, in one step that lasts. Nothing else can be done afterwards.
  absl::Status Finish();

 private:
  PartFile(const std::string& target, int fd) : target_(target), path_(target + ".part"), fd_(fd) {}

  const std::string target_, path_;
  const int fd_;
  std::int64_t size_ = 0;
  bool finished_ = false;
};

}  // namespace mondeq

#endif  // MONDEQ_DATA_PART_FILE_H_
