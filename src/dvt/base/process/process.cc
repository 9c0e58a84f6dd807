#include "dvt/base/process/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>

extern char** environ;

namespace dvt {

namespace {

// Strings and the pointers to them that system calls want.
class Words {
 public:
  void Add(std::string word) { words_.push_back(std::move(word)); }
  char** pointers() {
    pointers_.clear();
    for (auto& word : words_) pointers_.push_back(word.data());
    pointers_.push_back(nullptr);
    return pointers_.data();
  }

 private:
  std::vector<std::string> words_;
  std::vector<char*> pointers_;
};

Words Environment(const std::vector<std::pair<std::string, std::string>>& more) {
  Words words;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    bool replaced = false;
    for (const auto& [name, value] : more) replaced = replaced || text.compare(0, name.size() + 1, name + "=") == 0;
    if (!replaced) words.Add(text);
  }
  for (const auto& [name, value] : more) words.Add(name + "=" + value);
  return words;
}

// Everything the child writes, until it closes the pipe; false after a stop.
bool ReadAll(int pipe, std::string& output, const std::stop_token& stop) {
  char buffer[4096];
  for (;;) {
    pollfd waiting{pipe, POLLIN, 0};
    if (stop.stop_requested()) return false;
    if (poll(&waiting, 1, 100) <= 0) continue;
    const ssize_t count = read(pipe, buffer, sizeof(buffer));
    if (count <= 0) return true;
    output.append(buffer, static_cast<size_t>(count));
  }
}

}  // namespace

Result<ProcessOutcome> RunProcess(const std::vector<std::string>& command, const std::string& folder,
                                  const std::vector<std::pair<std::string, std::string>>& environment, std::stop_token stop) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return Error(ErrorCode::kIo, fmt::format("cannot make a pipe: {}", std::strerror(errno)));
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
  if (!folder.empty()) posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
  Words arguments, variables = Environment(environment);
  for (const auto& word : command) arguments.Add(word);
  pid_t child = 0;
  const int failed = posix_spawnp(&child, command[0].c_str(), &actions, &attributes, arguments.pointers(), variables.pointers());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  close(ends[1]);
  if (failed != 0) {
    close(ends[0]);
    return Error(ErrorCode::kNotFound, fmt::format("cannot run '{}': {}", command[0], std::strerror(failed)));
  }
  ProcessOutcome outcome;
  const bool whole = ReadAll(ends[0], outcome.output, stop);
  if (!whole) kill(-child, SIGKILL);
  close(ends[0]);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
  if (!whole) return Error(ErrorCode::kCancelled, fmt::format("'{}' was cancelled", command[0]));
  outcome.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return outcome;
}

}  // namespace dvt
