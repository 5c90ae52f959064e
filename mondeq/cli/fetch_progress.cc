#include "mondeq/cli/fetch_progress.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "mondeq/cli/output.h"

namespace mondeq {
namespace {

// On a terminal, and elsewhere.
constexpr double kSecondsBetweenUpdates = 0.2, kSecondsBetweenLines = 20;

std::string Size(std::int64_t bytes) {
  const auto size = static_cast<double>(bytes);
  return size < 1e6 ? absl::StrFormat("%.1f kB", size * 1e-3)
                    : absl::StrFormat("%.1f MB", size * 1e-6);
}

}  // namespace

FetchProgress::FetchProgress(std::ostream& out, std::ostream& err, bool terminal,
                             std::function<double()> clock, std::function<int()> columns)
    : out_(out), err_(err), line_(out, terminal, std::move(columns)), clock_(std::move(clock)) {}

void FetchProgress::OnPresent(const std::string& path) { out_ << path << " is there\n"; }

void FetchProgress::OnStart(const std::string& url, std::int64_t bytes, std::int64_t size) {
  Clear();
  const std::string from = bytes > 0 ? absl::StrCat(", from ", Size(bytes), " on") : "";
  out_ << "fetching " << url << ", " << Size(size) << from << std::endl;
  begin_ = bytes;
  start_ = last_line_ = clock_();
}

void FetchProgress::OnBytes(const PublicFile& file, std::int64_t bytes) {
  const double now = clock_();
  if (now - last_line_ < (line_.terminal() ? kSecondsBetweenUpdates : kSecondsBetweenLines)) return;
  last_line_ = now;
  const double rate = static_cast<double>(bytes - begin_) / (now - start_);
  std::vector<LineField> fields = {{file.name, 4},
                                   {absl::StrFormat("%d%%", 100 * bytes / file.size), 5},
                                   {absl::StrCat(Size(bytes), " of ", Size(file.size)), 2},
                                   {absl::StrFormat("%.2f MB/s", rate * 1e-6), 1}};
  if (rate > 0) {
    const double left = static_cast<double>(file.size - bytes) / rate;
    fields.push_back({absl::StrCat(Duration(left), " left"), 3});
  }
  line_.Show(fields);
}

void FetchProgress::OnFailure(const std::string& what) {
  Clear();
  Warn(err_, what);
}

void FetchProgress::OnUnpack(const std::string& archive) {
  Clear();
  out_ << "unpacking " << archive << std::endl;
}

}  // namespace mondeq
