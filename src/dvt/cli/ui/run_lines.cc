#include "dvt/cli/ui/run_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "dvt/base/text/text.h"

namespace dvt::cli {

namespace {

std::string Bar(double fraction, int width) {
  const int full = std::clamp(static_cast<int>(fraction * width + 0.5), 0, width);
  std::string bar;
  for (int i = 0; i < width; ++i) bar += i < full ? "█" : "░";
  return bar;
}

constexpr double kTooShortSeconds = 0.05;  // to tell a rate
constexpr double kTooEarly = 0.01;         // of the whole, to tell an end

// Pads or cuts to `width` terminal columns.
std::string Cell(const std::string& text, int width) {
  std::string cell = FitWidth(text, width);
  for (int columns = TerminalColumns(cell); columns < width; ++columns) cell += ' ';
  return cell;
}

std::string TimeLeft(double seconds) {
  return fmt::format("about {} left", seconds < 60 ? fmt::format("{:.0f} s", seconds) : HumanSeconds(seconds));
}

}  // namespace

int TerminalColumns(const std::string& text) {
  return static_cast<int>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

FlowState StateOf(const run::FlowCounter& flow) {
  FlowState state;
  state.rows = flow.rows;
  state.bytes = flow.bytes;
  if (flow.first_nanos == 0) return state;
  state.begun = true;
  state.done = flow.finished();
  const double seconds = flow.Seconds();
  if (seconds > kTooShortSeconds) state.bytes_per_second = static_cast<double>(state.bytes) / seconds;
  double fraction = static_cast<double>(flow.partitions_done) / std::max(1, flow.partitions.load());
  if (flow.estimated_rows.value_or(0) > 0) {
    fraction = std::min(0.99, static_cast<double>(state.rows) / static_cast<double>(*flow.estimated_rows));
  }
  state.fraction = state.done ? 1 : fraction;
  state.measured = state.done || fraction > 0 || flow.estimated_rows || flow.partitions > 1;
  if (!state.done && fraction > kTooEarly && seconds > kTooShortSeconds) state.seconds_left = seconds * (1 - fraction) / fraction;
  return state;
}

std::string FitWidth(const std::string& line, int width) {
  int columns = 0;
  size_t i = 0;
  while (i < line.size()) {
    if ((static_cast<unsigned char>(line[i]) & 0xC0) != 0x80 && ++columns > width) break;
    ++i;
  }
  return line.substr(0, i);
}

std::string FlowLine(const run::FlowCounter& flow) {
  const FlowState state = StateOf(flow);
  const std::string name = Cell(flow.connection + " · " + flow.name, 28);
  if (!state.begun) return fmt::format("{}  {}   waiting", name, Bar(0, 10));
  std::string line = fmt::format("{}  {} {:>3} %  {:>7} rows  {:>8}", name, Bar(state.fraction, 10),
                                 state.measured ? fmt::format("{:.0f}", state.fraction * 100) : "–",
                                 HumanCount(static_cast<double>(state.rows)), HumanBytes(static_cast<double>(state.bytes)));
  if (state.bytes_per_second > 0) line += fmt::format("  {:>6.1f} MB/s", state.bytes_per_second / 1e6);
  if (state.done) return line + "  done";
  if (state.seconds_left) line += "  " + TimeLeft(*state.seconds_left);
  if (flow.retries > 0) line += fmt::format("  {} retries", flow.retries.load());
  return line;
}

std::string RelationLabel(const model::Node& node) {
  if (node.type == model::ResourceType::kTest) return "test " + node.name;
  if (node.unit_test) {
    return "unit test " + node.unit_test->model + "::" + node.name + (node.version.empty() ? "" : "_v" + node.version);
  }
  const std::string kind =
      node.type == model::ResourceType::kModel ? node.materialized() + " model" : std::string(model::ResourceTypeName(node.type));
  return fmt::format("{} {}.{}", kind, node.schema, node.alias);
}

std::string LiveLine(const model::Node& node, int index, int total, const run::NodeProgress& progress, double seconds) {
  std::string line = fmt::format("          {} of {} RUN {}  {}", index, total, RelationLabel(node), progress.phase.load());
  if (progress.transferring) line += fmt::format("  {} rows loaded", HumanCount(static_cast<double>(progress.load.rows)));
  return line + "  " + HumanSeconds(seconds);
}

std::string ProgressText(const run::NodeProgress& progress) {
  if (!progress.transferring) return progress.phase.load();
  std::string text = fmt::format("{} rows loaded", HumanCount(static_cast<double>(progress.load.rows)));
  for (const auto& flow : progress.extracts) {
    const FlowState state = StateOf(flow);
    text += "; " + flow.connection;
    if (!state.begun) {
      text += " waiting";
      continue;
    }
    if (state.measured) text += fmt::format(" {:.0f} %,", state.fraction * 100);
    text +=
        fmt::format(" {} rows, {}", HumanCount(static_cast<double>(state.rows)), HumanBytes(static_cast<double>(state.bytes)));
    if (state.bytes_per_second > 0) text += fmt::format(", {:.1f} MB/s", state.bytes_per_second / 1e6);
    if (state.seconds_left) text += ", " + TimeLeft(*state.seconds_left);
  }
  return text;
}

std::string OutcomeText(const model::NodeResult& result) {
  const bool failed = result.status == "error" || result.status == "fail" || result.status == "partial success";
  std::string detail = failed ? "" : result.message;
  if (!result.way.empty() && result.way != "pushdown" && result.status == "success") {
    int64_t bytes = 0;
    for (const auto& transfer : result.transfers) bytes += transfer.role == "extract" ? transfer.bytes : 0;
    detail += fmt::format("{}{}, {} moved", detail.empty() ? "" : ", ", result.way, HumanBytes(static_cast<double>(bytes)));
  }
  return fmt::format("[{}{}{}]", detail, detail.empty() ? "" : " in ", HumanSeconds(result.execution_seconds));
}

// The last part of a unique id.
static std::string NameOf(const std::string& id) { return id.substr(id.rfind('.') + 1); }

std::string TransferTable(const model::RunResults& results) {
  std::string table;
  for (const auto& result : results.results) {
    const std::string name = NameOf(result.unique_id);
    for (const auto& t : result.transfers) {
      const std::string rate = t.seconds > 0.001 ? HumanBytes(static_cast<double>(t.bytes) / t.seconds) + "/s" : "";
      table += fmt::format("\n  {:<24} {:<8} {:<14} {:>9} rows {:>10} {:>12}  {}{}", name, t.role, t.connection,
                           HumanCount(static_cast<double>(t.rows)), HumanBytes(static_cast<double>(t.bytes)), rate,
                           t.role == "extract"  ? fmt::format("{}, {}", t.name, t.path)
                           : t.role == "shared" ? fmt::format("{}, read by {}", t.name, NameOf(t.read_by))
                                                : t.path,
                           t.retries > 0 ? fmt::format(", {} retries", t.retries) : "");
      if (t.rows_avoided > 0)
        table += fmt::format(", about {} rows avoided by {}", HumanCount(static_cast<double>(t.rows_avoided)), t.filtered_by);
      if (!t.shared_by.empty()) {
        const std::set<std::string> models(t.shared_by.begin(), t.shared_by.end());
        table += fmt::format(", for {} model{}, {} rows saved", models.size(), models.size() == 1 ? "" : "s",
                             HumanCount(static_cast<double>(t.rows_saved)));
      }
    }
  }
  return table;
}

std::string AgeText(double seconds) {
  const auto minutes = static_cast<int64_t>(seconds / 60);
  if (minutes < 1) return fmt::format("{:.0f} s", seconds);
  std::string text;
  if (minutes >= 1440) text += fmt::format("{} d ", minutes / 1440);
  if (minutes >= 60) text += fmt::format("{} h ", minutes / 60 % 24);
  return text + fmt::format("{} min", minutes % 60);
}

}  // namespace dvt::cli
