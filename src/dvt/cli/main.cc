#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <stop_token>
#include <thread>

#include "dvt/base/text/secrets.h"
#include "dvt/cli/commands/command.h"
#include "dvt/cli/options.h"

namespace {

// Waits for Ctrl-C or a termination request on its own thread, so that stopping runs ordinary code. The first signal cancels the
// run; a second one ends the program at once.
class SignalWatch {
 public:
  explicit SignalWatch(std::stop_source stopper) {
    sigemptyset(&signals_);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR2}) sigaddset(&signals_, signal);
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    watcher_ = std::thread([this, stopper]() mutable {
      for (bool first = true;; first = false) {
        int signal = 0;
        if (sigwait(&signals_, &signal) != 0 || signal == SIGUSR2) return;
        if (!first) _exit(128 + signal);
        std::fputs("\nCancelling: queries on the servers are stopped and rolled back (once more to quit at once)\n", stderr);
        stopper.request_stop();
      }
    });
  }
  ~SignalWatch() {
    pthread_kill(watcher_.native_handle(), SIGUSR2);
    watcher_.join();
  }

 private:
  sigset_t signals_;
  std::thread watcher_;
};

void PrintError(const dvt::Error& error) {
  std::fflush(stdout);
  std::fprintf(stderr, "Error: %s\n", dvt::SecretRegistry::Redact(error.ToString()).c_str());
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  std::string printed;
  auto options = dvt::cli::ParseOptions(argc, argv, printed);
  if (!options) {
    PrintError(options.error());
    return 2;
  }
  if (!printed.empty()) {
    std::fputs(printed.c_str(), stdout);
    return 0;
  }
  std::stop_source stopper;
  SignalWatch watch(stopper);
  auto code = dvt::cli::FindCommand(options->command)(*options, stopper.get_token());
  if (!code) {
    PrintError(code.error());
    return 2;
  }
  return *code;
}
