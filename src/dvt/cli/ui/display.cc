#include "dvt/cli/ui/display.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <vector>

#include "dvt/base/text/secrets.h"
#include "dvt/base/text/text.h"
#include "dvt/cli/log/log_line.h"
#include "dvt/cli/log/run_summary.h"
#include "dvt/cli/ui/run_lines.h"

namespace dvt::cli {

namespace {

using run::LogLevel;

constexpr const char* kGreen = "\x1b[32m";
constexpr const char* kRed = "\x1b[31m";
constexpr const char* kYellow = "\x1b[33m";
constexpr const char* kReset = "\x1b[0m";

bool Failed(const model::NodeResult& result) {
  return result.status == "error" || result.status == "fail" || result.status == "partial success";
}

class Display : public run::Observer {
 public:
  explicit Display(const DisplayOptions& options) : options_(options) {}

  ~Display() override {
    redraw_.request_stop();
    if (redraw_.joinable()) redraw_.join();
    std::lock_guard lock(mutex_);
    EraseLive();
    std::fflush(stdout);
  }

  void RunStarted(int nodes, int threads, const std::string&) override {
    if (!Shows(LogLevel::kInfo)) return;
    Print(fmt::format("{}  Running {} node{} on {} thread{}", ClockTime(false), nodes, nodes == 1 ? "" : "s", threads,
                      threads == 1 ? "" : "s"));
  }

  void NodeStarted(const model::Node& node, int index, int total, const run::NodeProgress& progress) override {
    if (!options_.live && Shows(LogLevel::kInfo))
      Print(fmt::format("{}  {} of {} START {}", ClockTime(false), index, total, RelationLabel(node)));
    std::lock_guard lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    running_.push_back({&node, index, total, &progress, now, now});
    if (!redraw_.joinable() && (options_.live || options_.line_every.count() > 0))
      redraw_ = std::jthread([this](std::stop_token stop) { RedrawLoop(stop); });
  }

  void NodeFinished(const model::Node& node, int index, int total, const model::NodeResult& result) override {
    {
      std::lock_guard lock(mutex_);
      std::erase_if(running_, [&](const Running& r) { return r.node == &node; });
      summary_.Know(node);
    }
    if (!Shows(Failed(result) ? LogLevel::kError : result.status == "warn" ? LogLevel::kWarn : LogLevel::kInfo)) return;
    const char* color = Failed(result) ? kRed : result.status == "success" || result.status == "pass" ? kGreen : kYellow;
    const std::string word = result.status == "success" ? "OK" : ToUpper(result.status);
    std::string lines = fmt::format("{}  {} of {} {} {}  {}", ClockTime(false), index, total, Paint(color, word),
                                    RelationLabel(node), OutcomeText(result));
    for (const auto& warning : result.warnings)
      lines += "\n" + Paint(kYellow, fmt::format("          {}: {}", warning.code, warning.message));
    if (Failed(result)) lines += "\n" + Paint(kRed, "          " + ReplaceAll(result.message, "\n", "\n          "));
    Print(lines);
  }

  void HookFinished(const model::Node& hook, int index, int total, const model::NodeResult& result) override {
    const bool failed = Failed(result);
    {
      std::lock_guard lock(mutex_);
      summary_.Know(hook);
    }
    if (!Shows(failed ? LogLevel::kError : LogLevel::kInfo)) return;
    const std::string word = failed ? Paint(kRed, "ERROR") : result.status == "skipped" ? Paint(kYellow, "SKIPPED") : "OK";
    Print(fmt::format("{}  {} of {} {} hook {}  [in {}]{}", ClockTime(false), index, total, word, Join(hook.fqn, "."),
                      HumanSeconds(result.execution_seconds),
                      failed ? "\n" + Paint(kRed, "          " + ReplaceAll(result.message, "\n", "\n          ")) : ""));
  }

  void FreshnessFinished(const model::SourceNode& source, int index, int total, const model::FreshnessResult& result) override {
    const bool failed = result.status == "error" || result.status == "runtime error";
    {
      std::lock_guard lock(mutex_);
      summary_.Know(source);
    }
    if (!Shows(failed ? LogLevel::kError : result.status == "warn" ? LogLevel::kWarn : LogLevel::kInfo)) return;
    const std::string outcome = ToUpper(result.status == "error" ? "error stale" : result.status);
    Print(fmt::format(
        "{} of {} {} freshness of {}.{} {}", index, total, outcome, source.source_name, source.name,
        result.status == "runtime error" ? "\n  " + result.message : "[newest row is " + AgeText(result.age_seconds) + " old]"));
  }

  void Event(const run::LogEvent& event) override {
    if (event.audience == run::Audience::kOutput) {
      Print(event.message, false);
      return;
    }
    if (!Shows(event.level) || (event.audience == run::Audience::kLog && !Shows(LogLevel::kDebug))) return;
    const std::string text = event.level == LogLevel::kError  ? Paint(kRed, event.message)
                             : event.level == LogLevel::kWarn ? "Warning: " + event.message
                                                              : event.message;
    Print(fmt::format("{}  {}", ClockTime(false), text));
  }

