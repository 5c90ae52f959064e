#include "mondeq/data/fetch.h"

#include <unistd.h>

#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "mondeq/core/file.h"
#include "mondeq/core/file_lock.h"
#include "mondeq/core/status.h"
#include "mondeq/data/child_process.h"
#include "mondeq/data/download.h"
#include "mondeq/data/part_file.h"

namespace mondeq {
namespace {

absl::StatusOr<std::unique_ptr<FileLock>> TakeFolder(const std::string& folder) {
  absl::StatusOr<std::unique_ptr<FileLock>> lock = FileLock::Take(folder + "/fetch.lock");
  if (!absl::IsAlreadyExists(lock.status())) return lock;
  return absl::PermissionDeniedError(
      absl::StrCat(folder, " is in use by ", lock.status().message()));
}

// Takes one file out of the archive, which says nothing about where it goes.
absl::Status Unpack(const PublicSet& set, const std::string& archive, const PublicFile& file,
                    const std::string& folder, FetchObserver* observer) {
  MONDEQ_ASSIGN_OR_RETURN(const std::unique_ptr<PartFile> part,
                          PartFile::Open(absl::StrCat(folder, "/", file.name)));
  MONDEQ_RETURN_IF_ERROR(part->Clear());
  absl::Status written;
  const std::string member = absl::StrCat(set.packed_in, "/", file.name);
  MONDEQ_ASSIGN_OR_RETURN(
      const ChildEnd end,
      RunChild({"tar", "--extract", "--gzip", "--to-stdout", "--force-local", "--file", archive,
                "--", member},
               [&](absl::string_view bytes) {
                 const auto most = static_cast<std::size_t>(file.size - part->size());
                 written = part->Append(bytes.substr(0, most));
                 return written.ok() && part->size() < file.size && !observer->Interrupted();
               }));
  MONDEQ_RETURN_IF_ERROR(written);
  MONDEQ_ASSIGN_OR_RETURN(const std::string fault, Fault(part->path(), file));
  if (fault.empty()) return part->Finish();
  MONDEQ_RETURN_IF_ERROR(part->Clear());
  const std::string why = end.errors.substr(0, end.errors.find('\n'));
  return absl::DataLossError(
      absl::StrCat(archive, ": ", member, ": ", fault, why.empty() ? "" : "; ", why));
}

// The files that are not there, or not the right ones.
absl::StatusOr<std::vector<PublicFile>> Missing(const PublicSet& set, const std::string& folder,
                                                FetchObserver* observer) {
  std::vector<PublicFile> missing;
  for (const PublicFile& file : set.files) {
    const std::string path = absl::StrCat(folder, "/", file.name);
    MONDEQ_ASSIGN_OR_RETURN(const std::string fault, Fault(path, file));
    if (fault.empty()) {
      observer->OnPresent(path);
    } else {
      missing.push_back(file);
    }
  }
  return missing;
}

absl::Status FetchInto(const PublicSet& set, const std::string& folder, const FetchLimits& limits,
                       FetchObserver* observer) {
  MONDEQ_RETURN_IF_ERROR(MakeFolder(folder));
  MONDEQ_ASSIGN_OR_RETURN(const std::vector<PublicFile> missing, Missing(set, folder, observer));
  if (missing.empty()) return absl::OkStatus();
  MONDEQ_ASSIGN_OR_RETURN(const std::unique_ptr<FileLock> lock, TakeFolder(folder));
  if (set.archive.name.empty()) {
    for (const PublicFile& file : missing) {
      MONDEQ_RETURN_IF_ERROR(Download(file, set.mirrors, folder, limits, observer));
    }
    return absl::OkStatus();
  }
  const std::string archive = absl::StrCat(folder, "/", set.archive.name);
  MONDEQ_ASSIGN_OR_RETURN(const std::string fault, Fault(archive, set.archive));
  if (!fault.empty()) {
    MONDEQ_RETURN_IF_ERROR(Download(set.archive, set.mirrors, folder, limits, observer));
  }
  observer->OnUnpack(archive);
  for (const PublicFile& file : missing) {
    MONDEQ_RETURN_IF_ERROR(Unpack(set, archive, file, folder, observer));
  }
  unlink(archive.c_str());
  return absl::OkStatus();
}

}  // namespace

absl::Status FetchSet(const PublicSet& set, const std::string& folder, const FetchLimits& limits,
                      FetchObserver* observer) {
  const absl::Status status = FetchInto(set, folder, limits, observer);
  // Ctrl-C ends the programs that run here too, whatever they are about.
  if (status.ok() || absl::IsCancelled(status) || !observer->Interrupted()) return status;
  return absl::CancelledError("interrupted; the same command goes on");
}

}  // namespace mondeq
