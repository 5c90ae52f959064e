#include "mondeq/cli/interrupt.h"

#include <signal.h>
#include <unistd.h>

#include "mondeq/core/exit_code.h"

namespace mondeq {
namespace {

volatile sig_atomic_t watching = 0;
volatile sig_atomic_t noted = 0;

void OnSignal(int) {
  if (watching != 0 && noted == 0) {
    noted = 1;
    return;
  }
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

InterruptWatch::InterruptWatch() {
  noted = 0;
  watching = 1;
}

InterruptWatch::~InterruptWatch() { watching = 0; }

void NoteInterrupt() {
  if (watching != 0) noted = 1;
}

bool InterruptWatch::Interrupted() const { return noted != 0; }

}  // namespace mondeq