  void RunFinished(const model::RunResults& results) override {
    const std::string table = TransferTable(results);
    if (!table.empty() && Shows(LogLevel::kInfo)) Print("\nMoved:" + table);
    if (Shows(LogLevel::kInfo)) Print("");
    PrintAll(summary_.OfRun(results));
  }

  void FreshnessDone(const std::vector<model::FreshnessResult>& results, double elapsed_seconds) override {
    PrintAll(summary_.OfFreshness(results, elapsed_seconds));
  }

 private:
  struct Running {
    const model::Node* node;
    int index;
    int total;
    const run::NodeProgress* progress;
    std::chrono::steady_clock::time_point started;
    std::chrono::steady_clock::time_point told;  // the last plain line about it
  };

  std::string Paint(const char* color, const std::string& text) const { return options_.color ? color + text + kReset : text; }

  // Lines of the end, which have their colours already.
  void PrintAll(const std::vector<run::LogEvent>& events) {
    for (const auto& event : events) {
      if (Shows(event.level)) Print(ClockTime(false) + "  " + (options_.color ? event.message : WithoutColors(event.message)));
    }
  }

  bool Shows(LogLevel level) const { return options_.level && level >= *options_.level; }

  void Print(const std::string& text, bool flush = true) {
    const std::string redacted = SecretRegistry::Redact(text) + "\n";
    std::lock_guard lock(mutex_);
    EraseLive();
    std::fwrite(redacted.data(), 1, redacted.size(), stdout);
    DrawLive();
    if (flush || options_.live) std::fflush(stdout);
  }

  void EraseLive() {
    for (; drawn_ > 0; --drawn_) std::fputs("\x1b[1A\x1b[2K", stdout);
  }

  void DrawLive() {
    if (!options_.live) return;
    for (const auto& line : LiveLines()) {
      std::fputs((line + "\n").c_str(), stdout);
      ++drawn_;
    }
  }

  // A line a running node and one a source of it; of the sources only what leaves the screen a line, since what has
  // scrolled away cannot be drawn again.
  std::vector<std::string> LiveLines() const {
    const TerminalSize screen = SizeOfTerminal();
    const auto width = screen.columns - 1;
    const auto room = static_cast<size_t>(std::max(1, screen.rows - 1));
    std::vector<std::string> lines;
    size_t to_come = running_.size();
    for (const auto& running : running_) {
      if (lines.size() >= room) break;
      --to_come;
      const run::NodeProgress& progress = *running.progress;
      const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - running.started).count();
      lines.push_back(FitWidth(LiveLine(*running.node, running.index, running.total, progress, seconds), width));
      if (!progress.transferring) continue;
      for (const auto& flow : progress.extracts) {
        if (lines.size() + to_come >= room) break;
        lines.push_back(FitWidth("            " + FlowLine(flow), width));
      }
    }
    return lines;
  }

  // Without a terminal: how far those are that run for long.
  void TellProgress() {
    std::string lines;
    const auto now = std::chrono::steady_clock::now();
    for (auto& running : running_) {
      if (now - running.told < options_.line_every) continue;
      running.told = now;
      lines += fmt::format("{}  {} of {} RUNNING {}  [{} after {}]\n", ClockTime(false), running.index, running.total,
                           RelationLabel(*running.node), ProgressText(*running.progress),
                           HumanSeconds(std::chrono::duration<double>(now - running.started).count()));
    }
    if (lines.empty()) return;
    lines = SecretRegistry::Redact(lines);
    std::fwrite(lines.data(), 1, lines.size(), stdout);
    std::fflush(stdout);
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
      if (!options_.live) {
        TellProgress();
        continue;
      }
      EraseLive();
      DrawLive();
      std::fflush(stdout);
    }
  }

  const DisplayOptions options_;
  std::mutex mutex_;
  std::vector<Running> running_;
  RunSummary summary_;
  int drawn_ = 0;
  std::jthread redraw_;
};

}  // namespace

TerminalSize SizeOfTerminal() {
  winsize size{};
  TerminalSize known;
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return known;
  if (size.ws_col > 20) known.columns = size.ws_col;
  if (size.ws_row > 1) known.rows = size.ws_row;
  return known;
}

DisplayOptions DetectTerminal(bool no_progress, bool use_colors, bool force_colors, std::optional<run::LogLevel> level) {
  DisplayOptions options;
  const char* term = std::getenv("TERM");
  const bool terminal = isatty(STDOUT_FILENO) != 0 && term != nullptr && std::string_view(term) != "dumb";
  options.level = level;
  options.live = terminal && !no_progress && level && *level <= run::LogLevel::kInfo;
  if (!terminal && !no_progress && level && *level <= run::LogLevel::kInfo) options.line_every = std::chrono::seconds(10);
  const char* no_color_env = std::getenv("NO_COLOR");
  options.color = force_colors || (terminal && use_colors && (no_color_env == nullptr || *no_color_env == '\0'));
  return options;
}

std::unique_ptr<run::Observer> MakeDisplay(const DisplayOptions& options) { return std::make_unique<Display>(options); }

}  // namespace dvt::cli
