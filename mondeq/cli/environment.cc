#include "mondeq/cli/environment.h"

#include <ctime>

#include "absl/strings/str_cat.h"
#include "mondeq/core/machine.h"
#include "mondeq/core/status.h"
#include "mondeq/core/utf8.h"
#include "mondeq/core/version.h"
#include "mondeq/report/append_file.h"

namespace mondeq {

absl::Status AppendEnvironment(const std::string& path, const Setup& setup,
                               const std::string& commit, const std::string& data, bool resumes) {
  const std::string processor = ProcessorName();
  std::string text = absl::StrCat(resumes ? "went on " : "began ", UtcTime(std::time(nullptr)),
                                  "\nmondeq ", kVersion, ", commit ", commit,
                                  "\ndevice: ", Printable(setup.device->Describe()), "\n");
  if (!processor.empty()) absl::StrAppend(&text, "processor: ", Printable(processor), "\n");
  absl::StrAppend(&text, "host: ", Printable(HostName()), ", ", Printable(SystemName()), "\n");
  if (!data.empty()) absl::StrAppend(&text, "data: ", Printable(data), "\n");
  AppendFile file;
  MONDEQ_RETURN_IF_ERROR(file.Open(path));
  return file.Append(text + "\n");
}

}  // namespace mondeq
