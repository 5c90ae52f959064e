// What a user sees while a data set is fetched: on a terminal a line that is overwritten, elsewhere
// a line for each file and another now and then.
#ifndef MONDEQ_CLI_FETCH_PROGRESS_H_
#define MONDEQ_CLI_FETCH_PROGRESS_H_

#include <cstdint>
#include <functional>
#include <ostream>
#include <string>

#include "mondeq/cli/interrupt.h"
#include "mondeq/data/fetch.h"
#include "mondeq/report/status_line.h"

namespace mondeq {

// Ctrl-C and SIGTERM are watched for while it lives.
class FetchProgress : public FetchObserver {
 public:
  FetchProgress(std::ostream& out, std::ostream& err, bool terminal,
                std::function<double()> clock = SteadySeconds,
                std::function<int()> columns = TerminalColumns);

  void OnPresent(const std::string& path) override;
  void OnStart(const std::string& url, std::int64_t bytes, std::int64_t size) override;
  void OnBytes(const PublicFile& file, std::int64_t bytes) override;
  void OnFailure(const std::string& what) override;
  void OnUnpack(const std::string& archive) override;
  bool Interrupted() override { return watch_.Interrupted(); }
  // Removes the line that is overwritten.
  void Clear() { line_.Clear(); }

 private:
  std::ostream& out_;
  std::ostream& err_;
  StatusLine line_;
  const std::function<double()> clock_;
  const InterruptWatch watch_;
  // Of the transfer that goes on: when it began and with how many bytes.
  double start_ = 0;
  std::int64_t begin_ = 0;
  double last_line_ = 0;
};

}  // namespace mondeq

#endif  // MONDEQ_CLI_FETCH_PROGRESS_H_
