#include "mondeq/testing/faulty_files.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <utility>
#include <vector>

#include "mondeq/core/file.h"

namespace mondeq {
namespace {

namespace fs = std::filesystem;

// The C library's function of that name.
template <class Function>
Function* Real(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

std::string Contents(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// What an open file below the folder is.
struct OpenFile {
  std::string path;
  bool is_folder = false;
};

struct State {
  std::string folder;
  Fault fault;
  int calls_left;
  bool failed = false;
  bool short_write_made = false;
  std::map<int, OpenFile> open;
  // Files whose bytes are not synced, by their present names.
  std::map<std::string, bool> unsynced;
  // How to take back what was done to names since their folder was last synced, in order.
  std::vector<std::pair<std::string, std::function<void()>>> undo;

  bool crashes() const { return fault == Fault::kCrash || fault == Fault::kCrashAfterNames; }

  bool Knows(const std::string& path) const {
    return path.compare(0, folder.size() + 1, folder + "/") == 0;
  }

  // Counts a call, and returns whether it fails, with errno set.
  bool Fails() {
    if (failed && crashes()) {
      errno = EIO;
      return true;
    }
    if (--calls_left != 0) return false;
    failed = true;
    errno = fault == Fault::kNoSpace || fault == Fault::kShortWrite ? ENOSPC : EIO;
    return true;
  }

  void Crash() {
    for (const auto& one : unsynced) {
      if (fs::exists(one.first)) std::ofstream(one.first, std::ios::trunc | std::ios::binary);
    }
    if (fault == Fault::kCrashAfterNames) return;
    for (auto one = undo.rbegin(); one != undo.rend(); ++one) one->second();
  }
};

State* state = nullptr;

int OpenKnown(const char* path, int flags, mode_t mode) {
  const auto real = Real<int(const char*, int, ...)>("open");
  const bool writes = (flags & (O_WRONLY | O_RDWR)) != 0, is_folder = (flags & O_DIRECTORY) != 0;
  if ((writes || is_folder) && state->Fails()) return -1;
  const bool is_new = writes && !fs::exists(path);
  const int fd = real(path, flags, mode);
  if (fd < 0 || !(writes || is_folder)) return fd;
  state->open[fd] = {path, is_folder};
  if (is_new) {
    const std::string name = path;
    state->unsynced[name] = true;
    state->undo.emplace_back(FolderOf(name), [name] { fs::remove(name); });
  }
  return fd;
}

int RenameKnown(const std::string& from, const std::string& to) {
  if (state->Fails()) return -1;
  const bool replaces = fs::exists(to);
  const std::string old = replaces ? Contents(to) : "";
  const int result = Real<int(const char*, const char*)>("rename")(from.c_str(), to.c_str());
  if (result != 0) return result;
  if (state->unsynced.erase(from) > 0) state->unsynced[to] = true;
  state->undo.emplace_back(FolderOf(to), [=] {
    fs::rename(to, from);
    if (replaces) std::ofstream(to, std::ios::binary) << old;
  });
  return result;
}

// For unlink and remove.
int RemoveKnown(const std::string& path, const char* call) {
  if (state->Fails()) return -1;
  const bool is_file = fs::is_regular_file(path);
  const std::string old = is_file ? Contents(path) : "";
  const int result = Real<int(const char*)>(call)(path.c_str());
  if (result != 0 || !is_file) return result;
  state->undo.emplace_back(FolderOf(path), [=] { std::ofstream(path, std::ios::binary) << old; });
  return result;
}

ssize_t WriteKnown(int fd, const void* bytes, size_t count) {
  const auto real = Real<ssize_t(int, const void*, size_t)>("write");
  if (state->short_write_made) {
    errno = ENOSPC;
    return -1;
  }
  if (state->Fails()) {
    if (state->fault != Fault::kShortWrite || count < 2) return -1;
    state->short_write_made = true;
    return real(fd, bytes, count / 2);
  }
  return real(fd, bytes, count);
}

int SyncKnown(int fd) {
  if (state->Fails()) return -1;
  const OpenFile& file = state->open.at(fd);
  if (!file.is_folder) {
    state->unsynced.erase(file.path);
    return Real<int(int)>("fsync")(fd);
  }
  std::vector<std::pair<std::string, std::function<void()>>> left;
  for (auto& one : state->undo) {
    if (one.first != file.path) left.push_back(std::move(one));
  }
  state->undo = std::move(left);
  return Real<int(int)>("fsync")(fd);
}

}  // namespace

FaultyFiles::FaultyFiles(std::string folder, Fault fault, int n) {
  state = new State{std::move(folder), fault, n, false, false, {}, {}, {}};
}

FaultyFiles::~FaultyFiles() {
  State* const ended = state;
  state = nullptr;
  if (ended->crashes()) ended->Crash();
  delete ended;
}

bool FaultyFiles::has_failed() const { return state->failed; }

}  // namespace mondeq

using mondeq::state;

extern "C" {

int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = va_arg(arguments, mode_t);
  va_end(arguments);
  if (state != nullptr && state->Knows(std::string(path) + "/")) {
    return mondeq::OpenKnown(path, flags, mode);
  }
  return mondeq::Real<int(const char*, int, ...)>("open")(path, flags, mode);
}

ssize_t write(int fd, const void* bytes, size_t count) {
  if (state != nullptr && state->open.count(fd) > 0) return mondeq::WriteKnown(fd, bytes, count);
  return mondeq::Real<ssize_t(int, const void*, size_t)>("write")(fd, bytes, count);
}

int fsync(int fd) {
  if (state != nullptr && state->open.count(fd) > 0) return mondeq::SyncKnown(fd);
  return mondeq::Real<int(int)>("fsync")(fd);
}

int close(int fd) {
  if (state != nullptr) state->open.erase(fd);
  return mondeq::Real<int(int)>("close")(fd);
}

int rename(const char* from, const char* to) noexcept {
  if (state != nullptr && state->Knows(from)) return mondeq::RenameKnown(from, to);
  return mondeq::Real<int(const char*, const char*)>("rename")(from, to);
}

int unlink(const char* path) noexcept {
  if (state != nullptr && state->Knows(path)) return mondeq::RemoveKnown(path, "unlink");
  return mondeq::Real<int(const char*)>("unlink")(path);
}

int remove(const char* path) noexcept {
  if (state != nullptr && state->Knows(path)) return mondeq::RemoveKnown(path, "remove");
  return mondeq::Real<int(const char*)>("remove")(path);
}

int mkdir(const char* path, mode_t mode) noexcept {
  const auto real = mondeq::Real<int(const char*, mode_t)>("mkdir");
  if (state == nullptr || !state->Knows(path)) return real(path, mode);
  if (state->Fails()) return -1;
  const int result = real(path, mode);
  const std::string name = path;
  if (result == 0) {
    state->undo.emplace_back(mondeq::FolderOf(name), [name] { std::filesystem::remove_all(name); });
  }
  return result;
}

}  // extern "C"
