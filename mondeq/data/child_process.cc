#include "mondeq/data/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

extern char** environ;

namespace mondeq {
namespace {

// Both ends of a pipe.
class Pipe {
 public:
  Pipe() {
    if (pipe2(ends_, O_CLOEXEC) != 0) ends_[0] = ends_[1] = -1;
  }
  ~Pipe() {
    CloseWriter();
    CloseReader();
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  bool ok() const { return ends_[0] >= 0; }
  int reader() const { return ends_[0]; }
  int writer() const { return ends_[1]; }
  void CloseReader() { Close(&ends_[0]); }
  void CloseWriter() { Close(&ends_[1]); }

 private:
  static void Close(int* fd) {
    if (*fd >= 0) close(*fd);
    *fd = -1;
  }

  int ends_[2];
};

// Returns 0 or an errno.
int Spawn(const std::vector<std::string>& argv, int out, int err, pid_t* pid) {
  std::vector<char*> arguments;
  for (const std::string& argument : argv) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
  // What this process ignores a child would ignore too.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t usual;
  sigemptyset(&usual);
  for (const int signal : {SIGPIPE, SIGXFSZ}) sigaddset(&usual, signal);
  posix_spawnattr_setsigdefault(&attributes, &usual);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  const int error =
      posix_spawnp(pid, arguments[0], &actions, &attributes, arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

// Reads once. Returns what came; closes the pipe at its end.
absl::string_view ReadSome(Pipe* pipe, std::vector<char>* buffer) {
  const ssize_t count = read(pipe->reader(), buffer->data(), buffer->size());
  if (count < 0 && errno == EINTR) return {};
  if (count <= 0) pipe->CloseReader();
  return {buffer->data(), count > 0 ? static_cast<std::size_t>(count) : 0};
}

// Reads both pipes until they end. Returns whether all output was wanted.
bool ReadAll(Pipe* out, Pipe* err, const TakeOutput& take, std::string* errors) {
  constexpr int kMilliseconds = 100;
  constexpr std::size_t kMostErrors = 4096;
  std::vector<char> buffer(std::size_t{1} << 16);
  while (out->ok() || err->ok()) {
    pollfd fds[] = {{out->reader(), POLLIN, 0}, {err->reader(), POLLIN, 0}};
    const int ready = poll(fds, 2, kMilliseconds);
    if (ready <= 0 && !take("")) return false;
    if (ready <= 0) continue;
    if (fds[1].revents != 0) {
      const absl::string_view text = ReadSome(err, &buffer);
      absl::StrAppend(errors, text.substr(0, kMostErrors - errors->size()));
    }
    if (fds[0].revents != 0 && !take(ReadSome(out, &buffer))) return false;
  }
  return true;
}

}  // namespace

absl::StatusOr<ChildEnd> RunChild(const std::vector<std::string>& argv, const TakeOutput& take) {
  Pipe out, err;
  pid_t pid = -1;
  const int error = out.ok() && err.ok() ? Spawn(argv, out.writer(), err.writer(), &pid) : errno;
  if (error == ENOENT) return absl::NotFoundError(absl::StrCat(argv[0], ": no such program"));
  if (error != 0) {
    return absl::UnavailableError(
        absl::StrCat(argv[0], ": cannot be started: ", std::strerror(error)));
  }
  out.CloseWriter();
  err.CloseWriter();
  ChildEnd end;
  end.stopped = !ReadAll(&out, &err, take, &end.errors);
  if (end.stopped) kill(pid, SIGTERM);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status)) end.code = WEXITSTATUS(status);
  return end;
}

}  // namespace mondeq
