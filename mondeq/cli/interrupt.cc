#include "mondeq/cli/interrupt.h"

#include <signal.h>
#include <unistd.h>

#include <atomic>

#include "mondeq/core/exit_code.h"

namespace mondeq {
namespace {

// Of signal handlers and of other threads.
std::atomic<bool> watching{false}, noted{false};
static_assert(std::atomic<bool>::is_always_lock_free);

void OnSignal(int) {
  if (watching && !noted.exchange(true)) return;
  constexpr char kLine[] = "mondeq: interrupted\n";
  // Where stderr does not take the line, nothing can be done about it.
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, kLine, sizeof(kLine) - 1);
  _exit(kExitInterrupted);
}

}  // namespace

void HandleInterrupts() {
  struct sigaction action = {};
  action.sa_handler = OnSignal;
  // A system call that the signal interrupts goes on, so that no file stays half written.
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

InterruptWatch::InterruptWatch() { watching = true; }

InterruptWatch::~InterruptWatch() {
  watching = false;
  noted = false;
}

bool InterruptWatch::Interrupted() const { return noted; }

void NoteInterrupt() { noted = true; }

void ForgetInterrupt() { noted = false; }

}  // namespace mondeq
