// SIGINT and SIGTERM.
#ifndef MONDEQ_CLI_INTERRUPT_H_
#define MONDEQ_CLI_INTERRUPT_H_

namespace mondeq {

// From now on either signal ends the process with exit code 130 and a line on stderr.
void HandleInterrupts();

// While one of these lives the first signal is only noted, for the run to end in good order; the
// second one ends the process.
class InterruptWatch {
 public:
  InterruptWatch();
  ~InterruptWatch();
  InterruptWatch(const InterruptWatch&) = delete;
  InterruptWatch& operator=(const InterruptWatch&) = delete;

  bool Interrupted() const;
};

// What a signal does while one watches, for programs that leave signals alone. It holds for the
// watch that comes next where there is none, unless it is forgotten before.
void NoteInterrupt();
void ForgetInterrupt();

}  // namespace mondeq

#endif  // MONDEQ_CLI_INTERRUPT_H_
