// A file that gets the lines of a run, each with its time.
#ifndef MONDEQ_REPORT_LOG_FILE_H_
#define MONDEQ_REPORT_LOG_FILE_H_

#include <ctime>
#include <functional>
#include <ostream>
#include <streambuf>
#include <string>

#include "absl/status/status.h"
#include "mondeq/report/append_file.h"

namespace mondeq {

// What is written to the stream is appended to the file line by line, behind the time:
// "2026-01-31T23:59:59Z epoch 1/40: ...". Before it is opened it takes everything and keeps
// nothing.
class LogFile final : private std::streambuf, public std::ostream {
 public:
  explicit LogFile(std::function<std::time_t()> clock = [] { return std::time(nullptr); });

  // Errors: those of AppendFile::Open.
  absl::Status Open(const std::string& path) { return file_.Open(path); }
  // Whether everything is in the file. Errors: those of AppendFile::Append.
  const absl::Status& status() const { return file_.status(); }

 private:
  int overflow(int c) override;

  std::function<std::time_t()> clock_;
  AppendFile file_;
  std::string line_;
};

// Writes to two streams at once; they must outlive it.
class Tee final : private std::streambuf, public std::ostream {
 public:
  Tee(std::ostream* one, std::ostream* other)
      : std::ostream(static_cast<std::streambuf*>(this)), one_(*one), other_(*other) {}

 private:
  int overflow(int c) override;
  int sync() override;

  std::ostream &one_, &other_;
};

}  // namespace mondeq

#endif  // MONDEQ_REPORT_LOG_FILE_H_
