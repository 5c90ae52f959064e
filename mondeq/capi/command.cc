// The command line as a function of mondeq.h.
#include <mutex>
#include <ostream>
#include <streambuf>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "mondeq/capi/guard.h"
#include "mondeq/capi/mondeq.h"
#include "mondeq/cli/commit.h"
#include "mondeq/cli/interrupt.h"
#include "mondeq/cli/run.h"
#include "mondeq/core/status.h"

namespace {

using mondeq::capi::Guard;
using mondeq::capi::NoNull;

// Hands on what is printed to a caller's function.
class CallbackBuffer final : public std::streambuf {
 public:
  CallbackBuffer(mondeq_write write, void* user, int stream)
      : write_(write), user_(user), stream_(stream) {}

 protected:
  int overflow(int character) override {
    if (character != traits_type::eof()) text_ += static_cast<char>(character);
    if (character == '\n' || character == '\r') sync();
    return 0;
  }
  std::streamsize xsputn(const char* text, std::streamsize count) override {
    text_.append(text, static_cast<std::size_t>(count));
    if (text_.find_first_of("\n\r") != std::string::npos) sync();
    return count;
  }
  int sync() override {
    if (text_.empty()) return 0;
    std::string text;
    text.swap(text_);
    if (write_ != nullptr && write_(user_, stream_, text.data(), text.size()) != 0) {
      mondeq::NoteInterrupt();
    }
    return 0;
  }

 private:
  mondeq_write write_;
  void* user_;
  int stream_;
  std::string text_;
};

}  // namespace

void mondeq_interrupt(void) { mondeq::NoteInterrupt(); }

int mondeq_run(int argument_count, const char* const* arguments, mondeq_write write, void* user) {
  int code = MONDEQ_INTERNAL;
  const int guarded = Guard([&]() -> absl::Status {
    std::vector<std::string> texts;
    for (int i = 0; i < argument_count; ++i) {
      MONDEQ_RETURN_IF_ERROR(NoNull(arguments, "arguments"));
      MONDEQ_RETURN_IF_ERROR(NoNull(arguments[i], "arguments"));
      texts.emplace_back(arguments[i]);
    }
    static std::mutex one_at_a_time;
    const std::unique_lock<std::mutex> lock(one_at_a_time, std::try_to_lock);
    if (!lock.owns_lock()) {
      return absl::InvalidArgumentError("a command runs already; one runs at a time");
    }
    mondeq::ForgetInterrupt();
    CallbackBuffer out_buffer(write, user, 1), err_buffer(write, user, 2);
    std::ostream out(&out_buffer), err(&err_buffer);
    code = mondeq::Run(texts, out, err, /*terminal=*/false, mondeq::Commit());
    out.flush();
    err.flush();
    return absl::OkStatus();
  });
  return guarded == MONDEQ_OK ? code : guarded;
}
