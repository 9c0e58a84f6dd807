#include "dvt/cli/ui/run_lines.h"

#include <fmt/format.h>

#include <algorithm>

#include "dvt/base/text/text.h"

namespace dvt::cli {

namespace {

std::string Bar(double fraction, int width) {
  const int full = std::clamp(static_cast<int>(fraction * width + 0.5), 0, width);
  std::string bar;
  for (int i = 0; i < width; ++i) bar += i < full ? "█" : "░";
  return bar;
}

// Over all reads together; 0 while too little time has passed to tell.
double MegabytesPerSecond(const std::deque<run::FlowCounter>& flows) {
  int64_t bytes = 0, first = 0, last = 0;
  for (const auto& flow : flows) {
    if (flow.first_nanos == 0) continue;
    bytes += flow.bytes;
    first = first == 0 ? flow.first_nanos.load() : std::min(first, flow.first_nanos.load());
    last = std::max(last, flow.last_nanos.load());
  }
  constexpr int64_t kTooShortNanos = 50'000'000;
  return last - first < kTooShortNanos ? 0 : static_cast<double>(bytes) * 1e3 / static_cast<double>(last - first);
}

}  // namespace

std::string FitWidth(const std::string& line, int width) {
  int columns = 0;
  size_t i = 0;
  while (i < line.size()) {
    if ((static_cast<unsigned char>(line[i]) & 0xC0) != 0x80 && ++columns > width) break;
    ++i;
  }
  return line.substr(0, i);
}

std::string FlowText(const run::FlowCounter& flow) {
  double fraction = static_cast<double>(flow.partitions_done) / std::max(1, flow.partitions.load());
  if (flow.estimated_rows.value_or(0) > 0) {
    fraction = std::min(0.99, static_cast<double>(flow.rows) / static_cast<double>(*flow.estimated_rows));
  }
  if (flow.partitions_done >= flow.partitions) fraction = 1;
  return fmt::format("{} {} {:.0f} %", flow.connection, Bar(fraction, 10), fraction * 100);
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
  if (progress.transferring) {
    line += fmt::format("  {} rows", HumanCount(static_cast<double>(progress.load.rows)));
    if (const double rate = MegabytesPerSecond(progress.extracts); rate > 0) line += fmt::format("  {:.1f} MB/s", rate);
    for (const auto& flow : progress.extracts) line += "  " + FlowText(flow);
  }
  return line + "  " + HumanSeconds(seconds);
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

std::string TransferTable(const model::RunResults& results) {
  std::string table;
  for (const auto& result : results.results) {
    const std::string name = result.unique_id.substr(result.unique_id.rfind('.') + 1);
    for (const auto& t : result.transfers) {
      const std::string rate = t.seconds > 0.001 ? HumanBytes(static_cast<double>(t.bytes) / t.seconds) + "/s" : "";
      table += fmt::format("\n  {:<24} {:<8} {:<14} {:>9} rows {:>10} {:>12}  {}{}", name, t.role, t.connection,
                           HumanCount(static_cast<double>(t.rows)), HumanBytes(static_cast<double>(t.bytes)), rate, t.path,
                           t.retries > 0 ? fmt::format(", {} retries", t.retries) : "");
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
