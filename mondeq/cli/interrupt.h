// SIGINT and SIGTERM, which end the program, and SIGUSR1, which asks for a checkpoint.
#ifndef MONDEQ_CLI_INTERRUPT_H_
#define MONDEQ_CLI_INTERRUPT_H_

namespace mondeq {

// From now on SIGINT ends the process with exit code 130, SIGTERM with 143, each with a line on
// stderr. SIGUSR1 is noted for the watch that comes next.
void HandleInterrupts();

// While one or more of these live the first of those signals is only noted, for the run to end in
// good order; the second one ends the process.
class InterruptWatch {
 public:
  InterruptWatch();
  ~InterruptWatch();
  InterruptWatch(const InterruptWatch&) = delete;
  InterruptWatch& operator=(const InterruptWatch&) = delete;

  bool Interrupted() const;
  // Whether SIGUSR1 has come since this was last asked.
  bool TakeCheckpointWish();
};

// The exit code of a run that a signal has ended: 143 after SIGTERM, else 130.
int InterruptExitCode();

// What a signal does while one watches, for programs that leave signals alone. It holds for the
// watch that comes next where there is none, unless it is forgotten before.
void NoteInterrupt();
void ForgetInterrupt();

}  // namespace mondeq

#endif  // MONDEQ_CLI_INTERRUPT_H_
