// Helps tests to run the program as a process of its own.
#ifndef MONDEQ_CLI_PROCESS_TESTING_H_
#define MONDEQ_CLI_PROCESS_TESTING_H_

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "mondeq/cli/command_line_testing.h"
#include "mondeq/cli/train_testing.h"

namespace mondeq {

// Has a folder, the tiny experiment in it, and what starts the program.
class ProcessTest : public TrainTest {
 protected:
  std::string Path(const std::string& name) const { return Out(name); }

  // Starts the program; stdout goes to `out`, stderr to Path("err").
  pid_t Start(const std::vector<std::string>& arguments, const std::string& out,
              rlim_t file_size) const {
    const std::string err = Path("err");
    return Start(arguments, [&] {
      const int out_fd = open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
      const int err_fd = open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
      const struct rlimit limit = {file_size, file_size};
      return dup2(out_fd, STDOUT_FILENO) >= 0 && dup2(err_fd, STDERR_FILENO) >= 0 &&
             setrlimit(RLIMIT_FSIZE, &limit) == 0;
    });
  }

  // Starts the program in a process that has made itself ready for it.
  pid_t Start(std::vector<std::string> arguments, const std::function<bool()>& make_ready) const {
    arguments.insert(arguments.begin(), "mondeq/mondeq");
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    const pid_t child = fork();
    if (child != 0) return child;
    if (make_ready()) execv(argv[0], argv.data());
    _exit(99);
  }

  Outcome Wait(pid_t child) const {
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status)) << "ended by signal " << WTERMSIG(status);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, "", Read(Path("err"))};
  }

  Outcome Run(const std::vector<std::string>& arguments, const std::string& out = "/dev/null",
              rlim_t file_size = RLIM_INFINITY) const {
    return Wait(Start(arguments, out, file_size));
  }
};

inline void WaitForFile(const std::string& path) {
  for (int i = 0; i < 6000 && !std::filesystem::exists(path); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  ASSERT_TRUE(std::filesystem::exists(path)) << path;
}

}  // namespace mondeq

#endif  // MONDEQ_CLI_PROCESS_TESTING_H_
