#include "dvt/cli/ui/display.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <mutex>
#include <thread>

#include "dvt/base/text/secrets.h"
#include "dvt/base/text/text.h"
#include "dvt/cli/ui/run_lines.h"

namespace dvt::cli {

namespace {

constexpr const char* kGreen = "\x1b[32m";
constexpr const char* kRed = "\x1b[31m";
constexpr const char* kYellow = "\x1b[33m";
constexpr const char* kReset = "\x1b[0m";

std::string ClockTime() {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  return fmt::format("{:02}:{:02}:{:02}", local.tm_hour, local.tm_min, local.tm_sec);
}

bool Failed(const model::NodeResult& result) {
  return result.status == "error" || result.status == "fail" || result.status == "partial success";
}

class Display : public run::Observer {
 public:
  explicit Display(const DisplayOptions& options) : options_(options) {
    if (options_.live) redraw_ = std::jthread([this](std::stop_token stop) { RedrawLoop(stop); });
  }

  ~Display() override {
    redraw_.request_stop();
    if (redraw_.joinable()) redraw_.join();
    std::lock_guard lock(mutex_);
    EraseLive();
    std::fflush(stdout);
  }

  void RunStarted(int nodes, int threads) override {
    if (options_.quiet) return;
    Print(fmt::format("{}  Running {} node{} on {} thread{}", ClockTime(), nodes, nodes == 1 ? "" : "s", threads,
                      threads == 1 ? "" : "s"));
  }

  void NodeStarted(const model::Node& node, int index, int total, const run::NodeProgress& progress) override {
    if (!options_.live && !options_.quiet)
      Print(fmt::format("{}  {} of {} START {}", ClockTime(), index, total, RelationLabel(node)));
    std::lock_guard lock(mutex_);
    running_.push_back({&node, index, total, &progress, std::chrono::steady_clock::now()});
  }

  void NodeFinished(const model::Node& node, int index, int total, const model::NodeResult& result) override {
    {
      std::lock_guard lock(mutex_);
      std::erase_if(running_, [&](const Running& r) { return r.node == &node; });
    }
    if (options_.quiet && !Failed(result)) return;
    const char* color = Failed(result) ? kRed : result.status == "success" || result.status == "pass" ? kGreen : kYellow;
    const std::string word = result.status == "success" ? "OK" : ToUpper(result.status);
    std::string lines = fmt::format("{}  {} of {} {} {}  {}", ClockTime(), index, total, Paint(color, word), RelationLabel(node),
                                    OutcomeText(result));
    for (const auto& warning : result.warnings)
      lines += "\n" + Paint(kYellow, fmt::format("          {}: {}", warning.code, warning.message));
    if (Failed(result)) lines += "\n" + Paint(kRed, "          " + ReplaceAll(result.message, "\n", "\n          "));
    Print(lines);
  }

  void Message(Severity severity, std::string_view text) override {
    if (options_.quiet && severity != Severity::kError) return;
    Print(fmt::format("{}  {}", ClockTime(), severity == Severity::kError ? Paint(kRed, std::string(text)) : std::string(text)));
  }

  void RunFinished(const model::RunResults& results) override {
    int passed = 0, warned = 0, failed = 0, skipped = 0;
    for (const auto& result : results.results) {
      if (result.status == "success" || result.status == "pass")
        ++passed;
      else if (result.status == "warn")
        ++warned;
      else if (result.status == "skipped")
        ++skipped;
      else
        ++failed;
    }
    if (options_.quiet && failed == 0) return;
    const std::string table = TransferTable(results);
    if (!table.empty()) Print("\nMoved:" + table);
    Print(fmt::format("\nDone in {}. PASS={} WARN={} ERROR={} SKIP={} TOTAL={}", HumanSeconds(results.elapsed_seconds), passed,
                      warned, failed, skipped, results.results.size()));
  }

 private:
  struct Running {
    const model::Node* node;
    int index;
    int total;
    const run::NodeProgress* progress;
    std::chrono::steady_clock::time_point started;
  };

  std::string Paint(const char* color, const std::string& text) const { return options_.color ? color + text + kReset : text; }

  void Print(const std::string& text) {
    const std::string redacted = SecretRegistry::Redact(text) + "\n";
    std::lock_guard lock(mutex_);
    EraseLive();
    std::fwrite(redacted.data(), 1, redacted.size(), stdout);
    DrawLive();
    std::fflush(stdout);
  }

  void EraseLive() {
    for (; drawn_ > 0; --drawn_) std::fputs("\x1b[1A\x1b[2K", stdout);
  }

  void DrawLive() {
    if (!options_.live) return;
    const int width = TerminalWidth() - 1;
    for (const auto& running : running_) {
      const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - running.started).count();
      std::fputs(
          (FitWidth(LiveLine(*running.node, running.index, running.total, *running.progress, seconds), width) + "\n").c_str(),
          stdout);
      ++drawn_;
    }
  }

  void RedrawLoop(std::stop_token stop) {
    std::mutex sleep_mutex;
    std::condition_variable_any sleep;
    while (!stop.stop_requested()) {
      {
        std::unique_lock sleep_lock(sleep_mutex);
        sleep.wait_for(sleep_lock, stop, std::chrono::milliseconds(100), [] { return false; });
      }
      std::lock_guard lock(mutex_);
      EraseLive();
      DrawLive();
      std::fflush(stdout);
    }
  }

  const DisplayOptions options_;
  std::mutex mutex_;
  std::vector<Running> running_;
  int drawn_ = 0;
  std::jthread redraw_;
};

}  // namespace

int TerminalWidth() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20) return size.ws_col;
  return 100;
}

DisplayOptions DetectTerminal(bool no_progress, bool no_color, bool quiet) {
  DisplayOptions options;
  const char* term = std::getenv("TERM");
  const bool terminal = isatty(STDOUT_FILENO) != 0 && term != nullptr && std::string_view(term) != "dumb";
  options.live = terminal && !no_progress && !quiet;
  const char* no_color_env = std::getenv("NO_COLOR");
  options.color = terminal && !no_color && (no_color_env == nullptr || *no_color_env == '\0');
  options.quiet = quiet;
  return options;
}

std::unique_ptr<run::Observer> MakeDisplay(const DisplayOptions& options) { return std::make_unique<Display>(options); }

}  // namespace dvt::cli
