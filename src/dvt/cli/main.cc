#include <pthread.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <stop_token>
#include <thread>

#include "dvt/base/telemetry/otlp_exporter.h"
#include "dvt/base/text/secrets.h"
#include "dvt/base/text/text.h"
#include "dvt/cli/commands/command.h"
#include "dvt/cli/commands/lake_functions.h"
#include "dvt/cli/flags.h"
#include "dvt/cli/log/open_log.h"
#include "dvt/cli/options.h"
#include "dvt/cli/workspace.h"

namespace {

// Waits for Ctrl-C or a termination request on a thread of its own, which ends with the process, so that stopping runs ordinary code. The
// first signal cancels the run; a second one ends the program at once.
void WatchSignals(std::stop_source stopper) {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::thread([signals, stopper]() mutable {
    for (bool first = true;; first = false) {
      int signal = 0;
      if (sigwait(&signals, &signal) != 0) return;
      if (!first) _exit(128 + signal);
      std::fputs("\nCancelling: queries on the servers are stopped and rolled back (once more to quit at once)\n", stderr);
      stopper.request_stop();
    }
  }).detach();
}

void PrintError(const dvt::Error& error) {
  std::fflush(stdout);
  std::fprintf(stderr, "Error: %s\n", dvt::SecretRegistry::Redact(error.ToString()).c_str());
}

// Runs the command between the first and the last line of the log. Errors go to the log, and to standard error where people look.
int RunCommand(dvt::cli::Options& options, std::stop_token stop) {
  const auto begin = std::chrono::steady_clock::now();
  dvt::cli::TellBegin(options);
  const auto code = dvt::cli::FindCommand(options.command)(options, stop);
  if (!code) {
    dvt::run::LogEvent event;
    event.name = "MainEncounteredError";
    event.code = "Z002";
    event.level = dvt::run::LogLevel::kError;
    event.message = code.error().ToString();
    event.data.Set("exc", event.message);
    event.data.Set("error_code", std::string(dvt::ErrorCodeName(code.error().code())));
    if (!code.error().vendor_code().empty()) event.data.Set("vendor_code", code.error().vendor_code());
    options.observer->Event(event);
    if (options.log_format == "default" || options.command == "sql" || options.command == "lake") PrintError(code.error());
  }
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
  dvt::cli::TellEnd(options, code && *code == 0, elapsed.count());
  return code ? *code : 2;
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
  const auto env = dvt::project::ProcessEnvironment();
  // The folder itself may come from the environment, and the project file decides on the rest.
  dvt::cli::ProjectHead project;
  if (options->command != "sql" && options->command != "lake")
    project = dvt::cli::ReadProjectHead(dvt::cli::ProjectFolder(*options, env));
  if (auto resolved = dvt::cli::ResolveFlags(*options, env, project); !resolved) {
    PrintError(resolved.error());
    return 2;
  }
  options->invocation_id = dvt::NewUuid();
  auto log = dvt::cli::OpenLog(*options, project);
  if (!log) {
    PrintError(log.error());
    return 2;
  }
  options->observer = std::move(*log);
  std::stop_source stopper;
  WatchSignals(stopper);
  const int code = RunCommand(*options, stopper.get_token());
  dvt::cli::CloseLake();
  dvt::OtlpExporter::Flush();
  options->observer.reset();
  dvt::cli::CloseConnections();
  return code;
}
