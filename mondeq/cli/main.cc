#include <signal.h>
#include <unistd.h>

#include <iostream>
#include <string>
#include <vector>

#include "mondeq/cli/interrupt.h"
#include "mondeq/cli/run.h"

int main(int argc, char** argv) {
  mondeq::HandleInterrupts();
  // A file size limit is an error of the write that hits it, not the end.
  signal(SIGXFSZ, SIG_IGN);
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  return mondeq::Run(arguments, std::cout, std::cerr, isatty(STDOUT_FILENO) == 1);
}
