#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "mondeq/cli/commit.h"
#include "mondeq/cli/interrupt.h"
#include "mondeq/cli/run.h"
#include "mondeq/collective/mpi/mpi.h"

namespace {

// Gives standard streams that were closed to nobody: a file that is opened would take the number of
// one, and get what is printed.
void OpenStandardStreams() {
  int opened = STDIN_FILENO;
  while (opened >= 0 && opened <= STDERR_FILENO) opened = open("/dev/null", O_RDWR);
  if (opened >= 0) close(opened);
}

}  // namespace

int main(int argc, char** argv) {
  OpenStandardStreams();
  mondeq::HandleInterrupts();
  // A write that hits the limit of file sizes, or that nobody reads any more, fails, but the
  // process goes on.
  signal(SIGXFSZ, SIG_IGN);
  signal(SIGPIPE, SIG_IGN);
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  // A dumb terminal cannot overwrite a line.
  const char* const kind = std::getenv("TERM");
  const bool terminal =
      isatty(STDOUT_FILENO) == 1 && (kind == nullptr || std::string(kind) != "dumb");
  const auto run = mondeq::LaunchedRanks() > 1 ? mondeq::RunAsRank : mondeq::Run;
  return run(arguments, std::cout, std::cerr, terminal, mondeq::Commit());
}
