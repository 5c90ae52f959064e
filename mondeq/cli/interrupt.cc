#include "mondeq/cli/interrupt.h"

#include <signal.h>
#include <unistd.h>

#include <atomic>

#include "mondeq/core/exit_code.h"

namespace mondeq {
namespace {

// Of signal handlers and of other threads.
std::atomic<bool> noted{false}, checkpoint_wished{false};
std::atomic<int> watches{0};
std::atomic<int> exit_code{kExitInterrupted};
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<int>::is_always_lock_free);

void OnCheckpointSignal(int) { checkpoint_wished = true; }

void OnSignal(int signal) {
  exit_code = signal == SIGTERM ? kExitTerminated : kExitInterrupted;
  if (watches > 0 && !noted.exchange(true)) return;
  constexpr char kLine[] = "mondeq: interrupted\n";
  // Where stderr does not take the line, nothing can be done about it.
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, kLine, sizeof(kLine) - 1);
  _exit(exit_code);
}

}  // namespace

void HandleInterrupts() {
  struct sigaction action = {};
  action.sa_handler = OnSignal;
  // A system call that the signal interrupts goes on, so that no file stays half written.
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  action.sa_handler = OnCheckpointSignal;
  sigaction(SIGUSR1, &action, nullptr);
}

InterruptWatch::InterruptWatch() { ++watches; }

InterruptWatch::~InterruptWatch() {
  if (--watches == 0) noted = false;
}

bool InterruptWatch::Interrupted() const { return noted; }

bool InterruptWatch::TakeCheckpointWish() { return checkpoint_wished.exchange(false); }

int InterruptExitCode() { return exit_code; }

void NoteInterrupt() {
  exit_code = kExitInterrupted;
  noted = true;
}

void ForgetInterrupt() { noted = false; }

}  // namespace mondeq
