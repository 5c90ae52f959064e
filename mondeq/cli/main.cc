#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "mondeq/cli/commit.h"
#include "mondeq/cli/interrupt.h"
#include "mondeq/cli/run.h"

int main(int argc, char** argv) {
  mondeq::HandleInterrupts();
  // A write that hits the limit of file sizes fails, but the process goes on.
  signal(SIGXFSZ, SIG_IGN);
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  // A dumb terminal cannot overwrite a line.
  const char* const kind = std::getenv("TERM");
  const bool terminal =
      isatty(STDOUT_FILENO) == 1 && (kind == nullptr || std::string(kind) != "dumb");
  return mondeq::Run(arguments, std::cout, std::cerr, terminal, mondeq::Commit());
}
